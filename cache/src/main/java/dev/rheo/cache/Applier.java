package dev.rheo.cache;

import dev.rheo.api.select.ShardHash;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.store.RevisionStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes the store's changes to the spool, the indexes and the logs of a generation. Called under
 * the cache's lock. A batch that cannot be written leaves no trace: {@link #rollback}.
 */
final class Applier {
  private static final System.Logger LOG = System.getLogger(Applier.class.getName());

  /** Unreadable keys that are remembered, so that each is reported once. */
  private static final int REPORTED = 1000;

  /** A logged event of the batch, for waking the readers that wait for it. */
  record Logged(Table table, long number, CacheEvent event) {}

  private record DecodedChunk(EventLog log, EventLog.Chunk chunk) {}

  private final Spool spool;
  private final int decodedChunks;
  private final Interner<LabelSet> labelSets = new Interner<>(LabelSet.class, 1 << 13);
  private final Interner<FieldValues> fieldValues = new Interner<>(FieldValues.class, 1 << 13);
  private final Interner<String> strings = new Interner<>(String.class, 1 << 14);
  private final SpoolRecord.Writer header = new SpoolRecord.Writer();
  private final ArrayDeque<DecodedChunk> decoded = new ArrayDeque<>();
  private final Set<String> reported = new HashSet<>();
  private final List<Logged> batch = new ArrayList<>();
  private final Set<Resource> obscured = ConcurrentHashMap.newKeySet();
  private long unpublished;

  final LongAdder undecodable = new LongAdder();

  Applier(Spool spool, CacheSettings settings) {
    this.spool = spool;
    this.decodedChunks = Math.max(1, settings.decodedEvents() / 256);
  }

  /** Adds a key of the generation's initial state, which enters the index but not the log. */
  void load(Generation generation, RevisionStore.KeyValue keyValue) throws IOException {
    Table table = generation.of(keyValue.key());
    if (table != null) {
      load(table, keyValue, table.keyOf(keyValue.key()));
    }
  }

  /**
   * Adds a key to a table that is loaded while its changes are applied, unless it changed since.
   * The key is as of the revision at which loading began. {@link #flush} must follow.
   */
  void loadBeside(Table table, RevisionStore.KeyValue keyValue) throws IOException {
    byte[] key = table.keyOf(keyValue.key());
    if (!table.hasChanged(keyValue.key(), key)) {
      load(table, keyValue, key);
    }
  }

  /** Adds an object of the initial state whose record is in the spool already. */
  void adopt(Table table, Entry record) {
    Entry entry = shared(table, record);
    table.editor.put(entry);
    count(table, entry, 1);
    entry.segment.dead -= entry.headerLength + entry.length();
  }

  private Entry shared(Table table, Entry record) {
    LabelSet labels = labelSets.intern(record.labels());
    return record.sharing(labels, values(table.fieldNames, List.of(record.values().array())));
  }

  /** Whether a form is what a value becomes, but for the digits of its revision. */
  boolean isSame(Table table, byte[] value, byte[] form, Entry entry) {
    ObjectHeader scanned;
    try {
      scanned = table.scanner.scan(value);
    } catch (IllegalArgumentException e) {
      return false;
    }
    int at = scanned.revisionOffset();
    return at == entry.revisionOffset()
        && Arrays.equals(value, 0, at, form, 0, at)
        && Arrays.equals(
            value,
            at + scanned.revisionLength(),
            value.length,
            form,
            at + entry.revisionLength(),
            form.length);
  }

  private void load(Table table, RevisionStore.KeyValue keyValue, byte[] key) throws IOException {
    if (keyValue.value() == RevisionStore.UNREADABLE) {
      hide(table, keyValue.key());
      return;
    }
    Entry entry = write(table, keyValue.key(), key, keyValue.value(), keyValue.modRevision());
    if (entry != null) {
      table.editor.put(entry);
      count(table, entry, 1);
    }
  }

