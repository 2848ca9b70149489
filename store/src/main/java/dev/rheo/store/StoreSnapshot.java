package dev.rheo.store;

import org.jspecify.annotations.Nullable;

/**
 * All that a store holds at one revision, read once from front to back: first the {@linkplain
 * Expiry times} at which values expire, in order of time, then the {@linkplain Entry keys}, in
 * order. It is lazy, so memory does not grow with the store.
 *
 * <p>It holds the values as they are in the store. History before the revision is not a part of it.
 *
 * <p>For use by one thread at a time; {@code close} may be called by any thread once no other call
 * runs.
 */
public interface StoreSnapshot extends AutoCloseable {
  /** What is known before anything is read. */
  Header header();

  /**
   * The next item, or null at the end.
   *
   * @throws StoreException if the store, or the file that the snapshot is read from, fails or is
   *     damaged
   */
  @Nullable Item next() throws StoreException;

  @Override
  void close();

  /**
   * @param revision the revision as of which the snapshot is
   * @param keys the number of keys
   * @param bytesWritten the bytes of keys and values that the store was ever given up to there,
   *     from which it tells how much its history takes
   * @param history the {@linkplain RevisionStore#history name of the history} that the revision is
   *     of
   */
  record Header(long revision, long keys, long bytesWritten, String history) {}

  /** A part of a snapshot. */
  sealed interface Item {
    String key();
  }

  /**
   * When a value expires.
   *
   * @param epochMillis the time, in milliseconds of the epoch
   * @param modRevision the revision that wrote the value
   */
  record Expiry(String key, long epochMillis, long modRevision) implements Item {}

  /**
   * A key and its value.
   *
   * @param createRevision the revision that created the key
   * @param modRevision the revision that wrote the value
   * @param sub the place of the write among those of its revision, from 0
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(String key, byte[] value, long createRevision, long modRevision, int sub)
      implements Item {}
}
