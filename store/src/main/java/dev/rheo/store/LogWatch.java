package dev.rheo.store;

import java.time.Duration;
import java.util.List;

/** A watch whose only state is a position in the change log. */
final class LogWatch implements RevisionStore.WatchCursor {
  private final Head head;
  private final ChangeLog log;
  private final KeyRange range;
  private long next;
  private volatile boolean closed;

  LogWatch(Head head, ChangeLog log, KeyRange range, long from)
      throws CompactedException, StoreException {
    if (from < 1) {
      throw new IllegalArgumentException("a watch begins at revision 1 or later, not at " + from);
    }
    this.head = head;
    this.log = log;
    this.range = range;
    this.next = from;
    check();
  }

  @Override
  public RevisionStore.Batch next(Duration atMost)
      throws CompactedException, StoreException, InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      check();
      long left = deadline - System.nanoTime();
      if (head.current() >= next) {
        RevisionStore.Batch batch = log.read(range, next);
        next = batch.revision() + 1;
        if (!batch.events().isEmpty() || left <= 0) {
          return batch;
        }
      } else if (left > 0) {
        head.await(next, left, () -> closed);
      } else {
        return new RevisionStore.Batch(List.of(), Math.min(next - 1, head.current()));
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    head.wake();
  }

  private void check() throws CompactedException, StoreException {
    if (closed) {
      throw StoreException.closed("watch");
    }
    head.checkOpen();
    long compacted = head.compacted();
    if (next <= compacted) {
      throw new CompactedException(next, compacted);
    }
  }
}
