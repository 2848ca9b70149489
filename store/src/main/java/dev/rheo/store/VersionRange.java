package dev.rheo.store;

import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.StorageFormat.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of a range as of a revision page by page. Between pages it holds no native object,
 * so that a slow reader does not keep memtables and deleted files alive. The caller keeps the
 * revision pinned.
 */
final class VersionRange {
  private static final int PAGE_KEYS = 128;

  /** The most bytes of values to read ahead; a larger value is read alone. */
  private static final int AHEAD_BYTES = 128 << 10;

  /** A key, its version and its value. */
  record Found(Version version, KeyValue pair) {}

  private final EngineGuard gate;
  private final String what;
  private final long revision;
  private final byte @Nullable [] end;

  /** The position of the next page, null after the last one. */
  private byte @Nullable [] next;

  private final ArrayDeque<EngineReads.KeyVersion> keys = new ArrayDeque<>();
  private final ArrayDeque<Found> values = new ArrayDeque<>();

  /**
   * @param what who reads, for messages
   */
  VersionRange(EngineGuard gate, String what, KeyRange range, long revision) {
    this.gate = gate;
    this.what = what;
    this.revision = revision;
    this.end = range.end().isEmpty() ? null : StorageFormat.bound(range.end());
    this.next = range.isEmpty() ? null : StorageFormat.bound(range.start());
  }

  /** The next key, or null at the end. */
  @Nullable Found next() throws StoreException {
    if (values.isEmpty()) {
      readKeys();
      readValues();
    }
    return values.poll();
  }

  private void readKeys() throws StoreException {
    while (keys.isEmpty() && next != null) {
      byte[] start = next;
      EngineReads.Page page =
          gate.call(what, engine -> EngineReads.page(engine, start, end, revision, PAGE_KEYS));
      keys.addAll(page.found());
      next = page.next();
    }
  }

  private void readValues() throws StoreException {
    List<EngineReads.KeyVersion> some = new ArrayList<>();
    long bytes = 0;
    while (!keys.isEmpty()
        && (some.isEmpty() || bytes + keys.element().version().valueLength() <= AHEAD_BYTES)) {
      bytes += keys.element().version().valueLength();
      some.add(keys.remove());
    }
    if (!some.isEmpty()) {
      List<KeyValue> read = gate.call(what, engine -> EngineReads.values(engine, some));
      for (int i = 0; i < read.size(); i++) {
        values.add(new Found(some.get(i).version(), read.get(i)));
      }
    }
  }

  /** Forgets what was read ahead. */
  void clear() {
    keys.clear();
    values.clear();
  }
}
