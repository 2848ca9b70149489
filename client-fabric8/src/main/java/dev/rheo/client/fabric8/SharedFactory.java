package dev.rheo.client.fabric8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.SharedInformerEventListener;
import io.fabric8.kubernetes.client.informers.SharedInformerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** fabric8's {@link SharedInformerFactory} on our informers. Safe for use by many threads. */
@SuppressWarnings("deprecation") // The interface still has what is deprecated in it.
final class SharedFactory implements SharedInformerFactory {

  private static final System.Logger LOG = System.getLogger(SharedFactory.class.getName());

  private final RheoInformers rheo;
  private final KubernetesClient client;
  private final List<SharedInformerEventListener> listeners = new CopyOnWriteArrayList<>();

  // Guarded by this.
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private @Nullable String namespace;
  private @Nullable String name;

  SharedFactory(RheoInformers rheo, KubernetesClient client) {
    this.rheo = rheo;
    this.client = client;
  }

  @Override
  public synchronized SharedInformerFactory inNamespace(String chosen) {
    namespace = chosen;
    return this;
  }

  @Override
  public synchronized SharedInformerFactory withName(String chosen) {
    name = chosen;
    return this;
  }

  @Override
  public synchronized <T extends HasMetadata> SharedIndexInformer<T> sharedIndexInformerFor(
      Class<T> apiTypeClass, long resyncPeriodInMillis) {
    MixedOperation<T, KubernetesResourceList<T>, Resource<T>> all = client.resources(apiTypeClass);
    Informable<T> selected;
    if (namespace != null) {
      selected =
          name == null ? all.inNamespace(namespace) : all.inNamespace(namespace).withName(name);
    } else {
      selected = name == null ? all.inAnyNamespace() : all.withName(name);
    }
    SharedIndexInformer<T> informer = rheo.informer(selected, resyncPeriodInMillis);
    informers.add(informer);
    return informer;
  }

  @Override
  @SuppressWarnings("unchecked") // The class of an informer's objects is its type.
  public synchronized <T> @Nullable SharedIndexInformer<T> getExistingSharedIndexInformer(
      Class<T> apiTypeClass) {
    return (SharedIndexInformer<T>)
        informers.stream()
            .filter(informer -> informer.getApiTypeClass().equals(apiTypeClass))
            .findFirst()
            .orElse(null);
  }

  @Override
  public synchronized Future<Void> startAllRegisteredInformers() {
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    for (SharedIndexInformer<?> informer : informers) {
      CompletableFuture<Void> start = informer.start().toCompletableFuture();
      starts.add(
          start.whenComplete(
              (nothing, thrown) -> {
                if (thrown != null) {
                  tell(informer, thrown);
                }
              }));
    }
    return CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new));
  }

  private void tell(SharedIndexInformer<?> informer, Throwable thrown) {
    if (listeners.isEmpty()) {
      LOG.log(System.Logger.Level.WARNING, "The informer of " + informer + " has failed", thrown);
    }
    listeners.forEach(
        listener ->
            listener.onException(informer, KubernetesClientException.launderThrowable(thrown)));
  }

  @Override
  public synchronized void stopAllRegisteredInformers() {
    informers.forEach(SharedIndexInformer::stop);
  }

  @Override
  public void addSharedInformerEventListener(SharedInformerEventListener event) {
    listeners.add(event);
  }
}
