package dev.rheo.app;

import dev.rheo.access.KubeconfigWriter;
import dev.rheo.api.io.HostPort;
import dev.rheo.api.io.IoFailures;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CachedResource;
import dev.rheo.cache.FormBounds;
import dev.rheo.cache.FormKind;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.Deflaters;
import dev.rheo.edge.Edge;
import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.server.admission.ServiceAccountAdmission;
import dev.rheo.server.aggregation.AvailabilityMetrics;
import dev.rheo.server.aggregation.ExtensionContent;
import dev.rheo.server.allocation.ServiceAllocator;
import dev.rheo.server.allocation.ServiceNetwork;
import dev.rheo.server.controller.Controllers;
import dev.rheo.server.controller.NamespaceController;
import dev.rheo.server.controller.custom.DefinitionController;
import dev.rheo.server.controller.garbage.GarbageCollector;
import dev.rheo.server.conversion.Converters;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.health.Health;
import dev.rheo.server.metrics.AccessMetrics;
import dev.rheo.server.metrics.MetricsPage;
import dev.rheo.server.metrics.PartMetrics;
import dev.rheo.server.metrics.ProcessMetrics;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.MemoryMeter;
import dev.rheo.server.request.NodeConnections;
import dev.rheo.server.request.NonResource;
import dev.rheo.server.request.Reporting;
import dev.rheo.server.request.RequestChain;
import dev.rheo.server.request.ResourceReads;
import dev.rheo.server.request.ResourceWrites;
import dev.rheo.server.request.Routes;
import dev.rheo.server.request.Seats;
import dev.rheo.server.request.Verbs;
import dev.rheo.server.security.AccessControl;
import dev.rheo.server.security.Authenticator;
import dev.rheo.server.security.Authorizer;
import dev.rheo.server.security.Pki;
import dev.rheo.server.security.TokenFile;
import dev.rheo.server.security.token.TokenIssuer;
import dev.rheo.server.security.token.TokenKeys;
import dev.rheo.server.security.token.TokenVerifier;
import dev.rheo.server.typechange.TypeChanges;
import dev.rheo.server.verb.read.Reads;
import dev.rheo.server.verb.review.Reviews;
import dev.rheo.server.verb.write.LiveObjects;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.Writes;
import dev.rheo.server.webhook.WebhookClient;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreHealth;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The parts of a server, started in the order of their dependencies. */
final class RunningServer implements Server {

  private static final Logger LOG = System.getLogger(RunningServer.class.getName());

  /** Approximate memory of one deflater outside the heap. */
  private static final long DEFLATER_BYTES = 300 << 10;

  /** Approximate heap of one object in the cache's index. */
  private static final long INDEX_ENTRY_BYTES = 200;

  /** Approximate heap of a version of a custom resource without objects, measured. */
  private static final long CUSTOM_TYPE_BYTES = 24 << 10;

  /** How many versions a definition is taken to have until it is served. */
  private static final long WAITING_VERSIONS = 3;

  /**
   * How long the encoding of a form waits for memory before the request for the form is refused,
   * and the garbage collector before it tries again.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration INDEX_PERIOD = Duration.ofSeconds(1);

  /** Approximate upper bound on closing the parts once no request is running. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private static final Duration READY_POLL = Duration.ofMillis(5);

  /** As upstream, between attempts to find a service account that a controller is to make. */
  private static final Duration ACCOUNT_POLL = Duration.ofMillis(150);

  private static final DescriptorPlan DESCRIPTORS = DescriptorPlan.ofProcess();

  private final OpenedParts opened = new OpenedParts();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final DataDirectory data;
  private final RevisionStore store;
  private final WatchCache cache;
  private final Edge edge;
  private final ServedTypes served;
  private final Aggregation aggregation;
  private final InetSocketAddress address;
  private volatile boolean bootstrapped;
  private volatile @Nullable DefinitionController definitions;
  private volatile @Nullable GarbageCollector garbage;

