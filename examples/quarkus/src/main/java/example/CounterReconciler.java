package example;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.stream.Collectors;

/** Tells each counter how many ConfigMaps there are. */
@ControllerConfiguration
public class CounterReconciler implements Reconciler<Counter> {
  private final KubernetesClient client;

  CounterReconciler(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public UpdateControl<Counter> reconcile(Counter counter, Context<Counter> context) {
    String namespace = counter.getMetadata().getNamespace();
    long count =
        client.configMaps().inNamespace(namespace).list().getItems().stream()
            .filter(map -> map.getMetadata().getName().startsWith(counter.getSpec().prefix))
            .count();
    Counter told = new Counter();
    told.setMetadata(
        new ObjectMetaBuilder()
            .withName(counter.getMetadata().getName())
            .withNamespace(namespace)
            .build());
    Counter.Status status = new Counter.Status();
    status.count = (int) count;
    told.setStatus(status);
    return UpdateControl.patchStatus(told);
  }

  /** Every ConfigMap concerns the counters of its namespace. */
  @Override
  public List<EventSource<?, Counter>> prepareEventSources(EventSourceContext<Counter> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(ConfigMap.class, Counter.class)
                .withSecondaryToPrimaryMapper(
                    map ->
                        context
                            .getPrimaryCache()
                            .list(map.getMetadata().getNamespace())
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .build(),
            context));
  }
}
