package dev.rheo.store;

import java.util.List;

/**
 * What retention needs to know of a store: when it was at which revision. A durable store keeps the
 * samples with its data, so that an hour of history stays an hour across a restart.
 *
 * <p>Thread-safe.
 */
public interface SampledHistory {
  /**
   * Notes that the store is at its current revision now. Of each revision the first note counts.
   */
  void sample(long epochMillis) throws StoreException;

  /** The samples in the order of their revisions. */
  List<Sample> samples() throws StoreException;

  /** Forgets the samples below a revision. */
  void dropSamples(long belowRevision) throws StoreException;

  /**
   * @param epochMillis when the sample was taken
   * @param revision the store's revision then
   * @param bytesWritten how many bytes of keys and values were ever written up to then
   */
  record Sample(long epochMillis, long revision, long bytesWritten) {}
}
