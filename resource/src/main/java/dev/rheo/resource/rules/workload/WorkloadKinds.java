package dev.rheo.resource.rules.workload;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class WorkloadKinds {
  private WorkloadKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept("replicationcontrollers", new ReplicationControllerRules());
    rules.accept("deployments.apps", new DeploymentRules());
    rules.accept("replicasets.apps", new ReplicaSetRules());
    rules.accept("statefulsets.apps", new StatefulSetRules());
    rules.accept("daemonsets.apps", new DaemonSetRules());
    rules.accept("controllerrevisions.apps", new ControllerRevisionRules());
    rules.accept("jobs.batch", new JobRules());
    rules.accept("cronjobs.batch", new CronJobRules());
    rules.accept("horizontalpodautoscalers.autoscaling", new HorizontalPodAutoscalerRules());
    rules.accept("poddisruptionbudgets.policy", new PodDisruptionBudgetRules());
  }
}