  /** Applies a change. {@link #flush} and then publication must follow. */
  void apply(Generation generation, RevisionStore.Event event) throws IOException {
    Table table = generation.of(event.key());
    if (table == null) {
      return;
    }
    byte[] key = table.keyOf(event.key());
    byte[] value = event.value();
    boolean hidden = value == RevisionStore.UNREADABLE;
    boolean shownAgain = false;
    if (hidden) {
      hide(table, event.key());
    } else {
      shownAgain = table.shownAgain(event.key(), event.modRevision());
    }
    Entry current =
        value == null || hidden ? null : write(table, event.key(), key, value, event.modRevision());
    if (value == null) {
      spool.history().deleted(event.modRevision(), table.tag, key);
    } else if (current == null) {
      spool.history().raise(event.modRevision());
    }
    if (shownAgain) {
      spool.history().raise(event.modRevision());
    }
    table.changed(event.key(), current != null);
    change(table, key, event.modRevision(), current);
  }

  /** Applies a change that an earlier process applied, too. */
  void applyKept(Table table, byte[] key, long revision, @Nullable Entry record) {
    Entry present = table.editor.get(key);
    if (present != null && present.revision() >= revision) {
      return; // A record may be there twice.
    }
    Entry current = null;
    if (record == null) {
      spool.history().deleted(revision, table.tag, key);
    } else {
      current = shared(table, record);
      current.segment.dead -= current.headerLength + current.length();
    }
    change(table, key, revision, current);
  }

  private void change(Table table, byte[] key, long revision, @Nullable Entry current) {
    Entry previous = current == null ? table.editor.remove(key) : table.editor.put(current);
    if (current == null && previous == null) {
      return;
    }
    int dies = 0;
    if (current != null) {
      count(table, current, 1);
    }
    if (previous != null) {
      count(table, previous, -1);
      dies = previous.headerLength + previous.length();
    }
    if (table.isLoading()) {
      if (previous != null) {
        previous.segment.dead += dies;
      }
      return;
    }
    CacheEvent logged = new CacheEvent(revision, current, previous);
    EventLog.Chunk begun =
        table.log.append(
            revision,
            current == null ? Place.NONE : Place.of(current),
            previous == null ? Place.NONE : Place.of(previous),
            dies,
            logged);
    if (begun != null) {
      decoded.add(new DecodedChunk(table.log, begun));
    }
    batch.add(new Logged(table, table.log.end() - 1, logged));
  }

  /** An object that cannot be read counts as absent, and its resource as incomplete. */
  private void hide(Table table, String storeKey) {
    if (table.unreadable.add(storeKey)) {
      obscured.add(table.owner);
    }
  }

  /** Removes and returns the resources that have become incomplete. By any thread. */
  List<Resource> takeObscured() {
    List<Resource> taken = List.copyOf(obscured);
    taken.forEach(obscured::remove);
    return taken;
  }

  private static void count(Table table, Entry entry, int sign) {
    table.formBytes += (long) sign * entry.length();
    table.recordBytes += (long) sign * (entry.headerLength + entry.length());
  }

