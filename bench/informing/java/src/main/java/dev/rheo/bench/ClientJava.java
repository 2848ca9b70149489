package dev.rheo.bench;

import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretList;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The informer of the official Java client. */
final class ClientJava implements Subject {
  private final SharedInformerFactory factory;
  private final SharedIndexInformer<? extends KubernetesObject> informer;

  ClientJava(String server, String kind) {
    ApiClient client = new ApiClient();
    client.setBasePath(server);
    // As its documentation asks of programs with informers.
    client.setHttpClient(client.getHttpClient().newBuilder().readTimeout(Duration.ZERO).build());
    CoreV1Api core = new CoreV1Api(client);
    factory = new SharedInformerFactory(client);
    informer =
        kind.equals("secrets")
            ? factory.sharedIndexInformerFor(
                p ->
                    core.listSecretForAllNamespaces()
                        .resourceVersion(p.resourceVersion)
                        .timeoutSeconds(p.timeoutSeconds)
                        .watch(p.watch)
                        .buildCall(null),
                V1Secret.class,
                V1SecretList.class)
            : factory.sharedIndexInformerFor(
                p ->
                    core.listConfigMapForAllNamespaces()
                        .resourceVersion(p.resourceVersion)
                        .timeoutSeconds(p.timeoutSeconds)
                        .watch(p.watch)
                        .buildCall(null),
                V1ConfigMap.class,
                V1ConfigMapList.class);
  }

  @Override
  public void start(List<Tally> handlers) {
    for (Tally tally : handlers) {
      handle(informer, tally);
    }
    factory.startAllRegisteredInformers();
  }

  private static <T extends KubernetesObject> void handle(
      SharedIndexInformer<T> informer, Tally tally) {
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T object) {
            tally.add();
          }

          @Override
          public void onUpdate(T before, T object) {
            tally.update(
                stamp -> {
                  Map<String, String> annotations = object.getMetadata().getAnnotations();
                  return annotations != null && stamp.equals(annotations.get(Tally.ANNOTATION));
                });
          }

          @Override
          public void onDelete(T object, boolean unknown) {}
        });
  }

  @Override
  public boolean synced() {
    return informer.hasSynced();
  }

  @Override
  public int size() {
    return informer.getIndexer().listKeys().size();
  }
}
