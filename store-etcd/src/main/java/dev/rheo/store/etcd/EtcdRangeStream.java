package dev.rheo.store.etcd;

import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
  private final ClientCall<Messages.Range, Messages.RangeAnswer> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Queue<Messages.RangeAnswer> parts = new ArrayDeque<>();
  private @Nullable Status ended;
  private boolean closed;

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
    this.call = store.connection().stream(EtcdApi.RANGE_STREAM, CallOptions.DEFAULT);
    call.start(new Listener(), new Metadata());
    call.request(1);
    call.sendMessage(new Messages.Range(bounds.start(), bounds.end(), 0, revision, false));
    call.halfClose();
  }

  private final class Listener extends ClientCall.Listener<Messages.RangeAnswer> {
    @Override
    public void onMessage(Messages.RangeAnswer answer) {
      lock.lock();
      try {
        parts.add(answer);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      lock.lock();
      try {
        ended = status;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits for the first part; returns how the stream ended if there is none, else null. */
  @Nullable Status begin() throws StoreException {
    while (!part.hasNext()) {
      Status end = advance();
      if (end != null) {
        return end.isOk() ? null : end;
      }
    }
    return null;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public @Nullable KeyValue next() throws StoreException {
    store.checkOpen();
    while (!part.hasNext()) {
      Status end = advance();
      if (end != null) {
        if (end.isOk()) {
          return null;
        }
        throw EtcdFaults.of(end, false, end.getCause());
      }
    }
    return store.keyValue(part.next());
  }

  /** Turns to the next part; returns how the stream ended if there is none, else null. */
  private @Nullable Status advance() throws StoreException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (true) {
        if (closed || store.closed()) {
          throw StoreException.closed("range");
        }
        Messages.RangeAnswer next = parts.poll();
        if (next != null) {
          call.request(1);
          part = next.pairs().iterator();
          return null;
        }
        if (ended != null) {
          return ended;
        }
        if (left <= 0) {
          return Status.DEADLINE_EXCEEDED.withDescription("a range went on for nothing");
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      parts.clear();
      part = List.<Messages.Pair>of().iterator();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    call.cancel("closed", null);
  }
}
