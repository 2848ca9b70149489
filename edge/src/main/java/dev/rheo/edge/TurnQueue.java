package dev.rheo.edge;

import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop with work that is done in turns, in the order of their turns:
 * decrypted input which their protocol has not seen yet, or streams to close. A TLS record of 16
 * KiB can hold hundreds of requests, and is decrypted as a whole. If it were also parsed as a
 * whole, a few hundred such records would keep the loop from all its other sockets for seconds. So
 * would the streams of as many connections that end together.
 *
 * <p>After each iteration of the loop the queue is served for {@value #SERVICE_NANOS} ns, or for
 * {@value #BRIEF_NANOS} ns while sockets or newcomers wait: one of them may be a health check's.
 *
 * <p>Event loop only.
 */
final class TurnQueue {

  /** Time for which held input keeps the loop from its sockets. */
  static final long SERVICE_NANOS = 2_000_000;

  private static final long BRIEF_NANOS = 250_000;

  private final SingleThreadEventLoop loop;
  private final EdgeClock clock;
  private final BooleanSupplier othersWait;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Runnable serve = this::serve;
  private final Runnable serveLater = this::serveAfterThisIteration;
  private boolean scheduled;

  /**
   * @param othersWait whether the last iteration left sockets that are ready, or newcomers wait
   */
  TurnQueue(SingleThreadEventLoop loop, EdgeClock clock, BooleanSupplier othersWait) {
    this.loop = loop;
    this.clock = clock;
    this.othersWait = othersWait;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Whether sockets or newcomers wait for the event loop. */
  boolean othersWait() {
    return othersWait.getAsBoolean();
  }

  /** Adds a turn; false if the event loop has ended and none will be taken. */
  boolean add(Runnable turn) {
    waiting.add(turn);
    return schedule();
  }

  private boolean schedule() {
    if (!scheduled) {
      try {
        // By way of an ordinary task: tasks after an iteration run until there is none left.
        loop.execute(serveLater);
        scheduled = true;
      } catch (RejectedExecutionException e) {
        Pump.LOG.log(System.Logger.Level.DEBUG, "the event loop has ended", e);
      }
    }
    return scheduled;
  }

  private void serveAfterThisIteration() {
    if (!loop.isShutdown()) {
      loop.executeAfterEventLoopIteration(serve);
    }
  }

  private void serve() {
    scheduled = false;
    long until = clock.nanoTime() + (othersWait() ? BRIEF_NANOS : SERVICE_NANOS);
    try {
      @Nullable Runnable next = waiting.poll();
      while (next != null) {
        next.run();
        next = clock.nanoTime() - until < 0 ? waiting.poll() : null;
      }
    } finally {
      boolean ignored = waiting.isEmpty() || schedule();
    }
  }
}
