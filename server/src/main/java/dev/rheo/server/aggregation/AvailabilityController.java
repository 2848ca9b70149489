package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.aggregation.ApiServiceConditions.Finding;
import dev.rheo.server.follow.Follower;
import dev.rheo.server.follow.Signal;
import dev.rheo.server.outbound.ServiceObjects;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the condition {@code Available} of all APIServices true to what it says: checks each when
 * it, its Service or that one's EndpointSlices change, every 30 seconds, and soon again when a
 * check fails. The status is written only if it changes.
 */
public final class AvailabilityController implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AvailabilityController.class.getName());

  private static final Duration PERIOD = Duration.ofSeconds(30);

  /** Upstream's pauses after failures. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(5);

  private static final int DOUBLINGS = 13;

  /** Checks that run at once, as upstream. */
  private static final int WORKERS = 5;

  private final LoopbackClient client;
  private final ResourceType type;
  private final ExtensionServers servers;
  private final AvailabilityCheck check;
  private final AvailabilityMetrics metrics;
  private final InstantSource clock;
  private final Follower services;
  private final Follower slices;
  private final Semaphore workers = new Semaphore(WORKERS);
  private final Signal signal = new Signal();

  /** By the name of the APIService. Guarded by itself. */
  private final Map<String, Work> works = new HashMap<>();

  private volatile boolean closed;

  /** What there is to do about one APIService. Guarded by the map. */
  private static final class Work {
    /** {@code namespace/name} of its Service; null if it is local or not known yet. */
    @Nullable String service;

    /** As {@link System#nanoTime}. */
    long due = System.nanoTime();

    boolean running;
    int failures;
  }

  /**
   * @param registry has the built-in types
   */
  public AvailabilityController(
      LoopbackClient client,
      WatchCache cache,
      ResourceRegistry registry,
      ServiceObjects objects,
      ExtensionServers servers,
      AvailabilityMetrics metrics,
      InstantSource clock) {
    this.client = client;
    this.type = registry.get("apiregistration.k8s.io", "v1", "apiservices");
    this.servers = servers;
    this.check = new AvailabilityCheck(objects);
    this.metrics = metrics;
    this.clock = clock;
    this.services =
        new Follower(
            cache,
            registry.get("", "v1", "services"),
            entry -> serviceChanged(entry.namespace(), entry.name()));
    this.slices =
        new Follower(
            cache, registry.get("discovery.k8s.io", "v1", "endpointslices"), this::sliceChanged);
  }

  /** Begins, in the background. */
  public void start() {
    services.start();
    slices.start();
    Thread.ofVirtual().name("apiservice-availability").start(this::run);
  }

  /** An APIService has come, changed or gone. */
  public void changed(String name) {
    synchronized (works) {
      works.computeIfAbsent(name, any -> new Work()).due = System.nanoTime();
    }
    signal.raise();
  }

  private void sliceChanged(Entry slice) {
    String service = slice.labels().get(StoredServices.SERVICE_NAME);
    if (service != null) {
      serviceChanged(slice.namespace(), service);
    }
  }

  private void serviceChanged(String namespace, String name) {
    String changed = namespace + "/" + name;
    boolean any = false;
    synchronized (works) {
      for (Work work : works.values()) {
        if (changed.equals(work.service)) {
          work.due = System.nanoTime();
          any = true;
        }
      }
    }
    if (any) {
      signal.raise();
    }
  }

  private void run() {
    try {
      while (!closed) {
        Duration pause = startDue();
        signal.await(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the checks that are due; returns how long until the next. */
  private Duration startDue() {
    long now = System.nanoTime();
    long next = now + PERIOD.toNanos();
    synchronized (works) {
      for (Map.Entry<String, Work> entry : works.entrySet()) {
        Work work = entry.getValue();
        if (work.running) {
          continue;
        }
        if (work.due - now <= 0) {
          work.running = true;
          // A change during the check makes it due again.
          work.due = now + PERIOD.toNanos();
          String name = entry.getKey();
          Thread.ofVirtual().name("apiservice " + name).start(() -> work(name, work));
        } else if (work.due - next < 0) {
          next = work.due;
        }
      }
    }
    return Duration.ofNanos(Math.max(1, next - now));
  }

  private void work(String name, Work work) {
    Outcome outcome = Outcome.FAILED;
    try {
      workers.acquire();
      try {
        outcome = closed ? Outcome.DONE : update(name, work);
      } finally {
        workers.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(
          e instanceof ApiException ? Level.DEBUG : Level.WARNING,
          "the APIService " + name + " is checked again",
          e);
    } finally {
      ended(name, work, outcome);
    }
  }

  private enum Outcome {
    DONE,
    FAILED,
    GONE
  }

  private void ended(String name, Work work, Outcome outcome) {
    synchronized (works) {
      work.running = false;
      long now = System.nanoTime();
      if (outcome == Outcome.GONE && work.due - now > 0) {
        works.remove(name);
        metrics.forget(name);
      } else if (outcome == Outcome.FAILED) {
        long pause = FIRST_RETRY.toNanos() << Math.min(work.failures, DOUBLINGS);
        work.failures++;
        work.due = Math.min(work.due, now + Math.min(pause, PERIOD.toNanos()));
      } else {
        work.failures = 0;
      }
    }
    signal.raise();
  }

  private Outcome update(String name, Work work) throws InterruptedException {
    ObjectPath path = new ObjectPath(type, "", name, "status");
    ObjectNode object = client.get(ObjectPath.of(type, "", name));
    if (object == null) {
      return Outcome.GONE;
    }
    ObjectNode spec = Trees.need(object, "spec");
    ExtensionServer server = servers.of(name, spec);
    synchronized (works) {
      work.service =
          server == null
              ? null
              : Trees.text(spec, "service", "namespace")
                  + "/"
                  + Trees.text(spec, "service", "name");
    }
    Finding finding = server == null ? Finding.LOCAL : check.of(name, spec, server);
    if (finding == null) {
      return Outcome.FAILED;
    }
    metrics.found(name, finding.isAvailable());
    String uid = Trees.text(object, "metadata", "uid");
    boolean before = ApiServiceConditions.isAvailable(object);
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    if (ApiServiceConditions.put(object, finding, now)) {
      client.update(
          path,
          present ->
              // Of another one, nothing has been found yet.
              uid.equals(Trees.text(present, "metadata", "uid"))
                  && spec.equals(present.get("spec"))
                  && ApiServiceConditions.put(present, finding, now));
      if (before && !finding.isAvailable()) {
        metrics.lost(name, finding.reason());
      }
    }
    return finding.reason().equals("FailedDiscoveryCheck") ? Outcome.FAILED : Outcome.DONE;
  }

  @Override
  public void close() {
    closed = true;
    services.close();
    slices.close();
    signal.raise();
  }
}
