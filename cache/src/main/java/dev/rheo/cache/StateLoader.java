package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads the state at which a generation begins.
 *
 * <pre>
 *   without records of an earlier process   every value is fetched
 *   with them                               the keys and their revisions are fetched, and the values
 *                                           of those versions that are not among the records
 *   with their history                      the same, of an older state; the changes that the earlier
 *                                           process saw after it come from the records
 * </pre>
 *
 * <p>A version is told by its key and its revision, which is unique in one history of the store. A
 * store that was restored from an older copy has another history from some revision on, perhaps
 * under the same name. A version of it that has a record by accident is newer than all that both
 * histories have in common. So the newest versions that were found are compared with the store's
 * values.
 */
final class StateLoader {
  private static final System.Logger LOG = System.getLogger(StateLoader.class.getName());

  /** Bytes that are loaded before they are flushed and the lock is released. */
  private static final int BATCH = 2 << 20;

  /** Keys that are looked up before the lock is taken. */
  private static final int KEYS = 512;

  /** Values are fetched one by one if fewer than a key in so many needs it. */
  private static final int SPARSE = 16;

  /** Of how many versions the values are compared with the store's. */
  private static final int COMPARED = 16;

  private final RevisionStore store;
  private final KeptSpool kept;
  private final Applier applier;
  private final ReentrantLock lock;
  private final BooleanSupplier closed;

  StateLoader(
      RevisionStore store,
      KeptSpool kept,
      Applier applier,
      ReentrantLock lock,
      BooleanSupplier closed) {
    this.store = store;
    this.kept = kept;
    this.applier = applier;
    this.lock = lock;
    this.closed = closed;
  }

  /** What is kept is of another history of the store. */
  static final class OtherHistoryException extends Exception {
    private static final long serialVersionUID = 1;

    OtherHistoryException(String message) {
      super(message);
    }
  }

  /** A version that was found among the records. */
  private record Found(Table table, String storeKey, Entry entry) {}

  /** The newest of the versions that were found. */
  private static final class Newest {
    final PriorityQueue<Found> found =
        new PriorityQueue<>(Comparator.comparingLong(one -> one.entry.revision()));
    int count;

    void add(Found one) {
      count++;
      found.add(one);
      if (found.size() > COMPARED) {
        found.remove();
      }
    }
  }

  /**
   * Loads the oldest state that is worth it, and the history after it as far as it is kept.
   *
   * @return a generation that has these
   */
  Generation load(List<Resource> resources)
      throws CompactedException,
          FutureRevisionException,
          StoreException,
          IOException,
          OtherHistoryException {
    String name = store.history();
    long current = store.currentRevision();
    // A new store is at revision 1 and holds nothing.
    long oldest = Math.max(1, Math.max(store.compactedRevision(), current - store.longestReplay()));
    KeptRecords records = kept.records();
    KeptHistory.Left history = kept.history();
    if (records != null && Math.max(records.newest(), history.applied()) > current) {
      throw new OtherHistoryException(
          "it has revision %d, and the store's is %d".formatted(records.newest(), current));
    }
    long floor = Math.max(oldest, history.floor());
    boolean follow = records != null && records.isWhole() && floor < history.applied();
    Generation generation = new Generation(resources, follow ? floor : oldest, name);
    Newest newest = new Newest();
    if (generation.floor > 1) {
      loadState(generation, records, newest);
    }
    if (records != null && follow) {
      follow(generation, records, history, newest);
    }
    for (Found version : newest.found) {
      if (!closed.getAsBoolean() && !isOfStore(version, generation.floor)) {
        throw new OtherHistoryException(
            "the store has another value for %s at revision %d"
                .formatted(version.storeKey, version.entry.revision()));
      }
    }
    if (records != null) {
      LOG.log(
          Level.INFO,
          "{0} objects and revisions {1} to {2} are taken over from an earlier process",
          Integer.toString(newest.count),
          Long.toString(generation.floor),
          Long.toString(generation.applied));
    }
    return generation;
  }

  private void loadState(Generation generation, @Nullable KeptRecords records, Newest newest)
      throws CompactedException, FutureRevisionException, StoreException, IOException {
    for (Table table : List.copyOf(generation.tables())) {
      String prefix = table.resource.keyPrefix();
      String end = Members.endOf(prefix);
      RangeCursor keys = records == null ? null : store.keys(prefix, end, generation.floor);
      if (records == null || keys == null) {
        fetch(generation, prefix, end, Set.of());
      } else {
        try (keys) {
          loadByKeys(generation, table, records, keys, newest);
        }
      }
    }
  }

  /** A change that an earlier process applied. */
  private record Change(long revision, Table table, byte[] key, @Nullable Entry entry) {}

