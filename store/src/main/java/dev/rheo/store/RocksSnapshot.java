package dev.rheo.store;

import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Meta;
import dev.rheo.store.StorageFormat.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A snapshot of an open engine. It holds a pin on its revision, and while it reads the times of
 * expiry a hold on their index, but no native object between calls.
 *
 * <p>The index of expiry times has no revisions. That it still has the entries of all values of the
 * snapshot's revision is ensured by the hold, which is taken before the revision is chosen: an
 * entry that was dropped before is of a value that was deleted or replaced before. What was added
 * since, or is of a value that is not there at the revision, is left out.
 */
final class RocksSnapshot implements StoreSnapshot {
  /** The entries of the index that one call looks at. */
  private static final int PAGE_ENTRIES = 256;

  private final EngineGuard gate;
  private final Head head;
  private final Header header;
  private final Runnable release;
  private final Runnable after;
  private final VersionRange versions;
  private final ArrayDeque<Expiry> expiries = new ArrayDeque<>();

  /** The position of the next page of the index, null after the last one. */
  private byte @Nullable [] nextExpiry = Meta.expiry(0, new byte[0]);

  private boolean held = true;
  private boolean closed;

  private record Page(List<Expiry> found, byte @Nullable [] next) {}

  /**
   * @param figures of the snapshot's revision, which the caller has pinned; {@link #close} unpins
   *     it
   * @param release ends the hold on the index of expiry times, which the caller has taken
   * @param after runs when the snapshot is closed
   */
  RocksSnapshot(
      EngineGuard gate,
      Head head,
      HeadFigures figures,
      String history,
      Runnable release,
      Runnable after) {
    this.gate = gate;
    this.head = head;
    this.header = new Header(figures.revision(), figures.keys(), figures.bytesWritten(), history);
    this.release = release;
    this.after = after;
    this.versions = new VersionRange(gate, "snapshot", new KeyRange("", ""), figures.revision());
  }

  @Override
  public Header header() {
    return header;
  }

  @Override
  public @Nullable Item next() throws StoreException {
    if (closed) {
      throw StoreException.closed("snapshot");
    }
    head.checkOpen();
    Expiry expiry = nextExpiry();
    if (expiry != null) {
      return expiry;
    }
    releaseIndex();
    VersionRange.Found found = versions.next();
    return found == null
        ? null
        : new Entry(
            found.pair().key(),
            found.pair().value(),
            found.pair().createRevision(),
            found.pair().modRevision(),
            found.version().sub());
  }

  private @Nullable Expiry nextExpiry() throws StoreException {
    while (expiries.isEmpty() && nextExpiry != null) {
      byte[] start = nextExpiry;
      Page page = gate.call("snapshot", engine -> page(engine, start, header.revision()));
      expiries.addAll(page.found());
      nextExpiry = page.next();
    }
    return expiries.poll();
  }

  private static Page page(Engine engine, byte[] start, long revision) throws RocksDBException {
    List<Expiry> found = new ArrayList<>();
    int seen = 0;
    try (RocksIterator it = engine.db.newIterator(engine.meta, engine.scan)) {
      for (it.seek(start); it.isValid() && Meta.isExpiry(it.key()); it.next()) {
        byte[] entry = it.key();
        if (seen == PAGE_ENTRIES) {
          return new Page(found, entry);
        }
        seen++;
        long written = StorageFormat.number(it.value());
        byte[] key = Meta.expiringKey(entry);
        if (written <= revision && isThere(engine, key, revision, written)) {
          found.add(new Expiry(StorageFormat.text(key), Meta.expiryTime(entry), written));
        }
      }
      it.status();
    }
    return new Page(found, null);
  }

  private static boolean isThere(Engine engine, byte[] key, long revision, long written)
      throws RocksDBException {
    Version version = EngineReads.version(engine, engine.scan, key, revision);
    return version != null && version.modRevision() == written;
  }

  private void releaseIndex() {
    if (held) {
      held = false;
      release.run();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      expiries.clear();
      versions.clear();
      releaseIndex();
      head.unpin(header.revision());
      after.run();
    }
  }
}
