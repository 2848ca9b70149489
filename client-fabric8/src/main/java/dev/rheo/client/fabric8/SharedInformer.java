package dev.rheo.client.fabric8;

import dev.rheo.client.EventHandler;
import dev.rheo.client.HandlerRegistration;
import dev.rheo.client.Informer;
import dev.rheo.client.InformerFault;
import dev.rheo.client.Informers;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Indexer;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.fabric8.kubernetes.client.informers.cache.Store;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Utils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Informer} as fabric8's {@link SharedIndexInformer}. The informer proper is built when
 * this one is started, because fabric8 lets the user choose a store and an initial state until
 * then. Safe for use by many threads.
 */
final class SharedInformer<T extends HasMetadata> implements SharedIndexInformer<T> {

  private static final System.Logger LOG = System.getLogger(SharedInformer.class.getName());
  private static final long SHORTEST_RESYNC_MILLIS = 1000;

  private final RheoInformers rheo;
  private final Informers informers;
  private final Operation<T> operation;
  private final KubernetesSerialization serialization;
  private final FaultPolicy policy;
  private final long defaultResyncMillis;
  private final SharedCache<T> cache = new SharedCache<>();
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Set<T> given =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  /** Guarded by this. */
  private final List<Registered> handlers = new ArrayList<>();

  private volatile @Nullable Informer<T> informer;
  private volatile boolean stopping;

  private final class Registered {
    final ResourceEventHandler<? super T> handler;
    final Duration resync;
    @Nullable HandlerRegistration registration;

    Registered(ResourceEventHandler<? super T> handler, Duration resync) {
      this.handler = handler;
      this.resync = resync;
    }

    void register(Informer<T> with) {
      registration =
          with.addHandler(
              new HandlerAdapter<>(handler, given::contains, () -> lastSyncResourceVersion()),
              resync);
    }
  }

  SharedInformer(
      RheoInformers rheo,
      Informers informers,
      Operation<T> operation,
      KubernetesSerialization serialization,
      FaultPolicy policy,
      long resyncMillis) {
    if (resyncMillis < 0) {
      throw new IllegalArgumentException(
          "The period of resyncs must not be negative: " + resyncMillis);
    }
    this.rheo = rheo;
    this.informers = informers;
    this.operation = operation;
    this.serialization = serialization;
    this.policy = policy;
    this.defaultResyncMillis = resyncMillis;
  }

  // --- What is chosen before the start.

  @Override
  public synchronized SharedIndexInformer<T> initialState(Stream<T> items) {
    checkNotStarted("the initial state");
    given.clear();
    items.forEach(given::add);
    return this;
  }

  @Override
  public synchronized SharedIndexInformer<T> itemStore(ItemStore<T> itemStore) {
    checkNotStarted("the item store");
    cache.keepIn(itemStore);
    return this;
  }

  @Override
  public synchronized SharedIndexInformer<T> exceptionHandler(ExceptionHandler handler) {
    checkNotStarted("the exception handler");
    policy.ask(handler);
    return this;
  }

  private void checkNotStarted(String what) {
    if (informer != null) {
      throw new KubernetesClientException(
          "Choose " + what + " before the informer of " + this + " is started");
    }
  }

  // --- Start and stop.

  @Override
  public CompletableFuture<Void> start() {
    Informer<T> built;
    synchronized (this) {
      if (stopping) {
        throw new IllegalStateException("The informer of " + this + " has been stopped");
      }
      if (informer != null) {
        return started.copy();
      }
      rheo.checkOpen();
      built = build();
      cache.begin(built.store());
      informer = built;
      handlers.forEach(handler -> handler.register(built));
      built.addHandler(new Starter());
    }
    rheo.started(this);
    built.start();
    return started.copy();
  }

  private Informer<T> build() {
    Informer.Builder<T> builder =
        informers
            .informer(
                operation.resource(),
                new Fabric8Format<>(
                    serialization, operation.type(), operation.apiVersion(), operation.kind()))
            .startWith(given)
            .onFault(this::faulted);
    ItemStore<T> items = cache.itemStore();
    if (items != null) {
      builder.packing(new ItemStorePacking<>(items, operation.type(), serialization));
    }
    return builder.build();
  }

