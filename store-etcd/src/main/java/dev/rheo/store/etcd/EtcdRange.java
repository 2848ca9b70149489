package dev.rheo.store.etcd;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read of a range, page by page. All pages are of the revision of the first. What a page may hold
 * follows from what the pages before it held, so that some {@link #PAGE} bytes are in memory
 * whatever the size of the objects.
 */
final class EtcdRange implements RangeCursor {
  /** What a page of values should weigh, in bytes. */
  private static final long PAGE = 2 << 20;

  private static final long FIRST_LIMIT = 8;
  private static final long MOST = 4096;

  /** Etcd counts all keys of the range for each page, so that pages of keys are few and large. */
  private static final long KEYS = 1 << 15;

  private static final long GROWTH = 8;

  private final EtcdRevisionStore store;
  private final byte[] end;
  private final boolean keysOnly;
  private byte[] start;
  private long revision;
  private long limit = FIRST_LIMIT;
  private Iterator<Messages.Pair> page = List.<Messages.Pair>of().iterator();
  private boolean more;
  private boolean closed;

  /**
   * Reads the first page.
   *
   * @param keysOnly whether values are left out
   */
  EtcdRange(EtcdRevisionStore store, EtcdKeys.Bounds bounds, long revision, boolean keysOnly)
      throws CompactedException, FutureRevisionException, StoreException {
    this.store = store;
    this.start = bounds.start();
    this.end = bounds.end();
    this.revision = revision;
    this.keysOnly = keysOnly;
    if (bounds.empty()) {
      // The revision has to be judged all the same.
      this.revision = store.at(revision);
      return;
    }
    Messages.RangeAnswer first;
    try {
      first = read();
    } catch (StatusRuntimeException e) {
      throw store.unreadable(revision, e);
    }
    if (revision == 0) {
      this.revision = first.header().revision();
    }
    turnTo(first);
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public @Nullable KeyValue next() throws StoreException {
    Messages.Pair next = nextPair();
    return next == null ? null : store.keyValue(next);
  }

  /** The next key with all that etcd tells of it, or null at the end. */
  Messages.@Nullable Pair nextPair() throws StoreException {
    store.checkOpen();
    if (closed) {
      throw StoreException.closed("range");
    }
    if (!page.hasNext() && more) {
      try {
        turnTo(read());
      } catch (StatusRuntimeException e) {
        throw EtcdFaults.of(e);
      }
    }
    return page.hasNext() ? page.next() : null;
  }

  private Messages.RangeAnswer read() {
    while (true) {
      try {
        return store
            .connection()
            .read(EtcdApi.RANGE, new Messages.Range(start, end, limit, revision, keysOnly));
      } catch (StatusRuntimeException e) {
        if (limit == 1 || !EtcdFaults.tooLarge(e.getStatus())) {
          throw e;
        }
        limit = Math.max(1, limit / GROWTH);
      }
    }
  }

  private void turnTo(Messages.RangeAnswer answer) {
    List<Messages.Pair> pairs = answer.pairs();
    page = pairs.iterator();
    more = answer.more() && !pairs.isEmpty();
    if (more) {
      start = EtcdKeys.behind(pairs.getLast().key());
      long bytes = 1;
      for (Messages.Pair pair : pairs) {
        bytes += pair.key().length + pair.value().length;
      }
      long fitting = PAGE * pairs.size() / bytes;
      limit = keysOnly ? KEYS : Math.clamp(fitting, 1, Math.min(MOST, limit * GROWTH));
    }
  }

  @Override
  public void close() {
    closed = true;
    more = false;
    page = List.<Messages.Pair>of().iterator();
  }
}
