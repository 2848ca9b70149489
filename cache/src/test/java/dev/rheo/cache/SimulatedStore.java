package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;
import dev.rheo.store.CompactedException;
import dev.rheo.store.ForwardingStore;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.StoreException;
import java.time.Duration;
import java.util.List;

/**
 * A store whose watches wait in simulated time, and whose watches and ranges can be made to fail.
 * Nothing that was committed is lost.
 */
final class SimulatedStore extends ForwardingStore {
  private final Scheduler scheduler;
  private long committed = 1;

  /** How many of the next calls of {@code watch}, a watch's {@code next} and {@code range} fail. */
  int failures;

  /** While this is true, watches deliver nothing. */
  boolean stalled;

  /** Simulated time of the last failure. */
  long failedAt;

  SimulatedStore(Scheduler scheduler) {
    super(new MemoryRevisionStore());
    this.scheduler = scheduler;
  }

  private void fail() throws StoreException {
    if (failures > 0) {
      failures--;
      failedAt = scheduler.nanoTime();
      throw new StoreException("made to fail");
    }
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    scheduler.point("store watch");
    fail();
    return new Watch(super.watch(start, end, fromRevision), fromRevision - 1);
  }

  private final class Watch implements WatchCursor {
    private final WatchCursor cursor;
    private long seen;
    private boolean closed;

    Watch(WatchCursor cursor, long seen) {
      this.cursor = cursor;
      this.seen = seen;
    }

    @Override
    public Batch next(Duration atMost)
        throws CompactedException, StoreException, InterruptedException {
      boolean ignored =
          scheduler.await("store stalled", () -> closed || !stalled, Scheduler.FOREVER);
      ignored =
          scheduler.await(
              "store next", () -> closed || committed > seen || failures > 0, atMost.toNanos());
      fail();
      Batch batch = cursor.next(Duration.ZERO);
      seen = batch.revision();
      return batch;
    }

    @Override
    public void close() {
      closed = true;
      cursor.close();
    }
  }

  /** The caller goes on without another task between, so that its model is that of the store. */
  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    committed = super.commit(operations);
    return committed;
  }

  @Override
  public KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    scheduler.point("store get");
    return super.get(key, revision);
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    scheduler.point("store range");
    fail();
    RangeCursor cursor = super.range(start, end, revision);
    return new RangeCursor() {
      @Override
      public long revision() {
        return cursor.revision();
      }

      @Override
      public KeyValue next() throws StoreException {
        scheduler.point("store range next");
        return cursor.next();
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }

  @Override
  public long currentRevision() throws StoreException {
    scheduler.point("store revision");
    return super.currentRevision();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    scheduler.point("store compact");
    super.compact(revision);
  }
}
