package dev.rheo.store;

import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The current and the compacted revision of a store, the revisions that reads pin, and the waits
 * for the next revision.
 *
 * <p>A read <em>pins</em> its revision until it ends. {@link #compact} refuses new reads at once,
 * but versions that a pinned revision shows are deleted only after it is unpinned: {@link
 * #prunable} is the limit of deletion.
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

  /** Sets the current revision and wakes the threads that wait for it. */
  void advance(long revision) {
    lock.lock();
    try {
      current = revision;
      advanced.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses reads below a revision from now on. Returns false if they were refused already. */
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
   * Pins a revision for reading, until {@link #unpin}.
   *
   * @param revision 0 for the current one
   * @return the pinned revision
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

  /** The number of pins. */
  int pinned() {
    lock.lock();
    try {
      return pins.values().stream().mapToInt(count -> count[0]).sum();
    } finally {
      lock.unlock();
    }
  }

  /** The limit of deletion: versions that only reads below this revision see may be deleted. */
  long prunable() {
    lock.lock();
    try {
      return pins.isEmpty() ? compacted : Math.min(compacted, pins.firstKey());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until {@link #prunable} is above a revision.
   *
   * @return {@link #prunable}, or -1 if the store was closed
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
   * Waits until the current revision reaches the given one, or the store is closed.
   *
   * @param giveUp ends the wait when it returns true; {@link #wake} has it evaluated again
   * @return the remaining nanoseconds; 0 or less means that the time is up
   */
  long await(long revision, long nanos, BooleanSupplier giveUp) throws InterruptedException {
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

  /** Has the threads that wait for the next revision look again whether to give up. */
  void wake() {
    lock.lock();
    try {
      advanced.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns false if it was closed already. */
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
