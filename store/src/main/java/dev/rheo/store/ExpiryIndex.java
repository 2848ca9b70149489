package dev.rheo.store;

import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StorageFormat.Meta;
import dev.rheo.store.StorageFormat.Version;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The index of expiry times on disk, and the deletion of what is due. A key is deleted first and
 * its entry dropped then, so a crash between leaves an entry that points to nothing and is dropped
 * later. Its memory is that of the entries of one step.
 *
 * <p>Thread-safe.
 */
final class ExpiryIndex {
  private final EngineGuard gate;
  private final Committer committer;
  private final FirstExpiry first;
  private final InstantSource clock;
  private final LongAdder expired = new LongAdder();
  private final ReentrantLock stepping = new ReentrantLock();

  /** How many want all entries to stay, and from which time on entries have stayed for them. */
  private int holds;

  private long kept = Long.MAX_VALUE;

  /**
   * The entries of one step.
   *
   * @param entries the entries that are due
   * @param deletions of the keys that still have the values of these entries
   * @param next the time of the first entry behind them
   */
  private record Due(List<byte[]> entries, List<Op.Delete> deletions, long next) {}

  ExpiryIndex(EngineGuard gate, Committer committer, FirstExpiry first, InstantSource clock) {
    this.gate = gate;
    this.committer = committer;
    this.first = first;
    this.clock = clock;
  }

  /** The number of keys deleted since the store was opened. */
  long expired() {
    return expired.sum();
  }

  /** See {@link RevisionStore#expire}. */
  boolean expire(int most) throws StoreException {
    stepping.lock();
    try {
      long now = clock.millis();
      long from = first.take(now);
      if (from < 0) {
        return false;
      }
      // Until the step is complete, its entries count as left.
      long left = from;
      try {
        Due due = gate.call("expire", engine -> due(engine, from, now, most));
        expired.add(committer.commitEach(due.deletions()));
        if (holds > 0) {
          kept = Math.min(kept, from);
          left = due.next();
          // If many are due at one time, the next step would find the same ones again.
          return false;
        }
        drop(due.entries());
        left = due.next();
        return left <= now;
      } finally {
        first.isAtMost(left);
      }
    } finally {
      stepping.unlock();
    }
  }

  /**
   * Keeps all entries in the index until {@link #release}. Values expire as always; the entries of
   * those that did are dropped later.
   */
  void hold() {
    stepping.lock();
    try {
      holds++;
    } finally {
      stepping.unlock();
    }
  }

  /** Ends a hold. */
  void release() {
    stepping.lock();
    try {
      holds--;
      if (holds == 0 && kept < Long.MAX_VALUE) {
        first.isAtMost(kept);
        kept = Long.MAX_VALUE;
      }
    } finally {
      stepping.unlock();
    }
  }

  private static Due due(Engine engine, long from, long now, int most) throws RocksDBException {
    List<byte[]> entries = new ArrayList<>();
    List<Op.Delete> deletions = new ArrayList<>();
    long next = Long.MAX_VALUE;
    try (RocksIterator it = engine.db.newIterator(engine.meta, engine.scan)) {
      for (it.seek(Meta.expiry(from, new byte[0])); it.isValid(); it.next()) {
        byte[] entry = it.key();
        if (!Meta.isExpiry(entry)) {
          break;
        }
        if (Meta.expiryTime(entry) > now || entries.size() == most) {
          next = Meta.expiryTime(entry);
          break;
        }
        entries.add(entry);
        byte[] key = Meta.expiringKey(entry);
        long revision = StorageFormat.number(it.value());
        Version head = EngineReads.head(engine, key);
        if (head != null && head.modRevision() == revision) {
          deletions.add(new Op.Delete(StorageFormat.text(key), revision));
        }
      }
      it.status();
    }
    return new Due(entries, deletions, next);
  }

  private void drop(List<byte[]> entries) throws StoreException {
    if (!entries.isEmpty()) {
      gate.call(
          "expire",
          engine -> {
            try (WriteBatch batch = new WriteBatch()) {
              for (byte[] entry : entries) {
                batch.delete(engine.meta, entry);
              }
              engine.write(batch);
              return entries;
            }
          });
    }
  }
}
