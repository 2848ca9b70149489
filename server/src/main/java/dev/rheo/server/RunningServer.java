package dev.rheo.server;

import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.CachedResource;
import dev.rheo.cache.WatchCache;
import dev.rheo.server.health.Health;
import dev.rheo.server.http.Edge;
import dev.rheo.server.http.EdgeSettings;
import dev.rheo.server.http.GzipBudget;
import dev.rheo.server.metrics.PartMetrics;
import dev.rheo.server.metrics.ProcessMetrics;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.Api;
import dev.rheo.server.request.NonResource;
import dev.rheo.server.request.ResourceReads;
import dev.rheo.server.request.ResourceWrites;
import dev.rheo.server.resource.Discovery;
import dev.rheo.server.resource.OpenApi;
import dev.rheo.server.resource.ResourceRegistry;
import dev.rheo.server.security.Authenticator;
import dev.rheo.server.security.Authorizer;
import dev.rheo.server.security.Kubeconfig;
import dev.rheo.server.security.Pki;
import dev.rheo.server.verb.read.Reads;
import dev.rheo.server.verb.write.NamespaceController;
import dev.rheo.server.verb.write.Writes;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RetentionCompactor;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RocksRevisionStore;
import dev.rheo.store.RocksSettings;
import dev.rheo.store.StoreException;
import io.netty.util.HashedWheelTimer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/** The parts, started in the order in which they need each other. */
final class RunningServer implements Server {

  private final Closing opened = new Closing();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final ServerConfig config;
  private final RevisionStore store;
  private final WatchCache cache;
  private final NamespaceController namespaces;
  private final Edge edge;
  private final InetSocketAddress address;

  RunningServer(ServerConfig config) throws ServerStartException {
    this.config = config;
    try {
      // The keys are minted while the store opens: neither needs the other.
      Background<Pki> pki = new Background<>(() -> Pki.open(config.data().resolve("pki"), config.host()));
      store = store(config);
      opened.add("store", store);
      RetentionCompactor retention =
          new RetentionCompactor(store, config.historyTime(), config.historyBytes(), Clock.systemUTC());
      ResourceRegistry registry = ResourceRegistry.builtIn();
      cache = cache(config, store, registry);
      opened.add("watch cache", cache);
      cache.start();
      opened.add("retention", retention);
      retention.start();
      HashedWheelTimer timer = new HashedWheelTimer();
      opened.add("timer", timer::stop);

      RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
      Writes writes = new Writes(store, cache, registry, Clock.systemUTC(), random);
      namespaces = new NamespaceController(writes, store, cache, registry);
      opened.add("namespace controller", namespaces);

      PrometheusRegistry metrics = new PrometheusRegistry();
      RequestMetrics requestMetrics = new RequestMetrics(metrics);
      ProcessMetrics.register(metrics);
      PartMetrics parts = new PartMetrics(metrics);
      parts.store(store::stats);
      parts.cache(cache::stats);

      Pki keys = pki.get();
      GzipBudget gzip = new GzipBudget(config.memory().compression());
      Api api =
          new Api(
              Authenticator.create(keys.authority(), config.tokenAuthFile()),
              new Authorizer(),
              registry,
              new NonResource(
                  health("healthz"),
                  health("livez"),
                  readiness(),
                  new Discovery(registry, VERSION),
                  new OpenApi(registry),
                  metrics,
                  this::hostAndPort),
              new ResourceReads(
                  new Reads(store, cache, timer, System::nanoTime, random),
                  config.gates(),
                  requestMetrics,
                  gzip),
              new ResourceWrites(writes, config.gates()),
              requestMetrics);
      edge = new Edge(edgeSettings(config), keys.server(), api);
      opened.add("edge", edge);
      parts.edge(edge::stats);
      address = edge.start();
      Kubeconfig.write(config.kubeconfig(), keys, hostAndPort());
      namespaces.start();
    } catch (StoreException | IOException e) {
      opened.close();
      throw new ServerStartException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static RevisionStore store(ServerConfig config) throws StoreException {
    return switch (config.store()) {
      case MEMORY -> new MemoryRevisionStore();
      case ROCKSDB ->
          RocksRevisionStore.open(
              config.data().resolve("store"),
              RocksSettings.defaults().withNativeMemory(config.memory().storeCaches()));
    };
  }

  private static CacheSettings cacheSettings(ServerConfig config) {
    MemoryPlan memory = config.memory();
    CacheSettings defaults = CacheSettings.defaults();
    return new CacheSettings(
        memory.hotBuffers(),
        defaults.segmentBytes(),
        defaults.diskBytes(),
        config.historyBytes(),
        memory.eventLog(),
        (int) (memory.decodedEvents() / DECODED_EVENT_BYTES),
        memory.snapshots(),
        ServerConfig.MIN_HISTORY_TIME,
        defaults.loaders());
  }

  private static WatchCache cache(
      ServerConfig config, RevisionStore store, ResourceRegistry registry) {
    List<CachedResource> resources =
        registry.stored().stream()
            .map(
                stored ->
                    new CachedResource(
                        stored.name(), stored.keyPrefix(), stored.namespaced(), stored.fields()))
            .toList();
    Path spool = config.data().resolve("spool");
    return new WatchCache(store, spool, resources, cacheSettings(config));
  }

  private Health health(String name) {
    return new Health(name, List.of(new Health.Check("ping", () -> true)));
  }

  private Health readiness() {
    return new Health(
        "readyz",
        List.of(
            new Health.Check("ping", () -> true),
            new Health.Check("store", () -> storeAnswers()),
            new Health.Check("watch-cache", cache::ready),
            new Health.Check("namespaces", namespaces::ready),
            new Health.Check("shutdown", () -> !stopping.get())));
  }

  private boolean storeAnswers() {
    try {
      return store.currentRevision() > 0;
    } catch (StoreException e) {
      return false;
    }
  }

  private String hostAndPort() {
    return address.getHostString() + ":" + address.getPort();
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void shutdown(Duration atMost) {
    if (stopping.compareAndSet(false, true)) {
      edge.drain(atMost.dividedBy(2), atMost);
      opened.close();
      stopped.countDown();
      return;
    }
    try {
      stopped.await(atMost.toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
