package dev.rheo.store;

/** The changes of a store in the order of their revisions, as a watch reads them. */
interface ChangeLog {
  /** A batch ends after the revision that makes it larger than this many bytes. */
  int BATCH_BYTES = 2 << 20;

  /**
   * Reads the changes of the keys of a range, beginning with a revision, up to some bound of its
   * own.
   *
   * @param from lies above the compacted revision, or the read is refused, and not above the
   *     current one
   * @return whole revisions only; its revision is the last one that was looked at, never below
   *     {@code from}
   */
  RevisionStore.Batch read(KeyRange range, long from) throws CompactedException, StoreException;
}
