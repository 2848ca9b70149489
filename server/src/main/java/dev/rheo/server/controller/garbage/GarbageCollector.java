package dev.rheo.server.controller.garbage;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.server.controller.garbage.WorkQueue.Item;
import dev.rheo.server.verb.write.LoopbackClient;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Deletes the objects whose owners are gone, and completes deletions that wait for dependents or
 * orphan them: upstream's garbage collector. See the package for how it works.
 *
 * <p>At most {@link #WORKERS} writes run at once, which the store writes together. All its state is
 * in the objects, so it resumes interrupted work, for instance after a restart. Another garbage
 * collector may run at the same time.
 *
 * <p>Thread-safe.
 */
public final class GarbageCollector implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(GarbageCollector.class.getName());

  static final int WORKERS = 8;

  /** The most objects, and owners, that are noted: some 2 MiB. */
  private static final int NOTED = 10_000;

  /** How long closing waits for work that has begun. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Edges edges = new Edges();
  private final WorkQueue queue;
  private final Expansions expansions;
  private final Graph graph;
  private final Collector collector;
  private final Supplier<? extends Meter> meters;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param served the registry in force
   * @param meters charged with what the work on one object takes, one meter for each
   */
  public GarbageCollector(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      InstantSource clock,
      Supplier<? extends Meter> meters) {
    this(client, cache, served, clock, meters, NOTED);
  }

  GarbageCollector(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      InstantSource clock,
      Supplier<? extends Meter> meters,
      int noted) {
    this.meters = meters;
    this.queue = new WorkQueue(noted, System::nanoTime);
    this.expansions = new Expansions(noted, edges, queue);
    this.graph = new Graph(cache, served, edges, queue, expansions);
    this.collector =
        new Collector(client, cache, graph, edges, new OwnerEvents(client, cache, served, clock));
  }

  /** Starts to work in the background. */
  public synchronized void start() {
    threads.add(Thread.ofVirtual().name("garbage graph").start(graph::run));
    threads.add(Thread.ofVirtual().name("garbage owners").start(expansions::run));
    for (int i = 0; i < WORKERS; i++) {
      threads.add(Thread.ofVirtual().name("garbage " + i).start(this::work));
    }
  }

  private void work() {
    try {
      for (Item item = queue.take(); item != null; item = queue.take()) {
        if (collect(item)) {
          queue.done(item);
        } else {
          queue.failed(item);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean collect(Item item) throws InterruptedException {
    try (Meter meter = meters.get()) {
      Meter.<Exception>runWithin(meter, () -> collector.collect(item));
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | Error e) {
      // Errors too: an owner that nobody looks at any more would wait for ever.
      Level level =
          e instanceof ApiException refusal && refusal.code() < 500 ? Level.DEBUG : Level.WARNING;
      LOG.log(level, "the owners of " + item.key() + " are looked at again later", e);
      return false;
    }
  }

  /** Whether everything up to a revision was looked at, and nothing is left to do. */
  boolean isIdle(long revision) {
    return graph.applied() >= revision
        && graph.isComplete()
        && expansions.isEmpty()
        && queue.pending() == 0;
  }

  /** The number of references from a dependent to an owner that it knows. */
  public long edges() {
    return edges.count();
  }

  /** The heap that these take, in bytes. */
  public long edgeBytes() {
    return edges.bytes();
  }

  /** The objects that wait to be looked at. */
  public int pending() {
    return queue.pending();
  }

  /** The objects that it has deleted. */
  public long deleted() {
    return collector.deleted();
  }

  /** The references to orphaning owners that it has removed. */
  public long orphaned() {
    return collector.orphaned();
  }

  /** Stops. Unfinished work is taken up again at the next start. */
  @Override
  public synchronized void close() {
    graph.close();
    expansions.close();
    queue.close();
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (Thread thread : threads) {
        thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
