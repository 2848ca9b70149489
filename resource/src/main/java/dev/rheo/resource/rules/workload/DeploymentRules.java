package dev.rheo.resource.rules.workload;

import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.util.List;

/** Rules for writes of deployments. */
final class DeploymentRules extends PodSetRules {
  @Override
  void spec(Field spec, Field old) {
    spec.at("replicas").notNegative();
    PodSets.replicas(spec, old);
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
    PodSets.atMostReplicas(status, "updatedReplicas");
    Counts.notDecremented(status.at("collisionCount"), old.at("status", "collisionCount"));
  }
}
