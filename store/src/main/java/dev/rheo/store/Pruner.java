package dev.rheo.store;

import dev.rheo.store.StorageFormat.Change;
import dev.rheo.store.StorageFormat.Meta;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.LongAdder;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Deletes versions that compaction made unreadable, in the background. It scans the log of the
 * compacted revisions, in which each change names the version that it supersedes, so its work is
 * proportional to the compacted history, not to the store. Each of its writes includes its
 * progress, so it resumes there after a crash.
 */
final class Pruner implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Pruner.class.getName());

  /** About how many changes one write deletes, which a concurrent commit has to wait for. */
  private static final int CHANGES = 1000;

  private final EngineGuard gate;
  private final Head head;
  private final LongAdder changes = new LongAdder();
  private final BackgroundThread thread;
  private volatile long pruned;

  Pruner(EngineGuard gate, Head head, long pruned) {
    this.gate = gate;
    this.head = head;
    this.pruned = pruned;
    this.thread = new BackgroundThread("rheo-store-prune", this::run);
  }

  void start() {
    thread.start();
  }

  /** The revision up to which everything unreadable is deleted. */
  long pruned() {
    return pruned;
  }

  /** The number of changes deleted since the store was opened. */
  long changes() {
    return changes.sum();
  }

  private void run() {
    try {
      for (long upTo = head.awaitPrunable(pruned); upTo >= 0; upTo = head.awaitPrunable(pruned)) {
        try {
          prune(upTo);
        } catch (StoreException e) {
          // The disk is full or the store closes. The next compaction makes it try again.
          SafeLog.log(LOGGER, Level.WARNING, "pruning stopped: " + e.getMessage(), null);
          head.awaitPrunable(upTo);
        } catch (RuntimeException | Error e) {
          SafeLog.log(LOGGER, Level.ERROR, "pruning stopped unexpectedly", e);
          head.awaitPrunable(upTo);
        }
      }
    } catch (InterruptedException e) {
      // The store was closed.
    }
  }

  private void prune(long upTo) throws StoreException {
    while (pruned < upTo && !head.isClosed()) {
      long done = pruned;
      pruned = gate.call("prune", engine -> step(engine, done, upTo));
    }
  }

  /** Deletes one batch and returns the revision that it reached. */
  private long step(Engine engine, long done, long upTo) throws RocksDBException, StoreException {
    long last = upTo;
    try (WriteBatch batch = new WriteBatch();
        RocksIterator log = engine.db.newIterator(engine.log, engine.scan)) {
      int count = 0;
      long at = done;
      for (log.seek(StorageFormat.position(done + 1, 0)); log.isValid(); log.next()) {
        byte[] position = log.key();
        long revision = StorageFormat.revisionOf(position);
        if (revision > upTo) {
          break;
        }
        if (count >= CHANGES && revision != at) {
          last = at;
          break;
        }
        at = revision;
        count++;
        delete(engine, batch, position, Change.decode(log.value()));
      }
      log.status();
      batch.put(engine.meta, Meta.PRUNED, StorageFormat.number(last));
      engine.write(batch);
      changes.add(count);
    }
    return last;
  }

  private static void delete(Engine engine, WriteBatch batch, byte[] position, Change change)
      throws RocksDBException {
    if (change.previousRevision() > 0) {
      batch.delete(engine.keys, StorageFormat.versionKey(change.key(), change.previousRevision()));
      batch.delete(
          engine.values, StorageFormat.position(change.previousRevision(), change.previousSub()));
    }
    if (change.isDelete()) {
      long revision = StorageFormat.revisionOf(position);
      batch.delete(engine.keys, StorageFormat.versionKey(change.key(), revision));
    }
    batch.delete(engine.log, position);
  }

  /** Waits for the thread to end. The head must be closed before. */
  @Override
  public void close() {
    thread.awaitEnd();
  }
}
