package dev.rheo.cache;

import java.time.Duration;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Threads that wait for the cache to reach a revision. Each is woken once, when its revision is
 * reached, so that waiting for a revision far ahead adds no cost to the commits before it.
 *
 * <p>Thread-safe.
 */
final class RevisionWaits {
  private final LongSupplier published;
  private final ReentrantLock lock;

  /** By revision; guarded by the lock. */
  private final TreeSet<Wait> waits =
      new TreeSet<>(Comparator.comparingLong(Wait::revision).thenComparingLong(Wait::number));

  private long number;
  private long wakeUps;
  private boolean closed;

  private record Wait(long revision, long number, Condition reached) {}

  /**
   * @param published the revision reached; read after a wait is registered, and set before {@link
   *     #reached} is called
   */
  RevisionWaits(Threads threads, LongSupplier published) {
    this.lock = threads.lock();
    this.published = published;
  }

  /**
   * Waits until the revision is reached.
   *
   * @return false if the time ran out first, or {@link #close} was called
   */
  boolean await(long revision, Duration atMost) throws InterruptedException {
    if (published.getAsLong() >= revision) {
      return true;
    }
    lock.lock();
    try {
      Wait wait = new Wait(revision, number++, lock.newCondition());
      waits.add(wait);
      try {
        long left = atMost.toNanos();
        while (published.getAsLong() < revision) {
          if (left <= 0 || closed) {
            return false;
          }
          left = wait.reached.awaitNanos(left);
        }
        return true;
      } finally {
        waits.remove(wait);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the threads that wait for this revision or a lower one. */
  void reached(long revision) {
    lock.lock();
    try {
      while (!waits.isEmpty() && waits.first().revision <= revision) {
        waits.removeFirst().reached.signal();
        wakeUps++;
      }
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return waits.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many waits were woken. */
  long wakeUps() {
    lock.lock();
    try {
      return wakeUps;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all waits. */
  void close() {
    lock.lock();
    try {
      closed = true;
      reached(Long.MAX_VALUE);
    } finally {
      lock.unlock();
    }
  }
}
