package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of CSI drivers. */
final class CsiDriverRules extends KindRules {
  private static final int UPDATE_SECONDS_MIN = 10;
  private static final long TOKEN_SECONDS_MIN = 600;
  private static final long TOKEN_SECONDS_MAX = 1L << 32;

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    // off by default
    Trees.need(object, "spec").remove("preventPodSchedulingIfMissing");
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (Trees.at(old, "spec", "preventPodSchedulingIfMissing") == null) {
      Trees.need(object, "spec").remove("preventPodSchedulingIfMissing");
    }
  }

  @Override
  protected void checkCreate(Field object) {
    Field spec = object.at("spec");
    needSet(spec.at("attachRequired").named("attachedRequired"));
    needSet(spec.at("podInfoOnMount"));
    needSet(spec.at("storageCapacity"));
    if (spec.at("fsGroupPolicy").present()) {
      spec.at("fsGroupPolicy").oneOf(List.of("File", "None", "ReadWriteOnceWithFSType"));
    }
    tokens(spec.at("tokenRequests"));
    Field modes = spec.at("volumeLifecycleModes");
    for (Field mode : modes.items()) {
      mode.placed(modes).oneOf(List.of("Persistent", "Ephemeral"));
    }
    needSet(spec.at("seLinuxMount"));
    Field seconds = spec.at("nodeAllocatableUpdatePeriodSeconds");
    if (seconds.present() && seconds.number() < UPDATE_SECONDS_MIN) {
      seconds.invalid("must be greater than or equal to 10 seconds");
    }
    Field inSecrets = spec.at("serviceAccountTokenInSecrets");
    if (inSecrets.present() && spec.at("tokenRequests").isEmpty()) {
      inSecrets.invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified");
    }
  }

  private static void needSet(Field value) {
    if (value.absent()) {
      value.required("");
    }
  }

  private static void tokens(Field requests) {
    Set<String> audiences = new HashSet<>();
    for (Field request : requests.items()) {
      Field audience = request.at("audience");
      if (!audiences.add(audience.text())) {
        audience.fault(FieldError.duplicate(audience.path(), audience.text()));
        continue;
      }
      Field seconds = request.at("expirationSeconds");
      if (seconds.present() && seconds.number() < TOKEN_SECONDS_MIN) {
        seconds.invalid("may not specify a duration less than 10 minutes");
      }
      if (seconds.number() > TOKEN_SECONDS_MAX) {
        seconds.invalid("may not specify a duration larger than 2^32 seconds");
      }
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    checkCreate(object);
    Field spec = object.at("spec");
    spec.at("attachRequired").named("attachedRequired").immutable(old.at("spec", "attachRequired"));
    spec.at("volumeLifecycleModes").immutable(old.at("spec", "volumeLifecycleModes"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    Field spec = object.at("spec");
    Field tokens = spec.at("tokenRequests");
    if (!tokens.isEmpty()
        && spec.at("serviceAccountTokenInSecrets").absent()
        && !tokens.same(old.at("spec", "tokenRequests"))) {
      warnings.accept(
          "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to"
              + " true to prevent possible logging of tokens in volume attributes");
    }
  }
}