  /**
   * Writes the record of a version.
   *
   * @return null if the value cannot be read: the object then counts as absent
   */
  private @Nullable Entry write(
      Table table, String storeKey, byte[] key, byte[] value, long revision) throws IOException {
    ObjectHeader scanned;
    try {
      scanned = table.scanner.scan(value);
      if (scanned.revisionOffset() < 0 || scanned.metadataOffset() < 0) {
        throw new IllegalArgumentException("it has no metadata.resourceVersion");
      }
      if (scanned.metadataOffset() > Character.MAX_VALUE) {
        throw new IllegalArgumentException("its metadata does not stand at the beginning");
      }
    } catch (IllegalArgumentException e) {
      undecodable.increment();
      if (reported.size() < REPORTED && reported.add(storeKey)) {
        LOG.log(
            Level.ERROR,
            "The value of {0} at revision {1} cannot be read and is passed over: {2}",
            storeKey,
            Long.toString(revision),
            e.getMessage());
      }
      return null;
    }
    byte[] digits = Long.toString(revision).getBytes(StandardCharsets.US_ASCII);
    int at = scanned.revisionOffset();
    int rest = at + scanned.revisionLength();
    int grown = digits.length - scanned.revisionLength();
    int length = value.length + grown;
    int metadataOffset = scanned.metadataOffset();
    int metadataEnd = scanned.metadataEnd() + grown;
    long uidHash = ShardHash.of(scanned.uid());
    LabelSet labels = labelSets.intern(LabelSet.of(scanned.labels()));
    FieldValues values = values(table.fieldNames, scanned.fieldValues());
    int headerLength =
        header.encode(
            table.tag,
            key,
            labels,
            values,
            revision,
            uidHash,
            length,
            at,
            digits.length,
            metadataOffset,
            metadataEnd);
    Segment segment = spool.begin(headerLength + length);
    int offset = segment.end;
    spool.append(header.bytes(), 0, headerLength);
    spool.append(value, 0, at);
    spool.append(digits, 0, digits.length);
    spool.append(value, rest, value.length - rest);
    unpublished += headerLength + length;
    return new Entry(
        key,
        labels,
        values,
        revision,
        uidHash,
        segment,
        offset + headerLength,
        headerLength,
        length,
        at,
        digits.length,
        metadataOffset,
        metadataEnd);
  }

  private FieldValues values(String[] names, List<String> values) {
    return fieldValues.intern(new FieldValues(names, interned(values)));
  }

  private String[] interned(List<String> list) {
    String[] array = new String[list.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = strings.intern(list.get(i));
    }
    return array;
  }

  /** Writes the appended records to the files, after which the changes may be published. */
  void flush() throws IOException {
    spool.flush();
    unpublished = 0;
  }

  /** All changes up to this revision are written. */
  void reached(long revision) {
    spool.history().applied(revision);
  }

  /** Removes and returns the events of the batch, in order. */
  List<Logged> takeBatch() {
    List<Logged> taken = List.copyOf(batch);
    batch.clear();
    return taken;
  }

  /** Drops the events of the batch: no reader waits for them. */
  void forgetBatch() {
    batch.clear();
  }

  /** Undoes the changes since the published state and abandons the head segment. */
  void rollback(Published published) {
    Generation generation = published.generation();
    for (Table table : generation.tables()) {
      TableState state = published.of(table.owner);
      if (state == null) {
        // It is being loaded, and there is no state to return to.
        table.spoiled = true;
        continue;
      }
      if (table.log.end() != state.end()) {
        for (Logged logged : batch.reversed()) {
          if (logged.table == table) {
            Entry current = logged.event.current();
            Entry previous = logged.event.previous();
            if (current != null) {
              count(table, current, -1);
              if (!spool.isHead(current.segment)) {
                // The batch filled this segment and went on in the next one.
                current.segment.dead += current.headerLength + current.length();
              }
            }
            if (previous != null) {
              count(table, previous, 1);
            }
          }
        }
        table.log.truncate(state.end());
      }
      table.editor = state.tree().edit();
    }
    batch.clear();
    generation.applied = published.revision();
    spool.history().rollback();
    spool.abandonHead(unpublished);
    unpublished = 0;
  }

  /** Abandons what was appended since the last {@link #flush}, which failed. */
  void abandon() {
    spool.abandonHead(unpublished);
    unpublished = 0;
  }

  /** Forgets the decoded events of a dropped table. */
  void forget(Table table) {
    decoded.removeIf(chunk -> chunk.log == table.log);
  }

  /** Drops the batch and abandons the head segment, so that a build has segments of its own. */
  void reset() {
    batch.clear();
    decoded.clear();
    spool.abandonHead(unpublished);
    unpublished = 0;
  }

  /** Keeps the number of decoded events within the budget. */
  void limitDecoded() {
    int tries = decoded.size();
    while (decoded.size() > decodedChunks && tries-- > 0) {
      DecodedChunk oldest = decoded.remove();
      if (oldest.log.isTail(oldest.chunk)) {
        decoded.add(oldest);
      } else {
        oldest.chunk.decoded = null;
      }
    }
  }

  long decodedEvents() {
    return decoded.size() * 256L;
  }
}
