package dev.rheo.server.verb.watch;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The timed actions of a watch: a bookmark about each minute, and its end. One per watch, used on
 * its event loop; only {@link #stop} and the timer's wake-up come from other threads.
 */
public final class WatchClock {

  /** Bookmarks are sent about this often, as kube-apiserver does. */
  static final long BOOKMARK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final HashedWheelTimer timer;
  private final LongSupplier nanoTime;
  private final long deadline;
  private final long interval;
  private long nextBookmark;
  private Runnable wake = () -> {};
  private @Nullable Timeout armed;
  private boolean stopped;

  /**
   * @param lifetimeNanos time after which the watch ends regularly
   * @param jitter 0..1, spreads the bookmarks of watches that began together
   */
  public WatchClock(
      HashedWheelTimer timer, LongSupplier nanoTime, long lifetimeNanos, double jitter) {
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.interval = (long) (BOOKMARK_INTERVAL_NANOS * (0.9 + 0.2 * jitter));
    long now = nanoTime.getAsLong();
    this.deadline = now + lifetimeNanos;
    this.nextBookmark = now + interval;
  }

  public synchronized void start(Runnable wake) {
    this.wake = wake;
    // Armed before the first draw, which may come late if the peer does not read.
    arm();
  }

  public boolean deadlinePassed() {
    return nanoTime.getAsLong() - deadline >= 0;
  }

  public boolean bookmarkDue() {
    return nanoTime.getAsLong() - nextBookmark >= 0;
  }

  public void bookmarkSent() {
    nextBookmark = nanoTime.getAsLong() + interval;
  }

  /** Schedules the wake-up for the next bookmark or the deadline, unless one is scheduled. */
  public synchronized void arm() {
    if (stopped || (armed != null && !armed.isExpired())) {
      return;
    }
    long now = nanoTime.getAsLong();
    long due = Math.min(deadline - now, Math.max(nextBookmark - now, 0));
    armed =
        timer.newTimeout(
            t -> {
              wake.run();
            },
            Math.max(due, TimeUnit.MILLISECONDS.toNanos(1)),
            TimeUnit.NANOSECONDS);
  }

  public synchronized void stop() {
    stopped = true;
    if (armed != null) {
      armed.cancel();
      armed = null;
    }
  }
}
