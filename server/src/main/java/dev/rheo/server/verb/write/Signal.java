package dev.rheo.server.verb.write;

import java.util.concurrent.Semaphore;

/** Something happened: one thread waits for it, any raises it, raising twice counts once. */
final class Signal {
  private final Semaphore permits = new Semaphore(0);

  void raise() {
    if (permits.availablePermits() == 0) {
      permits.release();
    }
  }

  void await() throws InterruptedException {
    permits.acquire();
    permits.drainPermits();
  }
}
