package dev.rheo.server.aggregation;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call when the other server has taken too long, all its pauses together. The time in which
 * the call waits for its client is not counted: a slow reader does not wear it out. Thread-safe.
 */
final class Patience implements AutoCloseable {
  /** How soon the end is noticed of a call that waited for its client just before. */
  private static final Duration STEP = Duration.ofMillis(100);

  private final Runnable give;
  private final @Nullable Thread watch;
  private long left;
  private long since;
  private boolean running = true;
  private boolean passed;
  private boolean closed;

  /**
   * @param limit null for no limit
   * @param end ends the call, also for a thread that waits for it
   */
  Patience(@Nullable Duration limit, Runnable end) {
    this.give = end;
    this.left = limit == null ? Long.MAX_VALUE : limit.toNanos();
    this.since = System.nanoTime();
    this.watch =
        limit == null ? null : Thread.ofVirtual().name("extension-patience").start(this::watch);
  }

  private void watch() {
    while (true) {
      long pause;
      synchronized (this) {
        if (closed) {
          return;
        }
        pause = left();
        if (pause <= 0) {
          passed = true;
          break;
        }
      }
      LockSupport.parkNanos(Math.max(pause, STEP.toNanos()));
    }
    give.run();
  }

  private long left() {
    return running ? left - (System.nanoTime() - since) : left;
  }

  /** The call waits for its client. */
  synchronized void pause() {
    if (watch != null && running) {
      left = left();
      running = false;
    }
  }

  /** The call waits for the server again. */
  synchronized void resume() {
    if (watch != null && !running) {
      since = System.nanoTime();
      running = true;
    }
  }

  /** Whether it is over, so that the call was ended. */
  synchronized boolean passed() {
    return passed;
  }

  /** Ends the watch; false if the call was ended. */
  boolean end() {
    boolean ended;
    synchronized (this) {
      closed = true;
      ended = !passed;
    }
    LockSupport.unpark(watch);
    return ended;
  }

  @Override
  public void close() {
    end();
  }
}
