package dev.rheo.store.etcd;

import dev.rheo.store.CompactedException;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A watch, with a stream of its own.
 *
 * <p><b>Memory.</b> One answer is asked for at a time ({@link EtcdStream}). Large ones come in
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

  private final EtcdRevisionStore store;
  private final long from;
  private final EtcdStream<Messages.WatchRequest, Messages.WatchAnswer> stream;
  private final AtomicLong wanted = new AtomicLong();
  private final int times;
  private volatile long revision;
  private volatile boolean outdated;

  // The reader's.
  private final List<Event> unfinished = new ArrayList<>();
  private long asked = System.nanoTime() - ASK_EVERY_NANOS;
  private boolean waitedFor;

  EtcdWatch(EtcdRevisionStore store, EtcdKeys.Bounds bounds, long from) {
    this.store = store;
    this.from = from;
    this.times = store.times();
    this.stream = new EtcdStream<>(store.connection(), EtcdApi.WATCH, "watch");
    // A range without keys cannot be watched. A key that cannot be has no changes, but a progress.
    EtcdKeys.Bounds watched = bounds.empty() ? store.nothing() : bounds;
    stream.send(new Messages.WatchRequest.Create(watched.start(), watched.end(), from));
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

  /** Etcd's history is another now: what the watch has told is not part of it. */
  void outdated() {
    outdated = true;
    stream.wake();
  }

  boolean isOutdated() {
    return outdated;
  }

  /** Somebody waits for the watch to be at this revision. */
  void want(long later) {
    if (later > revision && wanted.getAndAccumulate(later, Math::max) < later) {
      stream.wake();
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
        store.told(batch.revision(), times);
        return batch;
      }
    }
  }

  /** The next answer; null if there is none in time. */
  private Messages.@Nullable WatchAnswer take(long deadline)
      throws CompactedException, StoreException, InterruptedException {
    while (true) {
      if (outdated) {
        throw new CompactedException(from, Math.max(from, revision + 1));
      }
      long now = System.nanoTime();
      long wait = deadline - now;
      boolean wants = wanted.get() > revision;
      if (wants && !waitedFor) {
        asked = Math.max(asked, now - ASK_EVERY_NANOS + ASK_AFTER_NANOS);
      }
      waitedFor = wants;
      long untilAsked = asked + ASK_EVERY_NANOS - now;
      Messages.WatchAnswer answer =
          stream.poll(wants ? Math.min(wait, Math.max(untilAsked, 0)) : wait);
      if (answer != null) {
        return answer;
      }
      Status end = stream.ended();
      if (end != null) {
        throw EtcdFaults.of(
            end.isOk() ? Status.UNAVAILABLE.withDescription("the watch was ended") : end,
            false,
            end.getCause());
      }
      now = System.nanoTime();
      boolean over = deadline - now <= 0;
      if ((over || waitedFor) && now - asked >= ASK_EVERY_NANOS) {
        stream.send(new Messages.WatchRequest.Progress());
        asked = now;
      }
      if (over) {
        return null;
      }
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
    stream.close();
    store.forget(this);
  }
}
