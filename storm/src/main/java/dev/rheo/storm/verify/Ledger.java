package dev.rheo.storm.verify;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Records what was written: the hash of each version of each object, and the revision of each
 * write. Shared by writers and readers; thread-safe.
 *
 * <p>The hash of a change is recorded before its write is sent, its revision when the write is
 * acknowledged: a reader may receive a version before its writer receives the response.
 */
public final class Ledger {
  /** Most changes that writers may record, at 12 bytes each, plus 4 for the hash. */
  public static final int MAX_CHANGES = 1 << 20;

  private final ObjectSet set;
  private final int[] hashes;
  private final long[] revisions;
  private final AtomicReferenceArray<int @Nullable []> laterHashes;

  // Guarded by this.
  private long[] changeRevisions = new long[16];
  private int[] changeObjects = new int[16];
  private int changes;
  private boolean uncertain;
  private long latest;

  public Ledger(ObjectSet set) {
    this.set = set;
    this.hashes = new int[set.count()];
    this.revisions = new long[set.count()];
    this.laterHashes = new AtomicReferenceArray<>(set.count());
  }

  public ObjectSet set() {
    return set;
  }

  /** Records that an object was created. Called before any reader begins. */
  public synchronized void created(int index, int hash, long revision) {
    hashes[index] = hash;
    revisions[index] = revision;
    latest = Math.max(latest, revision);
  }

  /** Records the hash of a version that is about to be written. */
  public void changing(int index, int hash) {
    laterHashes.updateAndGet(
        index,
        known -> {
          int[] more = known == null ? new int[1] : Arrays.copyOf(known, known.length + 1);
          more[more.length - 1] = hash;
          return more;
        });
  }

  /** Records that a new version was acknowledged. */
  public synchronized void changed(int index, long revision) {
    if (changes == changeRevisions.length) {
      changeRevisions = Arrays.copyOf(changeRevisions, 2 * changes);
      changeObjects = Arrays.copyOf(changeObjects, 2 * changes);
    }
    changeRevisions[changes] = revision;
    changeObjects[changes++] = index;
    latest = Math.max(latest, revision);
  }

  /**
   * Records that a failed write may have been applied: {@link #history} returns null from now on.
   */
  public synchronized void uncertain() {
    uncertain = true;
  }

  /** Returns the latest acknowledged revision; reads that start now must not be older. */
  public synchronized long latest() {
    return latest;
  }

  public synchronized int changeCount() {
    return changes;
  }

  /** Returns whether a version with this hash was ever written to this object. */
  boolean knows(int index, int hash) {
    if (hashes[index] == hash) {
      return true;
    }
    int[] later = laterHashes.get(index);
    if (later != null) {
      // Readers get the latest version far more often than an old one.
      for (int i = later.length - 1; i >= 0; i--) {
        if (later[i] == hash) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns the history of all writes, or null if it is unknown whether one was applied. */
  public synchronized @Nullable History history() {
    return uncertain
        ? null
        : new History(
            revisions,
            Arrays.copyOf(changeRevisions, changes),
            Arrays.copyOf(changeObjects, changes));
  }
}
