package dev.rheo.store;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The source of truth: an ordered map from keys to values. Every commit gets a <em>revision</em>,
 * which is one higher than that of the commit before, and the map can be read as of any revision
 * that is still retained.
 *
 * <p>The model is etcd's. As an example, after
 *
 * <pre>
 *   commit([put a=1])            → 2
 *   commit([put b=1, put a=2])   → 3     one commit, one revision for both
 *   commit([delete a])           → 4
 * </pre>
 *
 * {@code get("a", 3)} is {@code 2} (created at 2, modified at 3), {@code get("a", 4)} is absent,
 * {@code range("a", "z", 2)} holds just {@code a=1}, and a watch from revision 3 sees b=1@3, a=2@3,
 * delete a@4. {@code compact(3)} drops versions that only a read below 3 sees: reads at 3 and above
 * and watches from 4 are as before, a read at 2 or a watch from 3 is refused with {@link
 * CompactedException}. A new store is at revision 1 and empty.
 *
 * <p>Keys are non-empty strings without the character U+0000, at most 1 KiB in UTF-8, ordered by
 * their UTF-8 bytes. The bounds of a range may be any string without unpaired surrogates; an empty
 * end means no upper bound. An argument that is invalid in every state of the store (an invalid
 * key, a negative revision) is refused with {@link IllegalArgumentException}. Values are opaque
 * bytes; the store neither copies nor changes arrays that it is given or returns, and callers must
 * not change them either.
 *
 * <p><b>Time to live.</b> A put may say how long its value lives at most. When that time is over,
 * {@link #expire} deletes the key, in a commit of its own with a revision of its own, like any
 * deletion. Until then the key is there. The next put of the key decides anew, so a put renews the
 * time, or, without one, ends it. The engine's clock tells the time; what is due at a restart, or
 * while the store was closed, is due then.
 *
 * <p><b>Durability.</b> When {@code commit} of a durable engine returns, the commit survives a
 * crash of the process and loss of power. When it throws {@link RevisionConflictException}, nothing
 * was changed. When it throws {@link StoreException}, {@link StoreException#undecided} tells
 * whether the commit may still take effect.
 *
 * <p><b>Threads.</b> Any number of threads, virtual ones included, may call every method at once.
 * Every method may block. An engine may write concurrent commits as a group.
 */
public interface RevisionStore extends AutoCloseable {
  /**
   * Stands in ranges and watches for a value that exists and cannot be read, for instance because
   * its encryption key is not at hand; compared by identity. {@link #get} tells the reason with an
   * {@link UnreadableValueException}.
   */
  @SuppressWarnings("MutablePublicArray") // It is empty.
  byte[] UNREADABLE = {};

  /**
   * Applies all operations, or none. Each key may occur in at most one operation. A commit that
   * neither puts nor deletes creates no revision and returns the current one.
   *
   * @return the revision of the commit
   * @throws RevisionConflictException if an operation's expected revision is not the key's current
   *     one, or if a key to delete does not exist
   * @throws StoreException if the store cannot write (disk full, closed, damaged)
   */
  long commit(List<Op> operations) throws RevisionConflictException, StoreException;

  /**
   * The value of a key as of a revision, or null if it did not exist then.
   *
   * @param revision 0 for the current one
   */
  @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException;

  /**
   * The keys in {@code [start, end)} as of a revision, in order. They are read lazily, so memory
   * does not grow with the range. The cursor can be read until it is closed, even if its revision
   * is compacted; only of an engine that others compact, too, its {@code next} may then fail.
   *
   * @param revision 0 for the current one
   */
  RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException;

  /**
   * The keys in {@code [start, end)} as {@link #range} tells them, but with empty values.
   *
   * @return null if the engine cannot read the keys much cheaper than the values
   */
  default @Nullable RangeCursor keys(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return null;
  }

  /**
   * The changes of the keys in {@code [start, end)}, from {@code fromRevision} on.
   *
   * @param fromRevision at least 1; may be above the current revision
   * @throws CompactedException if {@code fromRevision <= compactedRevision()}
   */
  WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException;

  /**
   * Names the history of the store: two revisions can be compared only if they are of one history.
   * It is random, made with the store and kept as long as the store, so a store that is made anew
   * has another. It consists of letters, digits and hyphens, at most 64.
   *
   * <p>Whoever puts an older copy of a store in its place begins another history and must give it
   * another name. Otherwise the revisions after those of the copy are counted twice.
   */
  String history();

  /** The revision of the last commit, which a consistent read must reflect. */
  long currentRevision() throws StoreException;

  /** The lowest revision that can still be read; 0 if nothing was compacted yet. */
  long compactedRevision();

  /**
   * How many past revisions a watch should be asked for at most by who has the choice of reading a
   * later state. An engine may tell changes much slower than it reads a state.
   */
  default long longestReplay() {
    return Long.MAX_VALUE;
  }

  /**
   * Compacts the history below {@code revision}. When it returns, reads below it are refused; space
   * is freed later. Does nothing if such reads are refused already.
   *
   * @throws FutureRevisionException if {@code revision} is above the current one
   */
  void compact(long revision) throws FutureRevisionException, StoreException;

  /**
   * Deletes keys whose time to live is over. {@link ExpirySweeper} calls it regularly. Cheap if
   * there is nothing to do: the work is proportional to what is due. An engine that expires keys by
   * itself does nothing.
   *
   * @param most how many due values are looked at, at most. Their deletions may be one synced
   *     write, which a concurrent commit has to wait for
   * @return whether more may be due
   */
  boolean expire(int most) throws StoreException;

  /** The store's health. Cheap. An engine without a disk is always {@link StoreHealth#OK}. */
  default StoreHealth health() {
    return StoreHealth.OK;
  }

  /** Figures for metrics. Cheap. */
  Stats stats();

  @Override
  void close();

  /**
   * One operation of a commit. {@link #ANY} accepts any state of the key; {@link #ABSENT} expects
   * that the key does not exist.
   */
  sealed interface Op {
    long ANY = -1;
    long ABSENT = 0;

    String key();

    /** The key's expected modification revision, {@link #ANY} or {@link #ABSENT}. */
    long expected();

    /** The longest time to live: ten years of 365 days. */
    Duration LONGEST_LIFE = Duration.ofDays(3650);

    /**
     * @param ttl how long the value lives at most, up to {@link #LONGEST_LIFE}; zero for as long as
     *     nothing replaces or deletes it
     */
    record Put(String key, byte[] value, long expected, Duration ttl) implements Op {
      /** A put without a time to live. */
      public Put(String key, byte[] value, long expected) {
        this(key, value, expected, Duration.ZERO);
      }
    }

    /** Deleting a key that does not exist is a conflict, even with {@link #ANY} expected. */
    record Delete(String key, long expected) implements Op {}

    /** Changes nothing, but the commit is refused unless the key is as expected. */
    record Check(String key, long expected) implements Op {}
  }

  /**
   * A key's value as of some revision.
   *
   * @param createRevision the revision that (last) created the key
   * @param modRevision the revision that wrote this value
   * @param stale whether the value should be written again although nothing changed, since it is
   *     encrypted with another key than it would be today
   */
  record KeyValue(String key, byte[] value, long createRevision, long modRevision, boolean stale) {
    /** A value as it should be. */
    public KeyValue(String key, byte[] value, long createRevision, long modRevision) {
      this(key, value, createRevision, modRevision, false);
    }
  }

  /**
   * One change. For a deletion {@code value} is null and {@code createRevision} 0.
   *
   * @param modRevision the revision of the commit
   */
  record Event(String key, byte @Nullable [] value, long createRevision, long modRevision) {
    public boolean isDelete() {
      return value == null;
    }
  }

  /**
   * Events that a watch returns. All events of one revision are in one batch, in the order of the
   * commit's operations.
   *
   * @param events in order of revision; empty if the batch only reports progress
   * @param revision the watch has returned every change of its range up to and including this
   *     revision, which is never above the current one
   */
  record Batch(List<Event> events, long revision) {}

  /** A lazy, ordered read, for use by one thread at a time. */
  interface RangeCursor extends AutoCloseable {
    /** The revision as of which the cursor reads. */
    long revision();

    /** The next key, or null at the end. */
    @Nullable KeyValue next() throws StoreException;

    @Override
    void close();
  }

  /**
   * A position in the history, for use by one thread at a time. Any thread may call {@code close},
   * which wakes a waiting {@code next}.
   */
  interface WatchCursor extends AutoCloseable {
    /**
     * Waits for a change of the range, for at most the given time. A batch is bounded in bytes (a
     * few MB) unless one revision alone is larger. If nothing changed, a batch without events
     * reports the progress, as far as the engine knows it: one on another machine may tell it at a
     * later call.
     *
     * @throws CompactedException if the position was compacted
     * @throws StoreException if the store failed or this cursor was closed
     */
    Batch next(Duration atMost) throws CompactedException, StoreException, InterruptedException;

    @Override
    void close();
  }

  /**
   * @param keys the number of existing keys, or -1 if the engine cannot tell cheaply
   * @param diskBytes the store's size on disk
   * @param memoryBytes memory held outside the Java heap (memtables, block caches)
   * @param commits the commits written since the store was opened
   * @param syncs the synced writes of these commits
   * @param waitingCalls calls of virtual threads that wait for a thread that may block on the disk
   * @param tailBytes the estimated heap size of the recent changes that are kept for watches
   * @param queuedBytes the keys and values of the queued commits
   * @param openReads the pins that open ranges and running reads hold
   * @param prunedRevision the revision up to which compacted history is deleted
   * @param prunedChanges the number of changes deleted since the store was opened
   * @param expiredKeys the keys deleted since the store was opened because their time was over
   */
  record Stats(
      long keys,
      long diskBytes,
      long memoryBytes,
      long commits,
      long syncs,
      int waitingCalls,
      long tailBytes,
      long queuedBytes,
      int openReads,
      long prunedRevision,
      long prunedChanges,
      long expiredKeys) {}
}
