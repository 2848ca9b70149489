package dev.rheo.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
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
  private final ReentrantLock lock = new ReentrantLock();

  /** By revision; guarded by the lock. */
  private final TreeSet<Wait> waits =
      new TreeSet<>(
          Comparator.comparingLong((Wait wait) -> wait.revision).thenComparingLong(w -> w.number));

  private long number;
  private long wakeUps;
  private volatile boolean closed;

  private static final class Wait {
    final long revision;
    final long number;
    final Thread thread = Thread.currentThread();

    Wait(long revision, long number) {
      this.revision = revision;
      this.number = number;
    }
  }

  /**
   * @param published the revision reached; read after a wait is registered, and set before {@link
   *     #reached} is called
   */
  RevisionWaits(LongSupplier published) {
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
    long deadline = System.nanoTime() + atMost.toNanos();
    Wait wait = note(revision);
    try {
      while (published.getAsLong() < revision) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || closed) {
          return false;
        }
        LockSupport.parkNanos(this, left);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      return true;
    } finally {
      lock.lock();
      try {
        waits.remove(wait);
      } finally {
        lock.unlock();
      }
    }
  }

  private Wait note(long revision) {
    lock.lock();
    try {
      Wait wait = new Wait(revision, number++);
      waits.add(wait);
      return wait;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the threads that wait for this revision or a lower one. */
  void reached(long revision) {
    List<Wait> woken = List.of();
    lock.lock();
    try {
      while (!waits.isEmpty() && waits.first().revision <= revision) {
        woken = woken.isEmpty() ? new ArrayList<>() : woken;
        woken.add(waits.removeFirst());
        wakeUps++;
      }
    } finally {
      lock.unlock();
    }
    woken.forEach(wait -> LockSupport.unpark(wait.thread));
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
    closed = true;
    reached(Long.MAX_VALUE);
  }
}
