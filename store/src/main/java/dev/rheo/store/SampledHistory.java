package dev.rheo.store;

import java.util.List;

/**
 * Samples of a store's revision over time, for retention. A durable store keeps them with its data,
 * so that an hour of history remains an hour across a restart.
 *
 * <p>Thread-safe.
 */
public interface SampledHistory {
  /**
   * Records that the store is at its current revision at a time. Only the first sample of a
   * revision is kept.
   */
  void sample(long epochMillis) throws StoreException;

  /** The samples in order of revision. */
  List<Sample> samples() throws StoreException;

  /** Deletes the samples below a revision. */
  void dropSamples(long belowRevision) throws StoreException;

  /**
   * @param epochMillis when the sample was taken
   * @param revision the store's revision at that time
   * @param bytesWritten the bytes of keys (one per char) and values written until that time
   */
  record Sample(long epochMillis, long revision, long bytesWritten) {}
}
