package dev.rheo.store;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.StorageFormat.Change;
import dev.rheo.store.StorageFormat.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Reads from the engine. The caller must pin the revision. */
final class EngineReads {
  /** The number of versions of a key to step over before a seek is cheaper. */
  private static final int STEPS = 6;

  /** The number of scanned changes after which a watch's batch ends, matching or not. */
  private static final int LOG_CHANGES = 20_000;

  private EngineReads() {}

  /** A key and one of its versions, without the value. */
  record KeyVersion(String key, Version version) {}

  /**
   * Some keys of a range, in order.
   *
   * @param next the position of the next page, null after the last one
   */
  record Page(List<KeyVersion> found, byte @Nullable [] next) {}

  static @Nullable Version head(Engine engine, byte[] key) throws RocksDBException {
    return head(engine, engine.cached, key);
  }

  private static @Nullable Version head(Engine engine, ReadOptions options, byte[] key)
      throws RocksDBException {
    byte[] found = engine.db.get(engine.heads, options, key);
    return found == null ? null : Version.decode(found);
  }

  /** The newest version of a key at or below a revision, or null if it did not exist then. */
  static @Nullable Version version(Engine engine, ReadOptions options, byte[] key, long revision)
      throws RocksDBException {
    Version head = head(engine, options, key);
    if (head != null && head.modRevision() <= revision) {
      return head;
    }
    byte[] wanted = StorageFormat.versionKey(key, revision);
    try (RocksIterator versions = engine.db.newIterator(engine.keys, options)) {
      versions.seekForPrev(wanted);
      if (!versions.isValid()) {
        versions.status();
        return null;
      }
      Version version =
          StorageFormat.sameKey(wanted, versions.key()) ? Version.decode(versions.value()) : null;
      return version == null || version.isDelete() ? null : version;
    }
  }

  static Optional<KeyValue> get(
      Engine engine, ReadOptions options, String key, byte[] encoded, long revision)
      throws RocksDBException, StoreException {
    Version version = version(engine, options, encoded, revision);
    return version == null
        ? Optional.empty()
        : Optional.of(value(engine, options, new KeyVersion(key, version)));
  }

  static KeyValue value(Engine engine, KeyVersion found) throws RocksDBException, StoreException {
    return value(engine, engine.cached, found);
  }

  private static KeyValue value(Engine engine, ReadOptions options, KeyVersion found)
      throws RocksDBException, StoreException {
    Version version = found.version();
    byte[] value =
        engine.db.get(
            engine.values, options, StorageFormat.position(version.modRevision(), version.sub()));
    return keyValue(found, value);
  }

  /** The values of some keys, read with one multi-get. */
  static List<KeyValue> values(Engine engine, List<KeyVersion> found)
      throws RocksDBException, StoreException {
    if (found.size() == 1) {
      return List.of(value(engine, found.getFirst()));
    }
    List<byte[]> positions = new ArrayList<>(found.size());
    List<ColumnFamilyHandle> families = new ArrayList<>(found.size());
    for (KeyVersion one : found) {
      positions.add(StorageFormat.position(one.version().modRevision(), one.version().sub()));
      families.add(engine.values);
    }
    List<byte[]> values = engine.db.multiGetAsList(engine.scan, families, positions);
    List<KeyValue> all = new ArrayList<>(found.size());
    for (int i = 0; i < found.size(); i++) {
      byte[] value = values.get(i);
      // A multi-get does not tell a missing value from a failed read; a single get does.
      all.add(value == null ? value(engine, found.get(i)) : keyValue(found.get(i), value));
    }
    return all;
  }

  private static KeyValue keyValue(KeyVersion found, byte @Nullable [] value)
      throws StoreException {
    Version version = found.version();
    if (value == null || value.length != version.valueLength()) {
      throw StoreException.damaged(
          "the value of %s at revision %d is missing or has another length"
              .formatted(found.key(), version.modRevision()));
    }
    return new KeyValue(found.key(), value, version.createRevision(), version.modRevision());
  }

