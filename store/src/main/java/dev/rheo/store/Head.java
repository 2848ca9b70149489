package dev.rheo.store;

import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where a store stands: the revisions that can be read, who reads which of them, and who waits for
 * the next one.
 *
 * <p>A read <em>pins</em> its revision as long as it lasts. {@link #compact} refuses new reads at
 * once, but what a pinned revision shows may only be deleted when the pin is gone: {@link
 * #prunable} says how far deletion may go.
 *
 * <p>Thread-safe.
 */
final class Head {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition advanced = lock.newCondition();
  private final Condition prunableMoved = lock.newCondition();
  private final TreeMap<Long, int[]> pins = new TreeMap<>();

  private volatile long current;
  private volatile long compacted;
  private volatile boolean closed;

  Head(long current, long compacted) {
    this.current = current;
    this.compacted = compacted;
  }

  long current() {
    return current;
  }

  long compacted() {
    return compacted;
  }

  boolean isClosed() {
    return closed;
  }

  void checkOpen() throws StoreException {
    if (closed) {
      throw StoreException.closed("store");
    }
  }

  /** Makes a revision the current one and wakes who waits for it. */
  void advance(long revision) {
    lock.lock();
    try {
      current = revision;
      advanced.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses reads below a revision from now on. Answers false if they were refused already. */
  boolean compact(long revision) throws FutureRevisionException {
    lock.lock();
    try {
      checkNotNegative(revision);
      if (revision > current) {
        throw new FutureRevisionException(revision, current);
      }
      if (revision <= compacted) {
        return false;
      }
      compacted = revision;
      prunableMoved.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Holds a revision for reading, until {@link #unpin}.
   *
   * @param revision 0 for the current one
   * @return the revision that is held
   */
  long pin(long revision) throws CompactedException, FutureRevisionException, StoreException {
    checkNotNegative(revision);
    lock.lock();
    try {
      checkOpen();
      long pinned = revision == 0 ? current : revision;
      if (pinned > current) {
        throw new FutureRevisionException(pinned, current);
      }
      if (pinned < compacted) {
        throw new CompactedException(pinned, compacted);
      }
      pins.computeIfAbsent(pinned, _ -> new int[1])[0]++;
      return pinned;
    } finally {
      lock.unlock();
    }
  }

  void unpin(long revision) {
    lock.lock();
    try {
      int[] count = pins.get(revision);
      if (count == null) {
        throw new IllegalStateException("not pinned: " + revision);
      }
      if (--count[0] == 0) {
        pins.remove(revision);
        prunableMoved.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many reads hold a revision. */
  int pinned() {
    lock.lock();
    try {
      return pins.values().stream().mapToInt(count -> count[0]).sum();
    } finally {
      lock.unlock();
    }
  }

  /** The revision up to which everything that only reads below it could see may be deleted. */
  long prunable() {
    lock.lock();
    try {
      return pins.isEmpty() ? compacted : Math.min(compacted, pins.firstKey());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something beyond a revision may be deleted.
   *
   * @return what {@link #prunable} says now, or -1 if the store was closed
   */
  long awaitPrunable(long beyond) throws InterruptedException {
    lock.lock();
    try {
      while (!closed && prunable() <= beyond) {
        prunableMoved.await();
      }
      return closed ? -1 : prunable();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the current revision reaches the given one.
   *
   * @param giveUp tells of its own accord that waiting makes no sense any more; {@link #wake} makes
   *     it heard
   * @return how many of the nanoseconds are left; none left means that the time is up
   */
  long await(long revision, long nanos, java.util.function.BooleanSupplier giveUp)
      throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (current < revision && !closed && !giveUp.getAsBoolean() && left > 0) {
        left = advanced.awaitNanos(left);
      }
      return left;
    } finally {
      lock.unlock();
    }
  }

  void wake() {
    lock.lock();
    try {
      advanced.signalAll();
      prunableMoved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Answers false if it was closed already. */
  boolean close() {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      advanced.signalAll();
      prunableMoved.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static void checkNotNegative(long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("not a revision: " + revision);
    }
  }
}
