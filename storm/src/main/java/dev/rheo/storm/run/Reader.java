package dev.rheo.storm.run;

import dev.rheo.storm.result.Failure;
import dev.rheo.storm.result.Failure.Kind;
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
interface Reader {
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

  void start();

  State state();

  default boolean ended() {
    return state() == State.COMPLETE || state() == State.FAILED;
  }

  /** Returns whether the reader has synced or failed. */
  default boolean initialDone() {
    return state() != State.ASKING && state() != State.SYNCING;
  }

  /** Returns the bytes of bodies received so far. */
  long bytes();

  /** Returns the number of initial objects verified so far. */
  int objects();

  /** Returns the number of changes verified so far. */
  int changes();

  /** Returns the number of objects and events of others, which are passed over. */
  int foreign();

  /** Returns the seconds from the start to the first byte of a body, or -1. */
  double firstByteSeconds();

  /** Returns the seconds from the start to the sync, or -1. */
  double syncSeconds();

  @Nullable Failure failure();

  /** Returns the status and message with which the server refused a watch list, or null. */
  @Nullable String refusedWatchList();

  /** Returns how many refused requests were retried: 429, or 5xx with {@code Retry-After}. */
  int retries();

  /** Returns how many watches the server ended and the reader resumed. */
  int resumes();

  /** Fails the reader unless it has ended. */
  void stop(Kind kind, String message);

  /** Completes the reader if it is following, without checking its changes. */
  void release();

  /**
   * Completes the reader once everything in this final history has arrived, or fails it if that has
   * not happened by the deadline.
   */
  void settle(History history, long deadlineNanos);
}
