package dev.rheo.store;

import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StorageFormat.Change;
import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * A group of commits that become one synced write. Each is checked against the engine's state plus
 * the changes of the earlier commits in the group. Not thread-safe.
 */
final class Group implements AutoCloseable {
  private final Engine engine;
  private final WriteBatch batch = new WriteBatch();

  /** The engine's state with the group's changes, of the keys looked at. Empty: no object. */
  private final Map<String, Optional<Version>> seen = new HashMap<>();

  private final List<Tail.Commit> commits = new ArrayList<>();
  private final long now;
  private HeadFigures figures;
  private long firstExpiry = Long.MAX_VALUE;

  /**
   * @param now the time from which times to live count, in milliseconds of the epoch
   */
  Group(Engine engine, HeadFigures before, long now) {
    this.engine = engine;
    this.figures = before;
    this.now = now;
  }

  /** Appends a commit and returns its revision. A conflict leaves the group unchanged. */
  long plan(List<Op> operations) throws RevisionConflictException, RocksDBException {
    List<@Nullable Version> present = new ArrayList<>(operations.size());
    boolean changes = false;
    for (Op op : operations) {
      Version version = present(op.key());
      long actual = version == null ? 0 : version.modRevision();
      boolean nothingToDelete = op instanceof Op.Delete && version == null;
      if (nothingToDelete || (op.expected() != Op.ANY && op.expected() != actual)) {
        throw new RevisionConflictException(op.key(), op.expected(), actual);
      }
      present.add(version);
      changes |= !(op instanceof Op.Check);
    }
    if (!changes) {
      return figures.revision();
    }
    long revision = figures.revision() + 1;
    long keys = figures.keys();
    long bytes = figures.bytesWritten();
    List<Event> events = new ArrayList<>(operations.size());
    for (int i = 0; i < operations.size(); i++) {
      Op op = operations.get(i);
      Version before = present.get(i);
      int sub = events.size();
      switch (op) {
        case Op.Put put -> {
          long created = before == null ? revision : before.createRevision();
          Version now = new Version(revision, sub, created, put.value().length);
          batch.put(engine.values, StorageFormat.position(revision, sub), put.value());
          write(op.key(), now, before);
          expires(put, revision);
          events.add(new Event(op.key(), put.value(), created, revision));
          keys += before == null ? 1 : 0;
          bytes += put.value().length;
        }
        case Op.Delete _ -> {
          write(op.key(), new Version(revision, sub, 0, 0), before);
          events.add(new Event(op.key(), null, 0, revision));
          keys--;
        }
        case Op.Check _ -> {}
      }
      bytes += op.key().length();
    }
    figures = new HeadFigures(revision, keys, bytes);
    commits.add(Tail.Commit.of(revision, events));
    return revision;
  }

  private void expires(Op.Put put, long revision) throws RocksDBException {
    if (!put.ttl().isZero()) {
      long at = now + put.ttl().toMillis();
      byte[] entry = StorageFormat.Meta.expiry(at, Keys.encode(put.key()));
      batch.put(engine.meta, entry, StorageFormat.number(revision));
      firstExpiry = Math.min(firstExpiry, at);
    }
  }

  private void write(String key, Version now, @Nullable Version before) throws RocksDBException {
    byte[] encoded = Keys.encode(key);
    Change change =
        new Change(
            now.createRevision(),
            before == null ? 0 : before.modRevision(),
            before == null ? 0 : before.sub(),
            now.valueLength(),
            encoded);
    batch.put(engine.log, StorageFormat.position(now.modRevision(), now.sub()), change.encode());
    batch.put(engine.keys, StorageFormat.versionKey(encoded, now.modRevision()), now.encode());
    if (now.isDelete()) {
      batch.delete(engine.heads, encoded);
    } else {
      batch.put(engine.heads, encoded, now.encode());
    }
    seen.put(key, now.isDelete() ? Optional.empty() : Optional.of(now));
  }

  private @Nullable Version present(String key) throws RocksDBException {
    Optional<Version> known = seen.get(key);
    if (known == null) {
      known = Optional.ofNullable(EngineReads.head(engine, Keys.encode(key)));
      seen.put(key, known);
    }
    return known.orElse(null);
  }

  /** Writes the group, synced. Does nothing if no commit changes anything. */
  void write() throws RocksDBException, StoreException {
    if (!commits.isEmpty()) {
      batch.put(engine.meta, StorageFormat.Meta.HEAD, figures.encode());
      engine.write(batch);
    }
  }

  /** The store's figures after this group. */
  HeadFigures figures() {
    return figures;
  }

  /** The earliest time at which a value of this group expires; the end of time if none does. */
  long firstExpiry() {
    return firstExpiry;
  }

  /** The commits that change something, in order. */
  List<Tail.Commit> commits() {
    return commits;
  }

  @Override
  public void close() {
    batch.close();
  }
}
