package dev.rheo.store;

import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Meta;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The state of a store that was just opened.
 *
 * @param compacted the lowest revision that can be read
 * @param pruned the revision up to which compacted history is deleted
 */
record Recovered(HeadFigures figures, long compacted, long pruned) {
  /** Reads the state and checks the store's metadata against its log. */
  static Recovered from(Engine engine, String id) throws RocksDBException, StoreException {
    byte[] format = engine.db.get(engine.meta, Meta.FORMAT);
    byte[] storedId = engine.db.get(engine.meta, Meta.ID);
    byte[] head = engine.db.get(engine.meta, Meta.HEAD);
    if (format == null || storedId == null || head == null) {
      throw StoreException.damaged("it does not say what it is");
    }
    if (StorageFormat.number(format) != StorageFormat.FORMAT) {
      throw new StoreException(
          "the data has format %d, this program reads format %d"
              .formatted(StorageFormat.number(format), StorageFormat.FORMAT));
    }
    if (!StorageFormat.text(storedId).equals(id)) {
      throw StoreException.damaged(
          "it belongs to store %s, its directory to store %s"
              .formatted(StorageFormat.text(storedId), id));
    }
    HeadFigures figures = HeadFigures.decode(head);
    long compacted = number(engine, Meta.COMPACTED);
    long pruned = number(engine, Meta.PRUNED);
    long logged = lastLogged(engine);
    long expected =
        figures.revision() == RocksRevisionStore.FIRST_REVISION ? 0 : figures.revision();
    boolean logPruned = logged == 0 && pruned >= figures.revision();
    if ((logged != expected && !logPruned)
        || compacted > figures.revision()
        || pruned > compacted) {
      throw StoreException.damaged(
          "revision %d, last logged %d, compacted %d, pruned %d"
              .formatted(figures.revision(), logged, compacted, pruned));
    }
    return new Recovered(figures, compacted, pruned);
  }

  private static long lastLogged(Engine engine) throws RocksDBException {
    try (RocksIterator log = engine.db.newIterator(engine.log)) {
      log.seekToLast();
      log.status();
      return log.isValid() ? StorageFormat.revisionOf(log.key()) : 0;
    }
  }

  private static long number(Engine engine, byte[] key) throws RocksDBException {
    byte[] found = engine.db.get(engine.meta, key);
    return found == null ? 0 : StorageFormat.number(found);
  }
}