  /** The store is complete, whether or not the user's handlers have been told of it. */
  private final class Starter implements EventHandler<T> {
    @Override
    public void onListed(String resourceVersion, boolean empty) {
      started.complete(null);
    }
  }

  @Override
  public SharedIndexInformer<T> run() {
    Utils.waitUntilReadyOrFail(start(), -1, TimeUnit.MILLISECONDS);
    return this;
  }

  @Override
  public void stop() {
    end(null);
  }

  private void end(@Nullable Throwable failure) {
    Informer<T> running;
    synchronized (this) {
      stopping = true;
      running = informer;
    }
    if (running != null) {
      running.close();
    }
    rheo.stopped(this);
    if (failure == null) {
      stopped.complete(null);
      started.completeExceptionally(
          new KubernetesClientException("The informer of " + this + " was stopped"));
    } else {
      stopped.completeExceptionally(failure);
      started.completeExceptionally(failure);
    }
  }

  @Override
  public CompletableFuture<Void> stopped() {
    return stopped.copy();
  }

  private void faulted(InformerFault fault) {
    Informer<T> running = informer;
    if (running == null || stopping) {
      return;
    }
    Throwable fatal = policy.judge(fault, running.health().state(), started.isDone());
    System.Logger.Level level =
        fatal != null || fault.kind() != InformerFault.Kind.REQUEST
            ? System.Logger.Level.WARNING
            : System.Logger.Level.DEBUG;
    LOG.log(level, this + ": " + fault.message(), fault.cause());
    if (fatal != null) {
      end(fatal);
    }
  }

  // --- Handlers.

  @Override
  public SharedIndexInformer<T> addEventHandler(ResourceEventHandler<? super T> handler) {
    return addEventHandlerWithResyncPeriod(handler, defaultResyncMillis);
  }

  @Override
  public synchronized SharedIndexInformer<T> addEventHandlerWithResyncPeriod(
      ResourceEventHandler<? super T> handler, long resyncPeriod) {
    if (stopping) {
      LOG.log(System.Logger.Level.INFO, "{0} is stopped: its new handler is told nothing", this);
      return this;
    }
    long millis = resyncPeriod <= 0 ? 0 : Math.max(resyncPeriod, SHORTEST_RESYNC_MILLIS);
    Registered added = new Registered(handler, Duration.ofMillis(millis));
    handlers.add(added);
    Informer<T> running = informer;
    if (running != null) {
      added.register(running);
    }
    return this;
  }

  @Override
  public synchronized SharedIndexInformer<T> removeEventHandler(
      ResourceEventHandler<? super T> handler) {
    handlers.removeIf(
        registered -> {
          if (registered.handler != handler) {
            return false;
          }
          HandlerRegistration registration = registered.registration;
          if (registration != null) {
            registration.close();
          }
          return true;
        });
    return this;
  }

  // --- The store.

  @Override
  public SharedIndexInformer<T> addIndexers(Map<String, Function<T, List<String>>> indexers) {
    cache.addIndexers(indexers);
    return this;
  }

  @Override
  public SharedIndexInformer<T> removeIndexer(String name) {
    cache.removeIndexer(name);
    return this;
  }

  @Override
  public Indexer<T> getIndexer() {
    return cache;
  }

  @Override
  public Store<T> getStore() {
    return cache;
  }

  // --- How it is.

  Operation<T> operation() {
    return operation;
  }

  @Override
  public boolean hasSynced() {
    Informer<T> running = informer;
    return running != null && running.hasSynced();
  }

  @Override
  public @Nullable String lastSyncResourceVersion() {
    Informer<T> running = informer;
    String version = running == null ? "" : running.health().resourceVersion();
    return version.isEmpty() ? null : version;
  }

  @Override
  public boolean isRunning() {
    return informer != null && !stopping;
  }

  @Override
  public boolean isWatching() {
    Informer<T> running = informer;
    return running != null && running.health().watching();
  }

  @Override
  public Class<T> getApiTypeClass() {
    return operation.type();
  }

  @Override
  public String toString() {
    return operation.resource().path();
  }
}
