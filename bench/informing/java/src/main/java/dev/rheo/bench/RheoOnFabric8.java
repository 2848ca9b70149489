package dev.rheo.bench;

import dev.rheo.client.EventHandler;
import dev.rheo.client.Informer;
import dev.rheo.client.Informers;
import dev.rheo.client.fabric8.Fabric8Format;
import dev.rheo.client.fabric8.Fabric8Transport;
import dev.rheo.client.reflector.Resource;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** Rheo's informers on fabric8's client, with fabric8's classes. */
final class RheoOnFabric8 implements Subject {
  private final Informer<? extends HasMetadata> informer;

  RheoOnFabric8(String server, String kind) {
    KubernetesClient client = Fabric8.client(server, false);
    Informers informers = Informers.on(new Fabric8Transport(client));
    informer =
        kind.equals("secrets")
            ? of(informers, client, "secrets", Secret.class)
            : of(informers, client, "configmaps", ConfigMap.class);
  }

  private static <T extends HasMetadata> Informer<T> of(
      Informers informers, KubernetesClient client, String plural, Class<T> type) {
    return informers
        .informer(
            Resource.of("", "v1", plural, null),
            new Fabric8Format<>(
                client.getKubernetesSerialization(), type, "v1", type.getSimpleName()))
        .build();
  }

  @Override
  public void start(List<Tally> handlers) {
    for (Tally tally : handlers) {
      informer.addHandler(new Handler(tally));
    }
    informer.start();
  }

  private record Handler(Tally tally) implements EventHandler<HasMetadata> {
    @Override
    public void onAdd(HasMetadata object, boolean initial) {
      tally.add();
    }

    @Override
    public void onUpdate(HasMetadata before, HasMetadata object) {
      tally.update(stamp -> Fabric8.carries(object, stamp));
    }
  }

  @Override
  public boolean synced() {
    return informer.hasSynced();
  }

  @Override
  public int size() {
    return informer.store().size();
  }
}