  RunningServer(ServerConfig config, Embedding embedding) throws ServerStartException {
    Clock clock = Clock.systemUTC();
    data = new DataDirectory(config.data());
    data.requireUsable();
    data.make();
    try {
      ResourceRegistry registry = BuiltInResources.registry();
      served = new ServedTypes(registry);
      // First, since it locks the directory: no other server uses the rest then.
      PrometheusRegistry metrics = new PrometheusRegistry();
      StoreParts stores = new StoreParts(opened, data, DESCRIPTORS, metrics);
      store = stores.open(config, registry, embedding.store(), clock);
      ServiceNetwork services = config.network().services();
      Pki pki = Pki.open(data.pki(), config.host(), config.network().certified(), clock);
      Ledger ledger =
          new Ledger(config.memory().requests().withDescriptors(DESCRIPTORS.connections()));
      cache = openCache(config, registry, ledger);
      stores.serve(cache);
      HashedWheelTimer timer = new HashedWheelTimer(new DefaultThreadFactory("timer", true));
      opened.add("timer", timer::stop);

      RandomGenerator random = new SharedRandom();
      Deflaters deflaters = new Deflaters((int) (config.memory().compression() / DEFLATER_BYTES));
      Encodings encodings = new Encodings(clock, config.gates(), served);
      PrometheusRegistry totals = new PrometheusRegistry();
      RequestMetrics requestMetrics = new RequestMetrics(metrics, served);
      AccessConfig accessConfig = config.access();
      TokenIssuer issuer = issuer(accessConfig);
      LiveObjects objects = new LiveObjects(store, cache, registry);
      TokenVerifier verifier = new TokenVerifier(issuer, objects, clock);
      opened.add("token verifier", verifier);
      AccessControl access =
          new AccessControl(
              new Authenticator(List.of(pki.authority()), tokens(config), verifier, clock),
              new Authorizer(
                  accessConfig.alwaysAllow()
                      ? Authorizer.Mode.ALWAYS_ALLOW
                      : Authorizer.Mode.BY_GROUP),
              new AccessMetrics(metrics));
      Writes writes =
          new Writes(
              store,
              cache,
              served,
              clock,
              random,
              // The count of this moment, since the account lags behind it by up to a period.
              () -> indexBytes() + INDEX_ENTRY_BYTES <= ledger.index().limit(),
              config.eventTtl(),
              new Reviews(access),
              accessConfig.serviceAccountAdmission()
                  ? List.of(
                      new ServiceAccountAdmission(
                          objects::serviceAccount,
                          random,
                          () -> LockSupport.parkNanos(ACCOUNT_POLL.toNanos())))
                  : List.of(),
              issuer,
              new ServiceAllocator(store, registry, services, random));
      LoopbackClient client = new LoopbackClient(writes);
      aggregation =
          new Aggregation(
              opened,
              config.aggregation(),
              pki,
              client,
              cache,
              served,
              () -> defined(DefinitionController::isReady),
              ledger,
              new AvailabilityMetrics(metrics, totals),
              random,
              clock);
      // Before a write could be given what a Service of an earlier release has.
      Guarded.of("what Services hold", writes.repair()::run).run();
      NonResource nonResource =
          new NonResource(
              liveness("healthz", stores.checks()),
              liveness("livez", List.of()),
              readiness(stores.checks()),
              aggregation.discovery(served, Release.version()),
              aggregation.openApi(served),
              new MetricsPage(metrics, totals),
              () -> HostPort.of(address()),
              served,
              aggregation.documents(),
              encodings.negotiation(),
              issuer,
              stores.snapshots(ledger.snapshots()));
      Reads stored = new Reads(store, cache, timer, System::nanoTime, random);
      ResourceReads reads =
          new ResourceReads(stored, encodings, config.gates(), requestMetrics, deflaters);
      Seats seats = new Seats(Seats.Limits.defaults());
      RequestChain chain =
          new RequestChain(
              access,
              new Routes(served, aggregation.services()),
              seats,
              new Verbs(
                  nonResource,
                  reads,
                  new ResourceWrites(writes, encodings, config.gates()),
                  new NodeConnections(stored, registry.get("", "v1", "nodes")),
                  aggregation.proxy()),
              new Reporting(encodings, requestMetrics),
              ledger);
      edge =
          new Edge(
              PartSettings.edge(config, embedding),
              ledger,
              pki.tls(),
              embedding.requests().apply(chain));
      opened.add("edge", edge);
      register(metrics, seats, verifier);
      address = edge.start();
      writeKubeconfig(config.kubeconfig(), pki);
      ExtensionContent elsewhere = new ExtensionContent(aggregation.services());
      NamespaceController namespaces =
          new NamespaceController(
              client, cache, served, () -> defined(d -> d.knowsAll()), elsewhere::delete);
      opened.add("namespace controller", namespaces);
      namespaces.createRequired();
      if (config.controllers().contains(Controllers.NAMESPACE)) {
        namespaces.start();
      }
      Converters converters =
          new Converters(
              aggregation.resolver(),
              clock,
              () -> UUID.randomUUID().toString(),
              WebhookClient.PATIENCE);
      opened.add("converters", converters);
      DefinitionController defining =
          new DefinitionController(
              client,
              cache,
              served,
              new TypeChanges(served, cache, encodings, requestMetrics),
              converters::of,
              aggregation.local(),
              clock);
      opened.add("definition controller", defining);
      definitions = defining;
      defining.start();
      aggregation.start(client, served, pki, clock);
      new ServiceKeeping(opened, config, store, address)
          .start(client, writes.repair(), served, clock);
      if (config.controllers().contains(Controllers.GARBAGE_COLLECTOR)) {
        GarbageCollector collector =
            new GarbageCollector(
                client, cache, served, clock, () -> new MemoryMeter(ledger.heavyTrees(), PATIENCE));
        opened.add("garbage collector", collector);
        garbage = collector;
        collector.start();
      }
      ScheduledExecutorService indexing =
          Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("ledger", true));
      opened.add("ledger", indexing::shutdownNow);
      indexing.scheduleWithFixedDelay(
          () -> ledger.indexed(indexBytes()), 0, INDEX_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
      if (embedding.ownsProcess()) {
        PostBurstCollector collector = new PostBurstCollector();
        opened.add("collector", collector);
        collector.start();
      }
      bootstrapped = true;
    } catch (StoreException e) {
      throw cannotStart(e);
    } catch (BindException e) {
      throw new ServerStartException(e.getMessage() + "; choose another address with --listen", e);
    } catch (IOException e) {
      throw new ServerStartException(IoFailures.tell(e), e);
    } catch (ApiException e) {
      throw new ServerStartException(String.valueOf(e.getMessage()), e);
    } finally {
      if (!bootstrapped) {
        opened.close();
      }
    }
  }

