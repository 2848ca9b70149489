package example;

import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NamespaceList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ResourceQuota;
import io.kubernetes.client.openapi.models.V1ResourceQuotaList;
import io.kubernetes.client.openapi.models.V1ResourceQuotaSpec;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.util.CallGeneratorParams;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Gives every namespace with the label {@code team} a ResourceQuota of the same name. */
public final class QuotaController implements AutoCloseable {
  static final String LABEL = "team";
  static final String QUOTA = "of-the-team";
  private static final long AGAIN_MILLIS = 200;

  private final CoreV1Api api;
  private final SharedInformerFactory informers;
  private final SharedIndexInformer<V1Namespace> namespaces;
  private final SharedIndexInformer<V1ResourceQuota> quotas;
  private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor();

  public QuotaController(ApiClient client) {
    api = new CoreV1Api(client);
    informers = new SharedInformerFactory(client);
    namespaces =
        informers.sharedIndexInformerFor(
            (CallGeneratorParams params) ->
                api.listNamespace()
                    .labelSelector(LABEL)
                    .resourceVersion(params.resourceVersion)
                    .timeoutSeconds(params.timeoutSeconds)
                    .watch(params.watch)
                    .buildCall(null),
            V1Namespace.class,
            V1NamespaceList.class);
    quotas =
        informers.sharedIndexInformerFor(
            (CallGeneratorParams params) ->
                api.listResourceQuotaForAllNamespaces()
                    .resourceVersion(params.resourceVersion)
                    .timeoutSeconds(params.timeoutSeconds)
                    .watch(params.watch)
                    .buildCall(null),
            V1ResourceQuota.class,
            V1ResourceQuotaList.class);
    namespaces.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(V1Namespace namespace) {
            enqueue(namespace.getMetadata().getName());
          }

          @Override
          public void onUpdate(V1Namespace before, V1Namespace now) {
            enqueue(now.getMetadata().getName());
          }

          @Override
          public void onDelete(V1Namespace namespace, boolean stale) {}
        });
    quotas.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(V1ResourceQuota quota) {}

          @Override
          public void onUpdate(V1ResourceQuota before, V1ResourceQuota now) {}

          @Override
          public void onDelete(V1ResourceQuota quota, boolean stale) {
            enqueue(quota.getMetadata().getNamespace());
          }
        });
  }

  public void start() {
    informers.startAllRegisteredInformers();
  }

  private void enqueue(String namespace) {
    worker.execute(() -> reconcile(namespace));
  }

  private void reconcile(String name) {
    V1Namespace namespace = namespaces.getIndexer().getByKey(name);
    if (namespace == null || namespace.getMetadata().getDeletionTimestamp() != null) {
      return;
    }
    V1ResourceQuota quota =
        new V1ResourceQuota()
            .metadata(new V1ObjectMeta().name(QUOTA).namespace(name))
            .spec(new V1ResourceQuotaSpec().hard(Map.of("pods", new Quantity("10"))));
    try {
      api.createNamespacedResourceQuota(name, quota).execute();
    } catch (ApiException e) {
      if (e.getCode() != 409) {
        // Refused for now, or no connection: later again.
        worker.schedule(() -> reconcile(name), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void close() {
    informers.stopAllRegisteredInformers();
    worker.shutdownNow();
  }
}
