package dev.rheo.cache;

import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;

/**
 * How far a replay of the store's history goes before the cache is published. Others write
 * meanwhile, so the current revision may never be reached: the replay goes in rounds, each up to
 * the revision that was current when the round before it ended, for as long as each has at most
 * half as many revisions as the one before. What is left then is followed as usual. Not
 * thread-safe.
 */
final class CatchUp {
  private final RevisionStore store;
  private long target;
  private long length;

  CatchUp(RevisionStore store, long applied) throws StoreException {
    this.store = store;
    target = store.currentRevision();
    length = target - applied;
  }

  /**
   * Whether it has gone far enough, at least to the revision that was current when it began.
   *
   * @param applied the last revision that was applied
   */
  boolean done(long applied) throws StoreException {
    if (applied < target) {
      return false;
    }
    long current = store.currentRevision();
    if (current <= applied || current - applied > length / 2) {
      return true;
    }
    length = current - applied;
    target = current;
    return false;
  }
}
