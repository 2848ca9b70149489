package dev.rheo.store;

import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Meta;
import dev.rheo.store.StorageFormat.Version;
import dev.rheo.store.StoreException.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Reads a snapshot from the directory of a store that no process has open, and makes a store from a
 * snapshot. Both work on the directory itself; of a store that is open, {@link
 * RocksRevisionStore#snapshot} makes a snapshot.
 */
public final class StoreBackup {
  /** The size of the writes of a restore, in bytes. */
  private static final long BATCH_BYTES = 1 << 20;

  private StoreBackup() {}

  /**
   * Opens the store in a directory for one snapshot. The store's files are checked, and none is
   * changed; the directory is locked until the snapshot is closed.
   *
   * @throws StoreException if there is no store, if a process has it open, or if it is damaged
   */
  public static StoreSnapshot read(Path directory, RocksSettings settings) throws StoreException {
    NativeLibrary.load();
    if (!Files.isDirectory(directory.resolve(StoreDirectory.DATA))) {
      throw new StoreException("there is no store in " + directory);
    }
    StoreDirectory held =
        StoreDirectory.open(
            directory,
            (data, id) -> {
              throw new StoreException("there is no store in " + directory);
            });
    @Nullable Engine engine = null;
    boolean opened = false;
    try {
      HealthState health = new HealthState();
      Engine.Opening reading =
          () -> RocksRevisionStore.openEngine(held.data(), settings, Engine.Mode.READ, health);
      FileCheck.run(held.data(), reading);
      held.checkLogs(reading);
      engine = reading.open();
      FileCheck.requireBlobs(held.data(), engine);
      StoreSnapshot snapshot = snapshot(held, engine, health);
      opened = true;
      return snapshot;
    } catch (RocksDBException e) {
      throw FileCheck.unreadable(held.data(), e);
    } finally {
      if (!opened) {
        if (engine != null) {
          engine.close();
        }
        held.abandon();
      }
    }
  }

  private static StoreSnapshot snapshot(StoreDirectory held, Engine engine, HealthState health)
      throws RocksDBException, StoreException {
    Recovered recovered = RocksRevisionStore.recovered(held, engine);
    HeadFigures figures = recovered.figures();
    Head head = new Head(figures.revision(), recovered.compacted());
    PlatformPool threads = new PlatformPool("rheo-snapshot", 1, 1);
    EngineGuard gate = new EngineGuard(engine, threads, health);
    try {
      head.pin(figures.revision());
    } catch (CompactedException | FutureRevisionException e) {
      throw new IllegalStateException(e);
    }
    return new RocksSnapshot(
        gate,
        head,
        figures,
        held.id(),
        () -> {},
        () -> {
          gate.close(StoreException.closed("store"));
          threads.close();
          held.abandon();
        });
  }

  /**
   * Makes a store that holds what a snapshot does: keys, values, their revisions and the times at
   * which they expire. The store has a {@linkplain RevisionStore#history history} of its own and no
   * past: whatever is below its current revision is compacted.
   *
   * <p>If it fails, or the process dies, there is no store in the directory.
   *
   * @param directory does not exist, or is empty
   * @param bump how far the store's current revision is above the snapshot's; at least 0. The
   *     revisions of the keys are not changed
   * @throws StoreException if the snapshot fails or is damaged, or the directory holds anything
   */
  public static void restore(
      Path directory, StoreSnapshot snapshot, long bump, RocksSettings settings)
      throws StoreException {
    NativeLibrary.load();
    if (bump < 0 || snapshot.header().revision() > Long.MAX_VALUE - bump) {
      throw new IllegalArgumentException("revisions cannot be increased by " + bump);
    }
    boolean[] filled = new boolean[1];
    StoreDirectory held =
        StoreDirectory.open(
            directory,
            (data, id) -> {
              fill(data, id, snapshot, bump, settings);
              filled[0] = true;
            });
    held.close();
    if (!filled[0]) {
      throw new StoreException(directory + " holds a store already");
    }
  }

  private static void fill(
      Path data, String id, StoreSnapshot snapshot, long bump, RocksSettings settings)
      throws StoreException {
    StoreSnapshot.Header header = snapshot.header();
    long revision = header.revision() + bump;
    // No log is written: the flush at the end makes all of it durable, and before it there is no
    // store.
    try (Engine engine =
            new Engine(
                data,
                settings,
                Engine.Mode.CREATE,
                WALRecoveryMode.TolerateCorruptedTailRecords,
                new HealthState());
        WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
        FlushOptions flushing = new FlushOptions().setWaitForFlush(true)) {
      copy(engine, unlogged, snapshot);
      try (WriteBatch batch = new WriteBatch()) {
        batch.put(engine.meta, Meta.FORMAT, StorageFormat.number(StorageFormat.FORMAT));
        batch.put(engine.meta, Meta.ID, id.getBytes(StandardCharsets.US_ASCII));
        batch.put(
            engine.meta,
            Meta.HEAD,
            new HeadFigures(revision, header.keys(), header.bytesWritten()).encode());
        batch.put(engine.meta, Meta.COMPACTED, StorageFormat.number(revision));
        batch.put(engine.meta, Meta.PRUNED, StorageFormat.number(revision));
        engine.db.write(unlogged, batch);
      }
      engine.db.flush(
          flushing, List.of(engine.meta, engine.heads, engine.keys, engine.log, engine.values));
    } catch (RocksDBException e) {
      String what = "the store cannot be restored in %s".formatted(data.getParent());
      throw Engine.failure(Fault.UNWRITABLE, what, e, false);
    }
  }

  private static void copy(Engine engine, WriteOptions unlogged, StoreSnapshot snapshot)
      throws RocksDBException, StoreException {
    try (WriteBatch batch = new WriteBatch()) {
      for (StoreSnapshot.Item item = snapshot.next(); item != null; item = snapshot.next()) {
        byte[] key = Keys.encode(item.key());
        switch (item) {
          case StoreSnapshot.Expiry expiry ->
              batch.put(
                  engine.meta,
                  Meta.expiry(expiry.epochMillis(), key),
                  StorageFormat.number(expiry.modRevision()));
          case StoreSnapshot.Entry entry -> {
            Version version =
                new Version(
                    entry.modRevision(), entry.sub(), entry.createRevision(), entry.value().length);
            batch.put(
                engine.values,
                StorageFormat.position(entry.modRevision(), entry.sub()),
                entry.value());
            batch.put(
                engine.keys, StorageFormat.versionKey(key, entry.modRevision()), version.encode());
            batch.put(engine.heads, key, version.encode());
          }
        }
        if (batch.getDataSize() >= BATCH_BYTES) {
          engine.db.write(unlogged, batch);
          batch.clear();
        }
      }
      engine.db.write(unlogged, batch);
    }
  }
}
