package dev.rheo.store.etcd;

import dev.rheo.store.CompactedException;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A watch, with a stream of its own.
 *
 * <p><b>Memory.</b> etcd is asked for one answer at a time, and for the next when the one before it
 * has been read. What it has sent ahead waits in the stream's window. Large answers come in
 * fragments of some 2 MB, each of which is told before the next is asked for, save the changes of
 * the revision that may go on in the next.
 *
 * <p><b>Progress.</b> The watch is as far as its last change. If somebody knows of a later revision
 * ({@link #want}), whose changes may be of other keys, it asks etcd how far it is, until it is
 * there. Whoever else waits for the same is served by the same answer. A reader to whom nothing
 * could be told asks, too, and is told at a later call.
 *
 * <p><b>Faults.</b> A stream that breaks, or whose member has lost its leader, ends the watch: its
 * reader opens another from the revision behind its last batch.
 */
final class EtcdWatch implements WatchCursor {
  /** Between two questions for the progress; as in kube-apiserver. */
  private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Before the first: the changes that somebody waits for are mostly on their way. */
  private static final long ASK_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Answers that are asked for ahead of their reader. */
  private static final int AHEAD = 1;

  private final EtcdRevisionStore store;
  private final long from;
  private final ClientCall<Messages.WatchRequest, Messages.WatchAnswer> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Queue<Messages.WatchAnswer> answers = new ArrayDeque<>();
  private @Nullable Status ended;
  private boolean closed;
  private long wanted;
  private long askAt = System.nanoTime();

  // The reader's.
  private final List<Event> unfinished = new ArrayList<>();
  private volatile long revision;

  EtcdWatch(EtcdRevisionStore store, EtcdKeys.Bounds bounds, long from) {
    this.store = store;
    this.from = from;
    this.call = store.connection().stream(EtcdApi.WATCH, CallOptions.DEFAULT);
    call.start(new Listener(), new Metadata());
    call.request(AHEAD);
    // A range without keys cannot be watched. A key that cannot be has no changes, but a progress.
    byte[] key = bounds.empty() ? new byte[1] : bounds.start();
    byte[] end = bounds.empty() ? new byte[0] : bounds.end();
    call.sendMessage(new Messages.WatchRequest.Create(key, end, from));
  }

  /**
   * Waits until etcd has taken the watch.
   *
   * @throws StoreException if it does not
   */
  void awaitCreated(Duration atMost)
      throws CompactedException, StoreException, InterruptedException {
    Messages.WatchAnswer created = take(System.nanoTime() + atMost.toNanos());
    if (created == null) {
      throw EtcdFaults.of(
          Status.DEADLINE_EXCEEDED.withDescription("the watch was not begun"), false, null);
    }
    Batch ignored = batch(created);
  }

  /** Hands answers to the reader. */
  private final class Listener extends ClientCall.Listener<Messages.WatchAnswer> {
    @Override
    public void onMessage(Messages.WatchAnswer answer) {
      lock.lock();
      try {
        answers.add(answer);
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

  /** Somebody waits for the watch to be at this revision. */
  void want(long later) {
    if (later <= revision) {
      return;
    }
    lock.lock();
    try {
      if (later > wanted) {
        if (wanted <= revision) {
          askAt = System.nanoTime() + ASK_AFTER_NANOS;
        }
        wanted = later;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Batch next(Duration atMost)
      throws CompactedException, StoreException, InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      Messages.WatchAnswer answer = take(deadline);
      if (answer == null) {
        return new Batch(List.of(), revision);
      }
      Batch batch = batch(answer);
      if (batch != null) {
        return batch;
      }
    }
  }

  /** The next answer; null if there is none in time. */
  private Messages.@Nullable WatchAnswer take(long deadline)
      throws StoreException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        if (closed || store.closed()) {
          throw StoreException.closed("watch");
        }
        Messages.WatchAnswer answer = answers.poll();
        if (answer != null) {
          call.request(1);
          return answer;
        }
        Status end = ended;
        if (end != null) {
          throw EtcdFaults.of(
              end.isOk() ? Status.UNAVAILABLE.withDescription("the watch was ended") : end,
              false,
              end.getCause());
        }
        long now = System.nanoTime();
        long wait = deadline - now;
        boolean waitedFor = wanted > revision;
        if ((waitedFor || wait <= 0) && askAt - now <= 0) {
          call.sendMessage(new Messages.WatchRequest.Progress());
          askAt = now + ASK_EVERY_NANOS;
        }
        if (wait <= 0) {
          return null;
        }
        if (waitedFor) {
          wait = Math.min(wait, askAt - now);
        }
        long ignored = changed.awaitNanos(wait);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What an answer tells; null for nothing. */
  private @Nullable Batch batch(Messages.WatchAnswer answer)
      throws CompactedException, StoreException {
    if (answer.compacted() > 0) {
      store.compactedAt(answer.compacted());
      throw new CompactedException(from, answer.compacted());
    }
    if (answer.canceled()) {
      throw new StoreException("etcd canceled the watch: " + answer.reason(), null);
    }
    if (answer.created()) {
      // A watch may begin ahead of etcd.
      revision = Math.min(from - 1, answer.header().revision());
      return null;
    }
    if (answer.changes().isEmpty() && !answer.fragment()) {
      // A progress is told behind all changes up to there.
      if (!unfinished.isEmpty() || answer.header().revision() <= revision) {
        return null;
      }
      revision = answer.header().revision();
      return new Batch(List.of(), revision);
    }
    for (Messages.Change change : answer.changes()) {
      unfinished.add(store.event(change));
    }
    List<Event> complete;
    if (answer.fragment()) {
      int end = unfinished.size();
      while (end > 0
          && unfinished.get(end - 1).modRevision() == unfinished.getLast().modRevision()) {
        end--;
      }
      if (end == 0) {
        return null;
      }
      complete = List.copyOf(unfinished.subList(0, end));
      unfinished.subList(0, end).clear();
    } else {
      complete = List.copyOf(unfinished);
      unfinished.clear();
    }
    revision = Math.max(revision, complete.getLast().modRevision());
    return new Batch(complete, revision);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      answers.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    call.cancel("closed", null);
    store.forget(this);
  }
}
