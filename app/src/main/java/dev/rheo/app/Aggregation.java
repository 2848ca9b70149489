package dev.rheo.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.WatchCache;
import dev.rheo.edge.ledger.Ledger;
import dev.rheo.resource.publish.Discovery;
import dev.rheo.resource.publish.OpenApi;
import dev.rheo.resource.type.GroupVersionPriority;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.server.aggregation.ApiServiceFollower;
import dev.rheo.server.aggregation.ApiServices;
import dev.rheo.server.aggregation.AvailabilityController;
import dev.rheo.server.aggregation.AvailabilityMetrics;
import dev.rheo.server.aggregation.ExtensionProxy;
import dev.rheo.server.aggregation.ExtensionServers;
import dev.rheo.server.aggregation.StoredServices;
import dev.rheo.server.aggregation.document.ExtensionDocuments;
import dev.rheo.server.controller.BootstrapObjects;
import dev.rheo.server.controller.apiservice.LocalApiServices;
import dev.rheo.server.outbound.ClusterServices;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.EndpointServices;
import dev.rheo.server.outbound.ServiceResolver;
import dev.rheo.server.request.MemoryMeter;
import dev.rheo.server.security.ClientIdentity;
import dev.rheo.server.security.ExtensionTrust;
import dev.rheo.server.security.Pki;
import dev.rheo.server.verb.write.LoopbackClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import javax.net.ssl.KeyManager;

/** The parts that have to do with extension API servers. */
final class Aggregation {
  /** What may be kept of the documents of extension servers. */
  private static final long MAX_DOCUMENTS = 64L << 20;

  /** How long a document waits for memory. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** As upstream. */
  private static final Duration TRUST_PERIOD = Duration.ofMinutes(1);

  private final OpenedParts opened;
  private final AggregationConfig config;
  private final ServiceResolver resolver;
  private final ApiServiceFollower services;
  private final AvailabilityController availability;
  private final ExtensionProxy proxy;
  private final ExtensionDocuments documents;
  private final LocalApiServices local;
  private volatile boolean complete;

  /**
   * @throws IOException if a file of the configuration cannot be read
   */
  Aggregation(
      OpenedParts opened,
      AggregationConfig config,
      Pki pki,
      LoopbackClient client,
      WatchCache cache,
      ServedTypes served,
      BooleanSupplier definitionsKnown,
      Ledger ledger,
      AvailabilityMetrics metrics,
      RandomGenerator random,
      Clock clock)
      throws IOException {
    this.opened = opened;
    this.config = config;
    ResourceRegistry registry = served.get();
    StoredServices objects = new StoredServices(client, cache, registry);
    this.resolver =
        config.toEndpoints()
            ? new EndpointServices(objects, random)
            : new ClusterServices(objects::service);
    Connections connections = new Connections(resolver);
    opened.add("connections to extension servers", connections);
    ExtensionServers servers =
        new ExtensionServers(
            connections, ledger.aggregated(), new KeyManager[] {identity(pki)}, clock);
    this.services =
        new ApiServiceFollower(
            client, cache, registry.get("apiregistration.k8s.io", "v1", "apiservices"), servers);
    this.availability =
        new AvailabilityController(client, cache, registry, objects, servers, metrics, clock);
    services.onChange(availability::changed);
    this.documents =
        new ExtensionDocuments(
            services,
            () -> new MemoryMeter(ledger.documents(), PATIENCE),
            () -> Math.min(MAX_DOCUMENTS, ledger.index().limit() / 8),
            System::nanoTime);
    services.onReplaced(documents::changed);
    this.local = new LocalApiServices(client, cache, served, definitionsKnown);
    this.proxy = new ExtensionProxy(ledger.descriptors(), config.rejectsRedirections());
    opened.add("APIServices", services);
    opened.add("availability of APIServices", availability);
    opened.add("documents of extension servers", documents);
    opened.add("local APIServices", local);
  }

  private ClientIdentity identity(Pki pki) throws IOException {
    Path certificate = config.proxyCertificate();
    Path key = config.proxyKey();
    return certificate == null || key == null
        ? pki.frontProxy()
        : ClientIdentity.read(certificate, key);
  }

  /**
   * Begins, and makes the objects that clients expect: those that tell extension API servers whom
   * to trust, again from time to time.
   */
  void start(LoopbackClient client, ServedTypes served, Pki pki, Clock clock) throws IOException {
    BootstrapObjects objects = new BootstrapObjects(client, served, trust(pki, clock), clock);
    AtomicBoolean made = new AtomicBoolean();
    Runnable keep =
        Guarded.of(
            "what clients expect of every server",
            () -> {
              if (made.get()) {
                objects.publishTrust();
              } else {
                // A part of it may exist and not be readable yet.
                objects.run();
                made.set(true);
              }
            });
    keep.run();
    services.start();
    availability.start();
    documents.start();
    local.start();
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("extension-trust").factory());
    opened.add("trust in front proxies", scheduler::shutdown);
    var unused =
        scheduler.scheduleWithFixedDelay(
            keep, TRUST_PERIOD.toMillis(), TRUST_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Whether the APIServices of all that this server serves itself are in force, or were once: as
   * upstream, what somebody does to them later does not count.
   */
  boolean isComplete() {
    if (!complete && local.isReady() && services.isReady()) {
      ApiServices now = services.get();
      complete =
          GroupVersionPriority.builtIn().keySet().stream()
              .allMatch(each -> now.of(each.group(), each.version()) != null);
    }
    return complete;
  }

  Discovery discovery(ServedTypes served, String serverVersion) {
    return new Discovery(served, documents::registrations, documents::versions, serverVersion);
  }

  OpenApi openApi(ServedTypes served) {
    return new OpenApi(served, documents::openApi);
  }

  ExtensionDocuments documents() {
    return documents;
  }

  /** Keeps the APIServices of what this server serves itself. */
  LocalApiServices local() {
    return local;
  }

  /** The APIServices in force. */
  ApiServiceFollower services() {
    return services;
  }

  ServiceResolver resolver() {
    return resolver;
  }

  ExtensionProxy proxy() {
    return proxy;
  }

  /**
   * Adds to a ConfigMap what extension API servers are told; nothing of proxies if only their
   * certificate is known.
   */
  private Predicate<ObjectNode> trust(Pki pki, Clock clock) throws IOException {
    Path file = config.proxyAuthority();
    byte[] authority =
        file != null
            ? Files.readAllBytes(file)
            : config.proxyCertificate() == null ? pki.frontProxyAuthorityPem() : new byte[0];
    ExtensionTrust trust =
        new ExtensionTrust(
            new String(pki.authorityPem(), StandardCharsets.US_ASCII),
            new String(authority, StandardCharsets.US_ASCII),
            config.allowedNames(),
            config.usernameHeaders(),
            config.uidHeaders(),
            config.groupHeaders(),
            config.extraPrefixes());
    return map -> trust.addTo(map, clock.instant());
  }
}
