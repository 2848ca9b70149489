package dev.rheo.storm.verify;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What was written: the hashes of each object's versions, and the revision of each write. Shared by
 * writers and readers; thread-safe.
 *
 * <p>A hash is entered before its write is sent, a revision when it is acknowledged: a reader may
 * get a version before its writer knows that it exists.
 */
public final class Ledger {
  /** Changes that can be kept, 12 bytes each, and 4 more for the hash. */
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

  /** An object was created. Before any reader begins. */
  public synchronized void created(int index, int hash, long revision) {
    hashes[index] = hash;
    revisions[index] = revision;
    latest = Math.max(latest, revision);
  }

  /** A new version is about to be written. */
  public void changing(int index, int hash) {
    laterHashes.updateAndGet(
        index,
        known -> {
          int[] more = known == null ? new int[1] : Arrays.copyOf(known, known.length + 1);
          more[more.length - 1] = hash;
          return more;
        });
  }

  /** A new version was acknowledged. */
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
   * A write failed in a way that leaves open whether it happened: no exact account from here on.
   */
  public synchronized void uncertain() {
    uncertain = true;
  }

  /** The latest revision that was acknowledged; what is read from now on must not be older. */
  public synchronized long latest() {
    return latest;
  }

  public synchronized int changeCount() {
    return changes;
  }

  /** Whether a version with this hash was ever written to this object. */
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

  /** The account of all that was written; null if a write's fate is not known. */
  public synchronized @Nullable History history() {
    return uncertain
        ? null
        : new History(
            revisions,
            Arrays.copyOf(changeRevisions, changes),
            Arrays.copyOf(changeObjects, changes));
  }
}
