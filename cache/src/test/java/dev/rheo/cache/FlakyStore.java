package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A store whose watches and ranges can be made to fail. Nothing that was committed is lost. */
final class FlakyStore implements RevisionStore {
  private final RevisionStore store;

  /** How many of the next calls of {@code watch}, a watch's {@code next} and {@code range} fail. */
  final AtomicInteger failures = new AtomicInteger();

  /** While this is true, watches deliver nothing. */
  volatile boolean stalled;

  FlakyStore(RevisionStore store) {
    this.store = store;
  }

  private void fail() throws StoreException {
    if (failures.get() > 0 && failures.getAndDecrement() > 0) {
      throw new StoreException("made to fail");
    }
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    fail();
    WatchCursor cursor = store.watch(start, end, fromRevision);
    return new WatchCursor() {
      @Override
      public Batch next(Duration atMost)
          throws CompactedException, StoreException, InterruptedException {
        fail();
        while (stalled) {
          Thread.sleep(1);
        }
        return cursor.next(atMost);
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    return store.commit(operations);
  }

  @Override
  public KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return store.get(key, revision);
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    fail();
    return store.range(start, end, revision);
  }

  @Override
  public long currentRevision() throws StoreException {
    return store.currentRevision();
  }

  @Override
  public long compactedRevision() {
    return store.compactedRevision();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    store.compact(revision);
  }

  @Override
  public Stats stats() {
    return store.stats();
  }

  @Override
  public void close() {
    store.close();
  }
}
