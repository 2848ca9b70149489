package dev.rheo.storm.run;

import dev.rheo.storm.result.Failure;
import dev.rheo.storm.result.Failure.Kind;
import dev.rheo.storm.verify.Audit;
import dev.rheo.storm.verify.History;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a run, which verifies all that it gets. All methods may be called from any thread.
 *
 * <pre>
 *   ASKING ──► SYNCING ──► FOLLOWING ──► COMPLETE
 *     │           └───────────────────────► COMPLETE     (nothing to follow)
 *     └──► FAILED    from any state but COMPLETE
 * </pre>
 */
abstract class Reader {
  /** Where a reader is. */
  enum State {
    ASKING,
    SYNCING,
    FOLLOWING,
    COMPLETE,
    FAILED
  }

  /** Is told by the reader's threads, or by the caller of {@link #stop}. */
  interface Listener {
    void synced(Reader reader);

    void ended(Reader reader);
  }

  final int number;
  final ReadPlan plan;
  final Listener listener;
  final Audit audit;

  // Written by one thread at a time.
  volatile State state = State.ASKING;
  volatile long bytes;
  volatile long started;
  volatile long firstByte;
  volatile long synced;
  volatile @Nullable String refusedWatchList;
  volatile int retries;
  volatile int resumes;
  private volatile @Nullable Failure failure;

  Reader(int number, ReadPlan plan, Listener listener) {
    this.number = number;
    this.plan = plan;
    this.listener = listener;
    this.audit = new Audit(plan.ledger(), plan.namespace(), plan.floor());
  }

  abstract void start();

  /** Fails the reader unless it has ended. */
  abstract void stop(Kind kind, String message);

  /** Completes the reader if it is following, without checking its changes. */
  abstract void release();

  /**
   * Completes the reader once everything in this final history has arrived, or fails it if that has
   * not happened by the deadline.
   */
  abstract void settle(History history, long deadlineNanos);

  /** Gives back what the reader reads with. */
  abstract void close();

  /** Ends the reader, unless it has ended. */
  final void finish(State last, @Nullable Failure why) {
    synchronized (this) {
      if (ended()) {
        return;
      }
      failure = why;
      state = last;
    }
    close();
    listener.ended(this);
  }

  final State state() {
    return state;
  }

  final boolean ended() {
    return state == State.COMPLETE || state == State.FAILED;
  }

  /** Returns whether the reader has synced or failed. */
  final boolean initialDone() {
    return state != State.ASKING && state != State.SYNCING;
  }

  /** Returns the bytes of bodies received so far. */
  final long bytes() {
    return bytes;
  }

  /** Returns the number of initial objects verified so far. */
  final int objects() {
    return audit.objects();
  }

  /** Returns the number of changes verified so far. */
  final int changes() {
    return audit.changes();
  }

  /** Returns the number of objects and events of others, which are passed over. */
  final int foreign() {
    return audit.foreign();
  }

  /** Returns the seconds from the start to the first byte of a body, or -1. */
  final double firstByteSeconds() {
    return firstByte == 0 ? -1 : (firstByte - started) / 1e9;
  }

  /** Returns the seconds from the start to the sync, or -1. */
  final double syncSeconds() {
    return synced == 0 ? -1 : (synced - started) / 1e9;
  }

  final @Nullable Failure failure() {
    return failure;
  }

  /** Returns the status and message with which the server refused a watch list, or null. */
  final @Nullable String refusedWatchList() {
    return refusedWatchList;
  }

  /** Returns how many refused requests were retried: 429, or 5xx with {@code Retry-After}. */
  final int retries() {
    return retries;
  }

  /** Returns how many watches the server ended and the reader resumed. */
  final int resumes() {
    return resumes;
  }
}
