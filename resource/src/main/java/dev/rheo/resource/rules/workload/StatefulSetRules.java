package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.rules.storage.ClaimSpecs;
import dev.rheo.resource.type.WriteContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of stateful sets. */
final class StatefulSetRules extends KindRules {
  private static final List<String> RETENTION = List.of("Retain", "Delete");

  /** Parts of the spec that no update may change. */
  private static final List<String> IMMUTABLE =
      List.of("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates");

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    dropMaxUnavailable(object);
    PodTemplates.prepare(Trees.object(object, "spec", "template"), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (!subresource.isEmpty()) {
      return;
    }
    if (Trees.at(old, "spec", "updateStrategy", "rollingUpdate", "maxUnavailable") == null) {
      dropMaxUnavailable(object);
    }
    PodTemplates.prepare(
        Trees.object(object, "spec", "template"), Trees.object(old, "spec", "template"));
  }

  /** The feature MaxUnavailableStatefulSet is off by default. */
  private static void dropMaxUnavailable(ObjectNode object) {
    ObjectNode rolling = Trees.object(object, "spec", "updateStrategy", "rollingUpdate");
    if (rolling != null) {
      rolling.remove("maxUnavailable");
    }
  }

  @Override
  protected void checkCreate(Field object) {
    Field spec = object.at("spec");
    Field none = object.with(null);
    strategies(spec);
    for (Field claim : spec.at("volumeClaimTemplates").items()) {
      ClaimSpecs.validate(claim.at("spec"));
    }
    numbers(spec);
    if (!spec.at("serviceName").isEmpty()) {
      spec.at("serviceName").check(Names::dnsLabel);
    }
    pods(spec, none.at("spec"), true);
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    Field spec = object.at("spec");
    Field before = old.at("spec");
    spec(spec, before, isValid(old));
    for (String part : IMMUTABLE) {
      if (!spec.at(part).same(before.at(part))) {
        spec.forbidden(
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                + " 'updateStrategy', 'revisionHistoryLimit',"
                + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        break;
      }
    }
  }

  /** Whether the stored set is valid; the template of one that is not is not checked again. */
  private static boolean isValid(Field old) {
    FieldErrors errors = new FieldErrors();
    Field spec = Field.root(old.object(), errors).at("spec");
    spec(spec, spec, true);
    return errors.isEmpty();
  }

  /** Checks what an update may have changed. */
  private static void spec(Field spec, Field old, boolean checkTemplate) {
    strategies(spec);
    numbers(spec);
    pods(spec, old, checkTemplate);
  }

  private static void strategies(Field spec) {
    Field management = spec.at("podManagementPolicy");
    switch (management.text()) {
      case "OrderedReady", "Parallel" -> {}
      case "" -> management.required("");
      default -> management.invalid("must be 'OrderedReady' or 'Parallel'");
    }
    Field strategy = spec.at("updateStrategy");
    Field rolling = strategy.at("rollingUpdate");
    switch (strategy.at("type").text()) {
      case "" -> strategy.required("");
      case "OnDelete" -> {
        if (rolling.present()) {
          rolling.invalid(
              GoValues.of("apps.RollingUpdateStatefulSetStrategy", rolling.node()),
              "only allowed for updateStrategy 'RollingUpdate'");
        }
      }
      case "RollingUpdate" -> rolling(rolling);
      default ->
          strategy.invalid(
              GoValues.of("apps.StatefulSetUpdateStrategy", strategy.node()),
              "must be 'RollingUpdate' or 'OnDelete'");
    }
    Field retention = spec.at("persistentVolumeClaimRetentionPolicy");
    if (retention.present()) {
      retention.at("whenDeleted").oneOf(RETENTION);
      retention.at("whenScaled").oneOf(RETENTION);
    }
  }

  private static void rolling(Field rolling) {
    rolling.at("partition").notNegative();
    Field unavailable = rolling.at("maxUnavailable");
    if (unavailable.present()) {
      IntOrPercent.validate(unavailable);
      if (IntOrPercent.isZero(unavailable)) {
        unavailable.invalid("cannot be 0");
      }
      IntOrPercent.atMostWhole(unavailable);
    }
  }

  private static void numbers(Field spec) {
    Counts.notNegative(spec, "replicas", "minReadySeconds");
    spec.at("ordinals", "start").notNegative();
  }

  private static void pods(Field spec, Field old, boolean checkTemplate) {
    Field selector = spec.at("selector");
    Field template = spec.at("template");
    PodSets.selector(selector, "statefulset");
    if (!LabelSelectors.isValid(selector)) {
      selector.invalid(LabelSelectors.shown(selector.node()), "");
    } else {
      if (!LabelSelectors.isEverything(selector)) {
        PodSets.matches(selector, template);
      }
      if (checkTemplate) {
        PodTemplates.validate(
            template.with(ofOnePod(template.object(), spec.at("volumeClaimTemplates"))),
            old.at("template"));
      }
    }
    PodSets.running(template, "StatefulSet");
  }

  /**
   * The template as the controller makes pods of it: it sets the host names, and adds volumes for
   * the claims.
   */
  private static ObjectNode ofOnePod(ObjectNode template, Field claims) {
    ObjectNode spec = Trees.object(template, "spec");
    if (spec == null
        || (claims.isEmpty() && !Trees.has(spec, "subdomain") && !Trees.has(spec, "hostname"))) {
      return template;
    }
    ObjectNode podSpec = shallow(spec);
    podSpec.remove(List.of("subdomain", "hostname"));
    if (!claims.isEmpty()) {
      podSpec.set("volumes", volumes(podSpec, claims));
    }
    ObjectNode pod = shallow(template);
    pod.set("spec", podSpec);
    return pod;
  }

  private static ArrayNode volumes(ObjectNode podSpec, Field claims) {
    ArrayNode volumes = podSpec.arrayNode();
    Set<String> claimed = new HashSet<>();
    for (Field claim : claims.items()) {
      String name = claim.at("metadata", "name").text();
      if (claimed.add(name)) {
        volumes
            .addObject()
            .put("name", name)
            .putObject("persistentVolumeClaim")
            .put("claimName", name);
      }
    }
    if (podSpec.get("volumes") instanceof ArrayNode own) {
      for (JsonNode volume : own) {
        if (!claimed.contains(Trees.text(volume, "name"))) {
          volumes.add(volume);
        }
      }
    }
    return volumes;
  }

  private static ObjectNode shallow(ObjectNode object) {
    ObjectNode copy = object.objectNode();
    copy.setAll(object);
    return copy;
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    Field status = object.at("status");
    Counts.notNegative(
        status,
        "replicas",
        "readyReplicas",
        "currentReplicas",
        "updatedReplicas",
        "availableReplicas",
        "observedGeneration",
        "collisionCount");
    for (String count :
        new String[] {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"}) {
      Counts.atMost(status, count, "replicas", "cannot be greater than status.replicas");
    }
    Counts.atMost(
        status,
        "availableReplicas",
        "readyReplicas",
        "cannot be greater than status.readyReplicas");
    Counts.notDecremented(status.at("collisionCount"), old.at("status", "collisionCount"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    Field spec = object.at("spec");
    if (PodSets.isNewGeneration(object, old)) {
      PodTemplates.warn(spec.at("template"), old.at("spec", "template"), warnings);
    }
    for (Field claim : spec.at("volumeClaimTemplates").items()) {
      // the paths are upstream's
      Field place = old.absent() ? claim : claim.at("Spec");
      ClaimSpecs.warn(place.with(claim.at("spec").node()), warnings);
    }
    if (spec.at("revisionHistoryLimit").number() < 0) {
      warnings.accept(
          "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value"
              + " >= 0 is recommended");
    }
  }
}
