package dev.rheo.cache;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A flag that threads wait for. Thread-safe. */
final class Signal {
  private final ReentrantLock lock;
  private final Condition raising;
  private volatile boolean raised;

  Signal(Threads threads) {
    lock = threads.lock();
    raising = lock.newCondition();
  }

  void raise() {
    lock.lock();
    try {
      raised = true;
      raising.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isRaised() {
    return raised;
  }

  /**
   * Waits until the flag is raised.
   *
   * @return false if the time ran out first
   */
  boolean await(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (!raised && left > 0) {
        left = raising.awaitNanos(left);
      }
      return raised;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the flag is raised, then lowers it. */
  void take() {
    lock.lock();
    try {
      while (!raised) {
        raising.awaitUninterruptibly();
      }
      raised = false;
    } finally {
      lock.unlock();
    }
  }
}
