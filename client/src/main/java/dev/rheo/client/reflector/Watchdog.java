package dev.rheo.client.reflector;

import java.time.Duration;

/**
 * Ends a request that is silent for too long. Each sign of life only moves a number; the timer
 * looks when the deadline that it knows has come, and sleeps on if it has moved. Safe for use by
 * many threads.
 */
public final class Watchdog implements AutoCloseable {
  private final Timing timing;
  private final Runnable whenSilent;
  private volatile long deadline;
  private volatile boolean silent;
  private Runnable cancel = () -> {};
  private boolean closed;

  /**
   * @param deadline when the request counts as silent, unless that is put off
   * @param whenSilent ends the request; must not block
   */
  public Watchdog(Timing timing, long deadline, Runnable whenSilent) {
    this.timing = timing;
    this.deadline = deadline;
    this.whenSilent = whenSilent;
    order();
  }

  /** Puts the deadline off, or forward. */
  public void until(long later) {
    boolean earlier = later - deadline < 0;
    deadline = later;
    if (earlier) {
      order();
    }
  }

  /** Whether the request was ended for its silence. */
  public boolean silent() {
    return silent;
  }

  private synchronized void order() {
    if (!closed) {
      cancel.run();
      cancel = timing.later(Duration.ofNanos(Math.max(deadline - timing.now(), 0)), this::look);
    }
  }

  private void look() {
    if (deadline - timing.now() > 0) {
      order();
      return;
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      silent = true;
      // Within the lock, so that nothing is ended once the watchdog has been closed.
      whenSilent.run();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    cancel.run();
  }
}
