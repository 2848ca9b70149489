package dev.rheo.store;

import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A store whose content can be kept from changing while it is read, as when it is moved elsewhere.
 * While it is frozen commits are refused with a {@link StoreException}, and nothing expires; reads
 * and watches go on.
 *
 * <p>Thread-safe.
 */
public final class FreezableStore extends ForwardingStore {
  private static final String REASON = "it is read-only while it is moved to another store";

  /** Held shared by what changes the store, exclusively to freeze it. */
  private final ReentrantReadWriteLock changing = new ReentrantReadWriteLock();

  private volatile boolean frozen;

  public FreezableStore(RevisionStore store) {
    super(store);
  }

  /**
   * Freezes the store. When it returns, all commits that were made are at or below the returned
   * revision, and there will be no other until {@link #thaw}. Does nothing to a frozen store.
   */
  public long freeze() throws StoreException {
    changing.writeLock().lock();
    try {
      frozen = true;
    } finally {
      changing.writeLock().unlock();
    }
    return currentRevision();
  }

  /** Lets commits be made again. */
  public void thaw() {
    frozen = false;
  }

  /** Whether it is frozen. */
  public boolean isFrozen() {
    return frozen;
  }

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    changing.readLock().lock();
    try {
      if (frozen) {
        throw new StoreException(
            StoreException.Fault.PASSING, REASON, "not committed: " + REASON, false, null);
      }
      return super.commit(operations);
    } finally {
      changing.readLock().unlock();
    }
  }

  @Override
  public boolean expire(int most) throws StoreException {
    changing.readLock().lock();
    try {
      return !frozen && super.expire(most);
    } finally {
      changing.readLock().unlock();
    }
  }
}
