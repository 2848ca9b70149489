package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of pods. */
final class PodRules extends KindRules {
  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    PodStrategy.create(object, context);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    PodStrategy.update(object, old, subresource);
  }

  @Override
  protected void checkCreate(Field pod) {
    Field spec = pod.at("spec");
    metadataAndSpec(pod, pod.with(null));
    if (spec.at("ephemeralContainers").size() > 0) {
      spec.at("ephemeralContainers").forbidden("cannot be set on create");
    }
    if (!spec.at("nodeName").isEmpty() && spec.at("schedulingGates").size() > 0) {
      spec.at("nodeName").forbidden("cannot be set until all schedulingGates have been cleared");
    }
    ProfileAnnotations.matchFields(pod.at("metadata"), spec);
  }

  @Override
  protected void checkUpdate(Field pod, Field old) {
    metadataAndSpec(pod, old);
    PodAnnotations.validateUpdate(pod.at("metadata"), old.at("metadata"));
    PodUpdateRules.validate(pod.at("spec"), old.at("spec"));
  }

  @Override
  protected void checkSubresource(String subresource, Field pod, Field old) {
    boolean mirror = old.at("metadata", "annotations").key(PodAnnotations.MIRROR).present();
    switch (subresource) {
      case "status" -> {
        Field annotations = pod.at("metadata", "annotations");
        PodAnnotations.validateUpdate(pod.at("metadata"), old.at("metadata"));
        PodAnnotations.validate(annotations, pod.at("spec"), PodOptions.ofPod(old));
        PodStatusRules.validate(pod, old);
      }
      case "ephemeralcontainers" -> {
        if (mirror) {
          refuse(pod, "static pods do not support ephemeral containers");
          return;
        }
        metadataAndSpec(pod, old);
        EphemeralContainersRules.validate(
            pod.at("spec", "ephemeralContainers"), old.at("spec", "ephemeralContainers"));
      }
      case "resize" -> {
        if (mirror) {
          refuse(pod, "static pods cannot be resized");
        } else if (old.at("spec", "os", "name").is("windows")) {
          refuse(pod, "windows pods cannot be resized");
        } else {
          metadataAndSpec(pod, old);
          PodResizeRules.validate(pod, old);
        }
      }
      default -> {}
    }
  }

  /** Such a pod has no such subresource, so nothing else is said of it. */
  private static void refuse(Field pod, String detail) {
    pod.fault(FieldError.forbidden(PodAnnotations.NOWHERE, detail));
  }

  @Override
  protected void warn(Field pod, Field old, Consumer<String> warnings) {
    // upstream spares updates, which controllers and kubelets send
    if (old.absent()) {
      PodWarnings.pod(pod, warnings);
    }
  }

  @Override
  protected void warn(String subresource, Field pod, Field old, Consumer<String> warnings) {
    if (subresource.equals("status")) {
      for (String list : new String[] {"podIPs", "hostIPs"}) {
        for (Field address : pod.at("status", list).items()) {
          Addresses.warnIp(address.at("ip"), warnings);
        }
      }
    }
  }

  /** Checks what is demanded of every pod, be it new or changed. */
  static void metadataAndSpec(Field pod, Field old) {
    PodOptions options = PodOptions.ofPod(old);
    Field metadata = pod.at("metadata");
    Field spec = pod.at("spec");
    PodAnnotations.validate(metadata.at("annotations"), spec, options);
    PodSpecRules.validate(spec, metadata, options);
    if (spec.at("serviceAccountName").isEmpty()) {
      noTokens(spec.at("volumes"));
    }
    for (String list : new String[] {"containers", "initContainers"}) {
      spec.at(list).items().forEach(ContainerRules::onlyForPod);
    }
  }

  private static void noTokens(Field volumes) {
    for (Field volume : volumes.items()) {
      for (Field source : volume.at("projected", "sources").items()) {
        Field token = source.at("serviceAccountToken");
        if (token.present()) {
          token.forbidden("must not be specified when serviceAccountName is not set");
        }
      }
    }
  }
}
