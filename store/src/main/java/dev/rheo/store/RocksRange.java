package dev.rheo.store;

import dev.rheo.store.RevisionStore.KeyValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range page by page. Between pages it holds a pin on its revision but no native object, so
 * that a slow reader does not keep memtables and deleted files alive.
 */
final class RocksRange implements RevisionStore.RangeCursor {
  private static final int PAGE_KEYS = 128;

  /** The most bytes of values to read ahead; a larger value is read alone. */
  private static final int AHEAD_BYTES = 128 << 10;

  private final EngineGuard gate;
  private final Head head;
  private final long revision;
  private final byte @Nullable [] end;

  /** The position of the next page, null after the last one. */
  private byte @Nullable [] next;

  private final ArrayDeque<EngineReads.KeyVersion> keys = new ArrayDeque<>();
  private final ArrayDeque<KeyValue> values = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param revision pinned by the caller; {@link #close} unpins it
   */
  RocksRange(EngineGuard gate, Head head, KeyRange range, long revision) {
    this.gate = gate;
    this.head = head;
    this.revision = revision;
    this.end = range.end().isEmpty() ? null : StorageFormat.bound(range.end());
    this.next = range.isEmpty() ? null : StorageFormat.bound(range.start());
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public @Nullable KeyValue next() throws StoreException {
    if (closed) {
      throw StoreException.closed("range");
    }
    head.checkOpen();
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
          gate.call("range", engine -> EngineReads.page(engine, start, end, revision, PAGE_KEYS));
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
      values.addAll(gate.call("range", engine -> EngineReads.values(engine, some)));
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      keys.clear();
      values.clear();
      head.unpin(revision);
    }
  }
}