  /**
   * The keys from a position on that existed at a revision, at most {@code most}.
   *
   * @param end the position at which to stop, null to read up to the last key
   */
  static Page page(Engine engine, byte[] start, byte @Nullable [] end, long revision, int most)
      throws RocksDBException {
    List<KeyVersion> found = new ArrayList<>();
    try (RocksIterator it = engine.db.newIterator(engine.keys, engine.scan)) {
      it.seek(start);
      while (it.isValid()) {
        byte[] first = it.key();
        if (end != null && Arrays.compareUnsigned(first, end) >= 0) {
          return new Page(found, null);
        }
        if (found.size() == most) {
          return new Page(found, first);
        }
        Version version = newest(it, first, revision);
        if (version != null && !version.isDelete()) {
          String key = StorageFormat.text(Arrays.copyOf(first, StorageFormat.keyLength(first)));
          found.add(new KeyVersion(key, version));
        }
      }
      it.status();
    }
    return new Page(found, null);
  }

  /**
   * Returns the newest version, at or below a revision, of the key at which the iterator is, and
   * moves the iterator to the next key.
   */
  private static @Nullable Version newest(RocksIterator it, byte[] first, long revision)
      throws RocksDBException {
    byte @Nullable [] newest = null;
    byte[] at = first;
    for (int step = 0; ; step++) {
      long here = StorageFormat.versionRevision(at);
      if (here <= revision) {
        newest = it.value();
      }
      if (step < STEPS) {
        it.next();
      } else {
        if (here < revision) {
          it.seekForPrev(
              StorageFormat.versionKey(
                  Arrays.copyOf(first, StorageFormat.keyLength(first)), revision));
          if (!it.isValid()) {
            // The version was just there, so this is an error, which the next seek would hide.
            it.status();
            throw new RocksDBException("an iterator lost its place");
          }
          newest = it.value();
        }
        it.seek(StorageFormat.behind(first));
        break;
      }
      if (!it.isValid()) {
        break;
      }
      at = it.key();
      if (!StorageFormat.sameKey(first, at)) {
        break;
      }
    }
    return newest == null ? null : Version.decode(newest);
  }

  /** The changes of a key range from a revision to another, or to where the batch is full. */
  static Batch log(Engine engine, KeyRange range, long from, long to)
      throws RocksDBException, StoreException {
    List<Event> events = new ArrayList<>();
    long size = 0;
    long last = from - 1;
    int seen = 0;
    try (RocksIterator it = engine.db.newIterator(engine.log, engine.scan)) {
      for (it.seek(StorageFormat.position(from, 0)); it.isValid(); it.next()) {
        byte[] position = it.key();
        long revision = StorageFormat.revisionOf(position);
        boolean full = size > ChangeLog.BATCH_BYTES || seen > LOG_CHANGES;
        if (revision > to || (full && revision != last)) {
          break;
        }
        if (revision != last && revision != last + 1) {
          throw missing(last + 1);
        }
        last = revision;
        seen++;
        Change change = Change.decode(it.value());
        String key = StorageFormat.text(change.key());
        if (range.contains(key)) {
          Event event = event(engine, key, position, change);
          events.add(event);
          size += Tail.size(event);
        }
      }
      it.status();
    }
    if (last < from) {
      throw missing(from);
    }
    return new Batch(events, last);
  }

  private static Event event(Engine engine, String key, byte[] position, Change change)
      throws RocksDBException, StoreException {
    long revision = StorageFormat.revisionOf(position);
    if (change.isDelete()) {
      return new Event(key, null, 0, revision);
    }
    Version version =
        new Version(
            revision, StorageFormat.subOf(position), change.createRevision(), change.valueLength());
    KeyValue kv = value(engine, new KeyVersion(key, version));
    return new Event(key, kv.value(), kv.createRevision(), revision);
  }

  private static StoreException missing(long revision) {
    return StoreException.damaged("revision " + revision + " is missing");
  }
}