  /**
   * The objects, the custom resources, what the garbage collector knows of owners, and the
   * documents of extension API servers.
   */
  private long indexBytes() {
    GarbageCollector collector = garbage;
    DefinitionController defining = definitions;
    int waiting = defining == null || !defining.isReady() ? 0 : defining.waiting();
    return cache.objects() * INDEX_ENTRY_BYTES
        + (served.get().custom() + waiting * WAITING_VERSIONS) * CUSTOM_TYPE_BYTES
        + aggregation.documents().bytes()
        + (collector == null ? 0 : collector.edgeBytes());
  }

  private ServerStartException cannotStart(StoreException e) {
    String message = String.valueOf(e.getMessage());
    return new ServerStartException(
        e.fault() == StoreException.Fault.DAMAGED ? withRemedy(message) : message, e);
  }

  private String withRemedy(String damage) {
    return "%s. Restore %s from a copy, or choose another directory with --data"
        .formatted(damage, data.root());
  }

  private WatchCache openCache(ServerConfig config, ResourceRegistry registry, Ledger ledger) {
    List<CachedResource> resources = registry.stored().stream().map(TypeChanges::cached).toList();
    Path spool = data.spool();
    WatchCache opening =
        new WatchCache(
            store,
            spool,
            resources,
            PartSettings.cache(config, DESCRIPTORS),
            (kind, making) -> formsWithin(ledger, kind, making));
    opened.add("watch cache", opening);
    opening.start();
    return opening;
  }

  private static void formsWithin(Ledger ledger, FormKind kind, FormBounds.Making making)
      throws IOException {
    Account account = kind.lane() == null ? ledger.formTrees() : ledger.convertedTrees();
    try (MemoryMeter meter = new MemoryMeter(account, PATIENCE)) {
      Meter.runWithin(meter, making::make);
    }
  }

