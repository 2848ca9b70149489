package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.type.WriteContext;
import java.util.List;
import java.util.function.Consumer;

/** Rules for writes of deployments. */
final class DeploymentRules extends KindRules {
  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    PodTemplates.prepare(Trees.object(object, "spec", "template"), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      PodTemplates.prepare(
          Trees.object(object, "spec", "template"), Trees.object(old, "spec", "template"));
    }
  }

  @Override
  protected void checkCreate(Field object) {
    spec(object.at("spec"), object.with(null).at("spec"));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"), old.at("spec"));
    PodSets.sameSelector(object.at("spec", "selector"), old.at("spec", "selector"));
  }

  private static void spec(Field spec, Field old) {
    spec.at("replicas").notNegative();
    Field selector = spec.at("selector");
    PodSets.selector(selector, "deployment");
    if (LabelSelectors.isValid(selector)) {
      if (!LabelSelectors.isEverything(selector)) {
        PodSets.matches(selector, spec.at("template"));
      }
      PodSets.template(spec.at("template"), old.at("template"), "ReplicaSet");
    } else {
      selector.invalid(LabelSelectors.shown(selector.node()), "invalid label selector");
    }
    strategy(spec.at("strategy"));
    Counts.notNegative(spec, "minReadySeconds", "revisionHistoryLimit");
    Field deadline = spec.at("progressDeadlineSeconds");
    if (deadline.present()) {
      deadline.notNegative();
      if (deadline.number() <= spec.at("minReadySeconds").number()) {
        deadline.invalid("must be greater than minReadySeconds");
      }
    }
  }

  private static void strategy(Field strategy) {
    Field rolling = strategy.at("rollingUpdate");
    switch (strategy.at("type").text()) {
      case "Recreate" -> {
        if (rolling.present()) {
          rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
        }
      }
      case "RollingUpdate" -> {
        Field unavailable = rolling.at("maxUnavailable");
        Field surge = rolling.at("maxSurge");
        IntOrPercent.validate(unavailable);
        IntOrPercent.validate(surge);
        if (IntOrPercent.isZero(unavailable) && IntOrPercent.isZero(surge)) {
          unavailable.invalid("may not be 0 when `maxSurge` is 0");
        }
        IntOrPercent.atMostWhole(unavailable);
      }
      default ->
          strategy.fault(
              FieldError.notSupported(
                  strategy.path(),
                  GoValues.of("apps.DeploymentStrategy", strategy.node()),
                  List.of("Recreate", "RollingUpdate")));
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    Field status = object.at("status");
    Counts.notNegative(
        status,
        "observedGeneration",
        "replicas",
        "updatedReplicas",
        "readyReplicas",
        "availableReplicas",
        "unavailableReplicas",
        "terminatingReplicas",
        "collisionCount");
    for (String count : new String[] {"updatedReplicas", "readyReplicas", "availableReplicas"}) {
      Counts.atMost(status, count, "replicas", "cannot be greater than status.replicas");
    }
    Counts.atMost(
        status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas");
    Counts.notDecremented(status.at("collisionCount"), old.at("status", "collisionCount"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.absent()) {
      PodSets.warnOfName(object, warnings);
    }
    if (PodSets.isNewGeneration(object, old)) {
      PodTemplates.warn(object.at("spec", "template"), old.at("spec", "template"), warnings);
    }
  }
}