  /** Applies the kept history above the generation's floor. */
  private void follow(
      Generation generation, KeptRecords records, KeptHistory.Left history, Newest newest)
      throws IOException, OtherHistoryException {
    Map<Integer, Table> byTag = new HashMap<>();
    for (Table table : generation.tables()) {
      if (byTag.put(table.tag, table) != null) {
        throw new OtherHistoryException("two resources have one tag");
      }
    }
    List<Change> changes;
    try {
      changes = changes(generation, byTag, records, history, newest);
    } catch (IOException e) {
      throw new OtherHistoryException("its records cannot be read: " + e.getMessage());
    }
    if (!records.isWhole()) {
      throw new OtherHistoryException("its records cannot be read");
    }
    for (int at = 0; at < changes.size() && !closed.getAsBoolean(); at += KEYS) {
      lock.lock();
      try {
        for (Change change : changes.subList(at, Math.min(changes.size(), at + KEYS))) {
          applier.applyKept(change.table, change.key, change.revision, change.entry);
        }
        applier.flush();
        applier.forgetBatch();
        applier.limitDecoded();
      } finally {
        lock.unlock();
      }
    }
    generation.applied = history.applied();
  }

  private static List<Change> changes(
      Generation generation,
      Map<Integer, Table> byTag,
      KeptRecords records,
      KeptHistory.Left history,
      Newest newest)
      throws IOException {
    List<Change> changes = new ArrayList<>();
    for (KeptHistory.Deletion deletion : history.deletions()) {
      Table table = byTag.get(deletion.tag());
      if (table != null && deletion.revision() > generation.floor) {
        changes.add(new Change(deletion.revision(), table, deletion.key(), null));
      }
    }
    for (KeptRecords.Kept record : records.between(generation.floor, history.applied())) {
      Table table = byTag.get(record.tag());
      Entry entry = table == null ? null : records.at(record.place(), table);
      if (table != null && entry != null) {
        changes.add(new Change(record.revision(), table, entry.key, entry));
        newest.add(new Found(table, table.resource.keyPrefix() + entry.key(), entry));
      }
    }
    changes.sort(Comparator.comparingLong(Change::revision));
    return changes;
  }

  private void loadByKeys(
      Generation generation, Table table, KeptRecords records, RangeCursor keys, Newest newest)
      throws CompactedException, FutureRevisionException, StoreException, IOException {
    KeyValue next = keys.next();
    while (next != null && !closed.getAsBoolean()) {
      List<Entry> here = new ArrayList<>();
      List<String> missing = new ArrayList<>();
      Set<String> hereKeys = new HashSet<>();
      for (int i = 0; next != null && i < KEYS; i++, next = keys.next()) {
        Entry entry = records.find(table, table.keyOf(next.key()), next.modRevision());
        if (entry == null) {
          missing.add(next.key());
          continue;
        }
        here.add(entry);
        hereKeys.add(next.key());
        newest.add(new Found(table, next.key(), entry));
      }
      lock.lock();
      try {
        here.forEach(entry -> applier.adopt(table, entry));
      } finally {
        lock.unlock();
      }
      if (SPARSE * missing.size() < here.size()) {
        for (String key : missing) {
          fetch(generation, key, key + '\0', Set.of());
        }
      } else if (!missing.isEmpty()) {
        fetch(generation, missing.getFirst(), missing.getLast() + '\0', hereKeys);
      }
    }
  }

  /** Fetches the values of a range, but for those of some keys. */
  private void fetch(Generation generation, String from, String end, Set<String> but)
      throws CompactedException, FutureRevisionException, StoreException, IOException {
    try (RangeCursor range = store.range(from, end, generation.floor)) {
      KeyValue next = range.next();
      while (next != null && !closed.getAsBoolean()) {
        lock.lock();
        try {
          for (int bytes = 0; next != null && bytes < BATCH; next = range.next()) {
            if (!but.contains(next.key())) {
              applier.load(generation, next);
            }
            bytes += next.value().length;
          }
          applier.flush();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** Whether the store has this value in this version. */
  private boolean isOfStore(Found version, long floor)
      throws CompactedException, FutureRevisionException, StoreException, IOException {
    long revision = Math.max(floor, version.entry.revision());
    try (RangeCursor range = store.range(version.storeKey, version.storeKey + '\0', revision)) {
      KeyValue stored = range.next();
      return stored != null
          && stored.modRevision() == version.entry.revision()
          && applier.isSame(version.table, stored.value(), form(version.entry), version.entry);
    }
  }

  private static byte[] form(Entry entry) throws IOException {
    ByteBuffer form = ByteBuffer.allocateDirect(entry.length());
    while (form.hasRemaining()) {
      int ignored = entry.segment.read(form, entry.offset + form.position(), true);
    }
    byte[] bytes = new byte[entry.length()];
    form.flip().get(bytes);
    return bytes;
  }
}