  private void writeKubeconfig(Path file, Pki pki) throws IOException {
    try {
      KubeconfigWriter.write(
          file, address, pki.authorityPem(), pki.adminCertificatePem(), pki.adminKeyPem());
    } catch (IOException e) {
      throw new IOException(
          "cannot write the kubeconfig %s: %s".formatted(file, IoFailures.tell(e)), e);
    }
  }

  private TokenIssuer issuer(AccessConfig access) throws IOException {
    TokenKeys keys = TokenKeys.open(data.pki(), access.signingKeyFile(), access.keyFiles());
    return new TokenIssuer(keys, access.issuers(), access.audiences());
  }

  private static TokenFile tokens(ServerConfig config) throws IOException {
    Path file = config.tokenAuthFile();
    return file == null ? TokenFile.none() : TokenFile.read(file);
  }

  private void register(PrometheusRegistry metrics, Seats seats, TokenVerifier verifier) {
    ProcessMetrics.register(metrics);
    PartMetrics parts = new PartMetrics(metrics);
    parts.store(store::stats, store::health);
    parts.cache(cache::stats);
    parts.edge(edge::stats);
    parts.seats(seats::stats);
    parts.garbage(this::garbageFigures);
    parts.tokens(verifier::stats);
  }

  private PartMetrics.Garbage garbageFigures() {
    GarbageCollector collector = garbage;
    return collector == null
        ? PartMetrics.Garbage.NONE
        : new PartMetrics.Garbage(
            collector.edges(),
            collector.edgeBytes(),
            collector.pending(),
            collector.deleted(),
            collector.orphaned());
  }

  /**
   * The liveness check ignores the store. A restarted process cannot write to a full disk either,
   * and does not start with a damaged store, so that even reads would be lost.
   */
  private static Health liveness(String name, List<Health.Check> more) {
    return new Health(name, List.of(new Health.Check("ping", () -> true))).with(more);
  }

  private Health readiness(List<Health.Check> more) {
    return new Health(
            "readyz",
            List.of(
                new Health.Check("ping", () -> true),
                new Health.Check("store", this::storeAnswers),
                new Health.Check("watch-cache", () -> cache.ready()),
                new Health.Check("namespaces", () -> bootstrapped),
                new Health.Check("custom-resources", () -> defined(d -> d.isHealthy())),
                new Health.Check("autoregister-completion", () -> aggregation.isComplete()),
                new Health.Check("shutdown", () -> !stopping.get())))
        .with(more);
  }

  private boolean defined(Predicate<DefinitionController> are) {
    DefinitionController controller = definitions;
    return controller != null && are.test(controller);
  }

  private boolean storeAnswers() {
    try {
      return store.currentRevision() > 0 && store.health().isOk();
    } catch (StoreException e) {
      return false;
    }
  }

  @Override
  public boolean awaitReady(Duration atMost) throws InterruptedException, ServerStartException {
    long until = System.nanoTime() + atMost.toNanos();
    while (!(bootstrapped && cache.ready() && storeAnswers() && aggregation.isComplete())) {
      StoreHealth health = store.health();
      if (health.isDamaged()) {
        throw new ServerStartException(withRemedy(health.detail()));
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - until >= 0) {
        return false;
      }
      LockSupport.parkNanos(READY_POLL.toNanos());
    }
    return true;
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void forgetHistory() throws InterruptedException {
    try {
      long now = store.currentRevision();
      // Otherwise the cache would be built anew, and every watch would end.
      if (!cache.awaitRevision(now, PATIENCE)) {
        throw new IllegalStateException("the watch cache has not reached revision " + now);
      }
      store.compact(now);
      cache.forgetCompacted();
    } catch (StoreException | FutureRevisionException e) {
      throw new IllegalStateException("the history cannot be compacted: " + e.getMessage(), e);
    }
  }

  /** The part of {@code atMost} that is reserved for closing the parts. */
  private static Duration closing(Duration atMost) {
    Duration part = atMost.dividedBy(4);
    return part.compareTo(CLOSING) < 0 ? part : CLOSING;
  }

  @Override
  public void shutdown(Duration atMost) {
    try {
      if (stopping.compareAndSet(false, true)) {
        try {
          if (!atMost.isZero() && !edge.drain(atMost.minus(closing(atMost)))) {
            LOG.log(Level.WARNING, "some requests were cut off");
          }
        } finally {
          opened.close();
          stopped.countDown();
        }
      } else {
        stopped.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
