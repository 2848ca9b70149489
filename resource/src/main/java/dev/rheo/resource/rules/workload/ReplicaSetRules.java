package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Field;

/** Rules for writes of replica sets. */
final class ReplicaSetRules extends PodSetRules {
  @Override
  void spec(Field spec, Field old) {
    Counts.notNegative(spec, "replicas", "minReadySeconds");
    PodSets.replicas(spec, old);
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    status(object.at("status"));
  }

  /** Checks the numbers of replicas, which a ReplicationController has, too. */
  static void status(Field status) {
    Counts.notNegative(
        status,
        "replicas",
        "fullyLabeledReplicas",
        "readyReplicas",
        "availableReplicas",
        "observedGeneration",
        "terminatingReplicas");
    PodSets.atMostReplicas(status, "fullyLabeledReplicas");
  }
}
