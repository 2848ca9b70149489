package example;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;

/**
 * Keeps a ConfigMap with the page of each website, and tells its size.
 *
 * <p>Version 5.3.2 of the SDK can miss a change that is told together with the answer to a status patch of its own, unless
 * {@code comparableResourceVersions} is off.
 */
@ControllerConfiguration(informer = @Informer(comparableResourceVersions = false))
public class WebsiteReconciler implements Reconciler<Website> {
  static final String FILE = "index.html";

  @Override
  public UpdateControl<Website> reconcile(Website website, Context<Website> context) {
    String page = website.getSpec().getPage();
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(website.getMetadata().getName())
            .withNamespace(website.getMetadata().getNamespace())
            .endMetadata()
            .addToData(FILE, page)
            .build();
    map.addOwnerReference(website);
    context.getClient().resource(map).forceConflicts().serverSideApply();

    Website told = new Website();
    told.setMetadata(
        new ObjectMetaBuilder()
            .withName(website.getMetadata().getName())
            .withNamespace(website.getMetadata().getNamespace())
            .build());
    Website.Status status = new Website.Status();
    status.setSize(page.length());
    told.setStatus(status);
    return UpdateControl.patchStatus(told);
  }

  /** A ConfigMap that somebody changes or deletes is put right. */
  @Override
  public List<EventSource<?, Website>> prepareEventSources(EventSourceContext<Website> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(ConfigMap.class, Website.class).build(),
            context));
  }
}
