package dev.rheo.compat.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Workflow;
import io.javaoperatorsdk.operator.api.reconciler.dependent.Dependent;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells in the status what the dependent ConfigMap has; fails on purpose for a tea that is none.
 */
@Workflow(dependents = @Dependent(type = CupsDependent.class))
// Version 5.3.2 takes a change of somebody else for its own if both are told at once, as after a
// restart of the server, unless it is told not to compare versions.
@ControllerConfiguration(
    name = "kettles",
    finalizerName = KettleReconciler.FINALIZER,
    informer = @Informer(comparableResourceVersions = false))
public final class KettleReconciler implements Reconciler<Kettle>, Cleaner<Kettle> {
  static final String FINALIZER = "operator.example.com/kettle";

  /** The names of those that were cleaned up. */
  final Set<String> cleaned = ConcurrentHashMap.newKeySet();

  @Override
  public UpdateControl<Kettle> reconcile(Kettle kettle, Context<Kettle> context) {
    if (kettle.getSpec().tea.equals("coffee")) {
      throw new IllegalStateException("coffee is no tea");
    }
    Kettle.Status status = new Kettle.Status();
    status.observedGeneration = kettle.getMetadata().getGeneration();
    status.cups =
        context
            .getSecondaryResource(ConfigMap.class)
            .map(map -> Integer.valueOf(map.getData().get("cups")))
            .orElse(null);
    return UpdateControl.patchStatus(withStatus(kettle, status));
  }

  @Override
  public ErrorStatusUpdateControl<Kettle> updateErrorStatus(
      Kettle kettle, Context<Kettle> context, Exception e) {
    Kettle.Status status = new Kettle.Status();
    status.message = e.getMessage();
    return ErrorStatusUpdateControl.patchStatus(withStatus(kettle, status));
  }

  @Override
  public DeleteControl cleanup(Kettle kettle, Context<Kettle> context) {
    cleaned.add(kettle.getMetadata().getName());
    return DeleteControl.defaultDelete();
  }

  /** What is applied: the name and the status only. */
  private static Kettle withStatus(Kettle kettle, Kettle.Status status) {
    Kettle applied = new Kettle();
    applied.getMetadata().setName(kettle.getMetadata().getName());
    applied.getMetadata().setNamespace(kettle.getMetadata().getNamespace());
    applied.setStatus(status);
    return applied;
  }
}
