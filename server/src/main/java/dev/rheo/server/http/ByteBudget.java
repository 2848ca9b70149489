package dev.rheo.server.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A number of bytes that may be held at once. What does not fit waits, first come first served, for
 * a limited time. Thread-safe.
 *
 * <p>Invariant: {@code used} is what was reserved or forced and not released yet; without {@link
 * #force} it never exceeds {@code limit}.
 */
final class ByteBudget {

  private record Waiter(long bytes, CompletableFuture<Boolean> granted) {}

  private final long limit;
  private final int maxWaiting;
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private long used;

  /**
   * @param maxWaiting who may wait at once; more are refused without waiting
   */
  ByteBudget(long limit, int maxWaiting) {
    this.limit = limit;
    this.maxWaiting = maxWaiting;
  }

  /** Reserves at once or not at all; does not overtake those who wait. */
  synchronized boolean tryReserve(long bytes) {
    if (!waiters.isEmpty() || !fits(bytes)) {
      return false;
    }
    used += bytes;
    return true;
  }

  /**
   * Reserves when there is room.
   *
   * @return completes with true when reserved, with false when {@code atMost} has passed
   */
  CompletableFuture<Boolean> reserve(long bytes, Duration atMost) {
    CompletableFuture<Boolean> granted = new CompletableFuture<>();
    Waiter waiter = new Waiter(bytes, granted);
    synchronized (this) {
      if (waiters.isEmpty() && fits(bytes)) {
        used += bytes;
        granted.complete(true);
        return granted;
      }
      if (waiters.size() >= maxWaiting) {
        granted.complete(false);
        return granted;
      }
      waiters.add(waiter);
    }
    CompletableFuture<Boolean> bounded =
        granted.completeOnTimeout(false, atMost.toNanos(), TimeUnit.NANOSECONDS);
    granted.whenComplete(
        (yes, failure) -> {
          if (yes == null || !yes) {
            forget(waiter);
          }
        });
    return bounded;
  }

  /** Takes the bytes whether they fit or not, where refusing would be a lie. */
  synchronized void force(long bytes) {
    used += bytes;
  }

  void release(long bytes) {
    if (bytes == 0) {
      return;
    }
    List<Waiter> next;
    synchronized (this) {
      used -= bytes;
      next = admit();
    }
    grant(next);
  }

  synchronized long used() {
    return used;
  }

  long limit() {
    return limit;
  }

  private void forget(Waiter waiter) {
    List<Waiter> next;
    synchronized (this) {
      waiters.remove(waiter);
      next = admit();
    }
    grant(next);
  }

  private List<Waiter> admit() {
    List<Waiter> next = new ArrayList<>();
    while (!waiters.isEmpty() && fits(waiters.getFirst().bytes())) {
      Waiter waiter = waiters.removeFirst();
      used += waiter.bytes();
      next.add(waiter);
    }
    return next;
  }

  /** Outside the lock: what completes runs the waiter's own code. */
  private void grant(List<Waiter> next) {
    for (Waiter waiter : next) {
      if (!waiter.granted().complete(true)) {
        release(waiter.bytes());
      }
    }
  }

  /** More than the whole fits when nothing else is held: it must not wait for ever. */
  private boolean fits(long bytes) {
    return used == 0 || used + bytes <= limit;
  }
}
