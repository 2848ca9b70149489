package dev.rheo.server.follow;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread. Any thread may raise it; raises before a wait count once. */
public final class Signal {
  private final Semaphore permits = new Semaphore(0);

  public void raise() {
    if (permits.availablePermits() == 0) {
      permits.release();
    }
  }

  /** Waits until it is raised. */
  public void await() throws InterruptedException {
    permits.acquire();
    permits.drainPermits();
  }

  /** Waits for a while only. */
  public void await(Duration atMost) throws InterruptedException {
    boolean ignored = permits.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
    permits.drainPermits();
  }
}
