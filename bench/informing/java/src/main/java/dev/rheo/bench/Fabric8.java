package dev.rheo.bench;

import dev.rheo.client.fabric8.RheoInformers;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;

/** An informer of fabric8's client: its own, or Rheo's by the one line that users change. */
final class Fabric8 implements Subject {
  private final SharedIndexInformer<? extends HasMetadata> informer;

  /**
   * @param watchList whether its own informer asks for a watch list
   * @param ours whether the informer is Rheo's
   */
  Fabric8(String server, String kind, boolean watchList, boolean ours) {
    KubernetesClient own =
        new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder().withMasterUrl(server).withWatchList(watchList).build())
            .build();
    KubernetesClient client = ours ? RheoInformers.wrap(own) : own;
    informer =
        kind.equals("secrets")
            ? client.secrets().inAnyNamespace().runnableInformer(0)
            : client.configMaps().inAnyNamespace().runnableInformer(0);
  }

  private static boolean carries(HasMetadata object, String stamp) {
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
