package dev.rheo.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A lower bound of the times in the index of expiry times, so that nothing is read while nothing is
 * due.
 *
 * <p>A writer lowers it after its entries are in the index; the reader takes it before it reads. An
 * entry that the reader misses is therefore announced after the reader took the bound.
 *
 * <p>Thread-safe.
 */
final class FirstExpiry {
  /** At first the index may hold anything. */
  private final AtomicLong bound = new AtomicLong(0);

  /** Lowers the bound. */
  void isAtMost(long epochMillis) {
    bound.accumulateAndGet(epochMillis, Math::min);
  }

  /**
   * Takes the bound if it is due, for a read from there on. The reader then gives a bound of what
   * it leaves back with {@link #isAtMost}.
   *
   * @return the bound, or -1 if nothing is due
   */
  long take(long now) {
    return bound.get() > now ? -1 : bound.getAndSet(Long.MAX_VALUE);
  }
}
