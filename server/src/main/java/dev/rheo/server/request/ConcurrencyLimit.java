package dev.rheo.server.request;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits the number of concurrent handlers. A limited number of others may wait for a limited time.
 * Thread-safe.
 */
final class ConcurrencyLimit {

  private final int total;
  private final int maxWaiting;
  private final Semaphore free;
  private final AtomicInteger waiting = new AtomicInteger();

  ConcurrencyLimit(int total, int maxWaiting) {
    this.total = total;
    this.maxWaiting = maxWaiting;
    this.free = new Semaphore(total, true);
  }

  /** Blocks the calling (virtual) thread; false means 429. */
  boolean acquire(Duration atMost) throws InterruptedException {
    if (free.tryAcquire()) {
      return true;
    }
    if (waiting.incrementAndGet() > maxWaiting) {
      waiting.decrementAndGet();
      return false;
    }
    try {
      return free.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      waiting.decrementAndGet();
    }
  }

  void release() {
    free.release();
  }

  int taken() {
    return total - free.availablePermits();
  }
}
