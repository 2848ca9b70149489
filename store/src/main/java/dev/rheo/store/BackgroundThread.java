package dev.rheo.store;

/** A platform thread of a store, which ends by itself when the store is closed. */
final class BackgroundThread {
  private final Thread thread;

  BackgroundThread(String name, Runnable run) {
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(run);
  }

  void start() {
    thread.start();
  }

  /** Waits until the thread has ended; an interrupt does not end the wait. */
  void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
