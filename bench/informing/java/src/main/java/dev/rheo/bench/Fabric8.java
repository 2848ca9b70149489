package dev.rheo.bench;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;

/** fabric8's own informer. */
final class Fabric8 implements Subject {
  private final SharedIndexInformer<? extends HasMetadata> informer;

  Fabric8(String server, String kind, boolean watchList) {
    KubernetesClient client = client(server, watchList);
    informer =
        kind.equals("secrets")
            ? client.secrets().inAnyNamespace().runnableInformer(0)
            : client.configMaps().inAnyNamespace().runnableInformer(0);
  }

  static KubernetesClient client(String server, boolean watchList) {
    return new KubernetesClientBuilder()
        .withConfig(new ConfigBuilder().withMasterUrl(server).withWatchList(watchList).build())
        .build();
  }

  static boolean carries(HasMetadata object, String stamp) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    return annotations != null && stamp.equals(annotations.get(Tally.ANNOTATION));
  }

  @Override
  public void start(List<Tally> handlers) {
    for (Tally tally : handlers) {
      informer.addEventHandler(new Handler(tally));
    }
    informer
        .start()
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                throw new IllegalStateException("fabric8's informer did not start", failure);
              }
            });
  }

  private record Handler(Tally tally) implements ResourceEventHandler<HasMetadata> {
    @Override
    public void onAdd(HasMetadata object) {
      tally.add();
    }

    @Override
    public void onUpdate(HasMetadata before, HasMetadata object) {
      tally.update(stamp -> carries(object, stamp));
    }

    @Override
    public void onDelete(HasMetadata object, boolean unknown) {}
  }

  @Override
  public boolean synced() {
    return informer.hasSynced();
  }

  @Override
  public int size() {
    return informer.getStore().listKeys().size();
  }
}
