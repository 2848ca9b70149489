package dev.rheo.store;

/** The changes of a store in order of revision, as a watch reads them. */
interface ChangeLog {
  /** A batch ends after the revision that makes it larger than this many bytes. */
  int BATCH_BYTES = 2 << 20;

  /**
   * Reads the changes of a key range from a revision on. The implementation bounds the batch.
   *
   * @param from must not be above the current revision
   * @return whole revisions only; the batch's revision is the last one that was read, at least
   *     {@code from}
   * @throws CompactedException if {@code from} is not above the compacted revision
   */
  RevisionStore.Batch read(KeyRange range, long from) throws CompactedException, StoreException;
}
