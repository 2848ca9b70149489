package dev.rheo.store;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The authority: an ordered map from keys to values in which every commit gets a <em>revision</em>,
 * a number one higher than the last commit's, and which can be read as of any revision that is
 * still retained.
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
 * delete a@4. {@code compact(3)} forgets what only a read below 3 could see: reads at 3 and above
 * and watches from 4 are as before, a read at 2 or a watch from 3 is refused with {@link
 * CompactedException}. A new store is at revision 1, holding nothing.
 *
 * <p>Keys are non-empty strings without the character U+0000, at most 1 KiB in UTF-8, ordered by
 * their UTF-8 bytes; the bounds of a range may be any string, and an empty end means that there is
 * none. What no state of the store could make right (such a key, a negative revision) is refused
 * with {@link IllegalArgumentException}. Values are opaque bytes; the store neither copies nor
 * changes arrays that it is given or hands out, and callers must not change them either.
 *
 * <p><b>Durability.</b> When {@code commit} returns, the commit survives a crash of the process and
 * (for a durable engine) loss of power. When it throws {@link RevisionConflictException} nothing
 * was changed. When it throws {@link StoreException} the outcome is as the exception says.
 *
 * <p><b>Threads.</b> Every method may be called by any number of threads at once, virtual ones
 * included, and may block. Concurrent commits are written as a group.
 */
public interface RevisionStore extends AutoCloseable {

  /**
   * Applies the operations together, or none of them. Each key may occur in at most one operation.
   * A commit that neither puts nor deletes makes no revision: it returns the current one.
   *
   * @return the revision of the commit
   * @throws RevisionConflictException if an operation's expected revision is not the key's present
   *     one
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
   * The keys in {@code [start, end)} as of a revision, in order, read lazily: its memory does not
   * grow with the range. The state that it shows stays readable until it is closed, also while a
   * compaction runs.
   *
   * @param revision 0 for the current one
   */
  RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException;

  /**
   * The changes of the keys in {@code [start, end)}, beginning with those of {@code fromRevision}
   * (which may lie one or more ahead of the current revision: the watch then begins there).
   *
   * @param fromRevision at least 1
   * @throws CompactedException if {@code fromRevision <= compactedRevision()}
   */
  WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException;

  /** The revision of the last commit: what a read that must be fresh has to reflect. */
  long currentRevision() throws StoreException;

  /** The lowest revision that can still be read; 0 if nothing was ever compacted. */
  long compactedRevision();

  /**
   * Forgets the history below {@code revision}. Returns when reads below it are refused; space is
   * given back later. Does nothing if they are refused already.
   *
   * @throws FutureRevisionException if it lies above the current revision
   */
  void compact(long revision) throws FutureRevisionException, StoreException;

  /** How the store is now. Cheap. An engine that has no disk is always {@link StoreHealth#OK}. */
  default StoreHealth health() {
    return StoreHealth.OK;
  }

  /** Figures for metrics. Cheap. */
  Stats stats();

  @Override
  void close();

  /**
   * One operation of a commit. {@link #ANY} expects nothing; {@link #ABSENT} expects that the key
   * does not exist.
   */
  sealed interface Op {
    long ANY = -1;
    long ABSENT = 0;

    String key();

    /** The key's expected modification revision, {@link #ANY} or {@link #ABSENT}. */
    long expected();

    record Put(String key, byte[] value, long expected) implements Op {}

    /**
     * Deleting a key that does not exist with {@link #ANY} expected is a conflict: there is nothing
     * to delete.
     */
    record Delete(String key, long expected) implements Op {}

    /** Changes nothing: the commit is refused unless the key is as expected. */
    record Check(String key, long expected) implements Op {}
  }

  /**
   * A key's value as of some revision.
   *
   * @param createRevision the revision in which the key came into being (again)
   * @param modRevision the revision that wrote this value
   */
  record KeyValue(String key, byte[] value, long createRevision, long modRevision) {}

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
   * What a watch saw. All events of one revision are in one batch, in the order of the commit's
   * operations.
   *
   * @param events in order of revision; empty when only progress is told
   * @param revision every change that the watch admits, up to and including this revision, has been
   *     handed out; never above the current revision
   */
  record Batch(List<Event> events, long revision) {}

  /** A lazy, ordered read. Used by one thread at a time. */
  interface RangeCursor extends AutoCloseable {
    /** The revision as of which it reads. */
    long revision();

    /** The next key, or null at the end. */
    @Nullable KeyValue next() throws StoreException;

    @Override
    void close();
  }

  /**
   * A position in the history. Used by one thread at a time, except {@code close}, which wakes a
   * waiting {@code next}.
   */
  interface WatchCursor extends AutoCloseable {
    /**
     * Waits until something happened or the time is up. A batch is bounded in bytes (a few MB)
     * unless one revision alone is larger. With nothing new, a batch without events tells the
     * progress.
     *
     * @throws CompactedException if the position fell behind a compaction
     * @throws StoreException if the store failed or this cursor was closed
     */
    Batch next(Duration atMost) throws CompactedException, StoreException, InterruptedException;

    @Override
    void close();
  }

  /**
   * @param keys how many keys exist now, or -1 if the engine cannot tell cheaply
   * @param diskBytes what it occupies on disk
   * @param memoryBytes what it holds in memory outside the Java heap (memtables, block caches)
   * @param waitingCalls calls of virtual threads that wait for a thread that may wait for the disk
   */
  record Stats(
      long keys, long diskBytes, long memoryBytes, long commits, long syncs, int waitingCalls) {}
}
