package dev.rheo.junit.fault;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A fault that is in force. It counts the requests that it has disturbed.
 *
 * <p>Thread-safe.
 */
public final class Fault {
  private final String what;
  private final Predicate<ApiRequest> which;
  private final Effect effect;
  private final Consumer<Fault> remover;

  /** Requests that match and pass before the first that is disturbed. */
  private int skipped;

  private long limit = Long.MAX_VALUE;

  /** Requests that were disturbed, or still will be. */
  private long taken;

  private long fired;

  private boolean removed;

  Fault(
      String what, Predicate<ApiRequest> which, Effect effect, int skip, Consumer<Fault> remover) {
    this.what = what;
    this.which = which;
    this.effect = effect;
    this.skipped = skip;
    this.remover = remover;
  }

  /**
   * Limits how many requests the fault disturbs; without a limit it disturbs all that match.
   *
   * @return this
   */
  @CanIgnoreReturnValue
  public synchronized Fault times(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("a fault cannot happen %d times".formatted(most));
    }
    limit = most;
    return this;
  }

  /**
   * How many requests it has disturbed. A watch that is to be cut after three events counts when it
   * is cut.
   */
  public synchronized long fired() {
    return fired;
  }

  /**
   * Waits until it has disturbed a request.
   *
   * @throws AssertionError if the time runs out first
   */
  public void awaitFired(Duration atMost) throws InterruptedException {
    awaitFired(1, atMost);
  }

  /**
   * Waits until it has disturbed so many requests in all.
   *
   * @throws AssertionError if the time runs out first
   */
  public synchronized void awaitFired(int times, Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (fired < times) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "%s: happened %d times within %s, and not %d times"
                .formatted(what, fired, atMost, times));
      }
      wait(left);
    }
  }

  /**
   * Lets go on what the fault holds: requests and watches that stall, and requests that are
   * delayed. They are served as if nothing had happened. Later ones are held again.
   */
  public void release() {
    effect.release();
  }

  /**
   * Ends the fault: no further request meets it, and watches that it would have disturbed later are
   * not. What it holds goes on.
   */
  public void remove() {
    synchronized (this) {
      removed = true;
    }
    remover.accept(this);
    effect.end();
  }

  Effect effect() {
    return effect;
  }

  /** Whether the request is to be disturbed, which is settled with the answer. */
  boolean takes(ApiRequest request) {
    if (!which.test(request)) {
      return false;
    }
    synchronized (this) {
      if (removed || taken >= limit) {
        return false;
      }
      if (skipped > 0) {
        skipped--;
        return false;
      }
      taken++;
      return true;
    }
  }

  /** A request that was taken has been disturbed. */
  synchronized void happened() {
    fired++;
    notifyAll();
  }

  /** A request that was taken ended before it could be disturbed; another may be. */
  synchronized void missed() {
    taken--;
  }

  @Override
  public String toString() {
    return what;
  }
}
