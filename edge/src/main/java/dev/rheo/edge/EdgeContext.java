package dev.rheo.edge;

import dev.rheo.edge.ledger.Ledger;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** State shared by all connections of one edge. Thread-safe. */
final class EdgeContext {

  final EdgeSettings settings;
  final Handler handler;
  final EdgeClock clock;
  final Counters counters = new Counters();

  /** Body bytes written to connections and not yet accepted by the kernel. */
  final AtomicLong outgoing = new AtomicLong();

  final AtomicLong connections = new AtomicLong();
  final Ledger ledger;

  final AcceptThrottle acceptance = new AcceptThrottle();

  /** One per event loop. */
  final List<RequestAdmission> rooms = new CopyOnWriteArrayList<>();

  final Offenders offenders;
  final ThreadFactory requestThreads = Thread.ofVirtual().name("request-", 0).factory();

  /**
   * Health checks have a thread of their own, so that they are answered when all others are busy.
   * The ledger bounds their queue.
   */
  final Executor health =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new DefaultThreadFactory("health", true));

  volatile boolean draining;
  private final AtomicLong running = new AtomicLong();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private final CompletableFuture<Void> unconnected = new CompletableFuture<>();

  EdgeContext(EdgeSettings settings, Ledger ledger, Handler handler, EdgeClock clock) {
    this.settings = settings;
    this.handler = handler;
    this.ledger = ledger;
    this.clock = clock;
    this.offenders = new Offenders(clock::nanoTime);
  }

  void exchangeBegun() {
    running.incrementAndGet();
    counters.streams.increment();
    counters.requestsTotal.increment();
  }

  void exchangeEnded() {
    counters.streams.decrement();
    if (running.decrementAndGet() == 0 && draining) {
      idle.complete(null);
    }
  }

  void connectionEnded() {
    if (connections.decrementAndGet() == 0 && draining) {
      unconnected.complete(null);
    }
  }

  /** Completes when no connection is open any more. Call after {@link #draining} was set. */
  CompletableFuture<Void> unconnected() {
    if (connections.get() == 0) {
      unconnected.complete(null);
    }
    return unconnected;
  }

  /** Completes when no request is running any more. Call after {@link #draining} was set. */
  CompletableFuture<Void> idle() {
    if (running.get() == 0) {
      idle.complete(null);
    }
    return idle;
  }
}
