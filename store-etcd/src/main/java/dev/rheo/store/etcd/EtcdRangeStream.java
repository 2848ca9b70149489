package dev.rheo.store.etcd;

import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import io.grpc.Status;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read of a range that etcd streams (3.7 and later, KEP-5966). The next part is asked for when
 * the one before it is being read, so two of them are in memory.
 *
 * <p>A stream tells its revision last. So it is read at a revision that is known before.
 */
final class EtcdRangeStream implements RangeCursor {
  private final EtcdRevisionStore store;
  private final long revision;
  private final Duration patience;
  private final EtcdStream<Messages.Range, Messages.RangeAnswer> stream;
  private Iterator<Messages.Pair> part = List.<Messages.Pair>of().iterator();

  /**
   * @param revision above 0
   * @param patience how long to wait for a part
   */
  EtcdRangeStream(
      EtcdRevisionStore store, EtcdKeys.Bounds bounds, long revision, Duration patience) {
    this.store = store;
    this.revision = revision;
    this.patience = patience;
    this.stream = new EtcdStream<>(store.connection(), EtcdApi.RANGE_STREAM, "range");
    stream.send(new Messages.Range(bounds.start(), bounds.end(), 0, revision, false));
    stream.sent();
  }

  /** Waits for the first part; returns how the stream failed, or null if it did not. */
  @Nullable Status begin() throws StoreException {
    Status end = advance();
    return end == null || end.isOk() ? null : end;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public @Nullable KeyValue next() throws StoreException {
    store.checkOpen();
    Status end = advance();
    if (end == null) {
      return store.keyValue(part.next());
    }
    if (end.isOk()) {
      return null;
    }
    throw EtcdFaults.of(end, false, end.getCause());
  }

  /** Turns to the next part if this one is read; returns how the stream ended if it has. */
  private @Nullable Status advance() throws StoreException {
    while (!part.hasNext()) {
      Messages.RangeAnswer next;
      try {
        next = stream.poll(patience.toNanos());
      } catch (InterruptedException e) {
        throw EtcdFaults.of(e);
      }
      if (next == null) {
        Status end = stream.ended();
        return end != null
            ? end
            : Status.DEADLINE_EXCEEDED.withDescription("the next part of a range did not come");
      }
      part = next.pairs().iterator();
    }
    return null;
  }

  @Override
  public void close() {
    stream.close();
    part = List.<Messages.Pair>of().iterator();
  }
}
