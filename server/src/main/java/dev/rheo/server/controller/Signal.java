package dev.rheo.server.controller;

import java.util.concurrent.Semaphore;

/** Wakes one waiting thread. Any thread may raise it; raises before a wait count once. */
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
