package dev.rheo.store;

import dev.rheo.store.RevisionStore.KeyValue;
import org.jspecify.annotations.Nullable;

/** A range, which holds a pin on its revision until it is closed. */
final class RocksRange implements RevisionStore.RangeCursor {
  private final Head head;
  private final long revision;
  private final VersionRange versions;
  private boolean closed;

  /**
   * @param revision pinned by the caller; {@link #close} unpins it
   */
  RocksRange(EngineGuard gate, Head head, KeyRange range, long revision) {
    this.head = head;
    this.revision = revision;
    this.versions = new VersionRange(gate, "range", range, revision);
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
    VersionRange.Found found = versions.next();
    return found == null ? null : found.pair();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      versions.clear();
      head.unpin(revision);
    }
  }
}
