package dev.rheo.store;

import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A store whose content can be kept from changing while it is read, as when it is moved elsewhere.
 * While it is frozen commits are refused with a {@link StoreException}, and nothing expires; reads
 * and watches go on.
 *
 * <p>Thread-safe.
 */
public final class FreezableStore implements RevisionStore {
  private static final String REASON = "it is read-only while it is moved to another store";

  private final RevisionStore store;

  /** Held shared by what changes the store, exclusively to freeze it. */
  private final ReentrantReadWriteLock changing = new ReentrantReadWriteLock();

  private volatile boolean frozen;

  public FreezableStore(RevisionStore store) {
    this.store = store;
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
    return store.currentRevision();
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
      return store.commit(operations);
    } finally {
      changing.readLock().unlock();
    }
  }

  @Override
  public boolean expire(int most) throws StoreException {
    changing.readLock().lock();
    try {
      return !frozen && store.expire(most);
    } finally {
      changing.readLock().unlock();
    }
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return store.get(key, revision);
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return store.range(start, end, revision);
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    return store.watch(start, end, fromRevision);
  }

  @Override
  public String history() {
    return store.history();
  }

  @Override
  public long currentRevision() throws StoreException {
    return store.currentRevision();
  }

  @Override
  public long longestReplay() {
    return store.longestReplay();
  }

  @Override
  public long compactedRevision() {
    return store.compactedRevision();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    store.compact(revision);
  }

  @Override
  public StoreHealth health() {
    return store.health();
  }

  @Override
  public Stats stats() {
    return store.stats();
  }

  @Override
  public void close() {
    store.close();
  }
}
