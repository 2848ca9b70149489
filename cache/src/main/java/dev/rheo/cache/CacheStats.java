package dev.rheo.cache;

import java.util.List;

/**
 * Figures of the cache at one moment.
 *
 * @param ready whether it can serve
 * @param revision the revision up to which every change is applied
 * @param storeRevision the last revision that the store told; the difference is the lag
 * @param rebuilds how often it was built from the store
 * @param undecodable values of the store that were passed over because they cannot be read
 * @param spoolBytes bytes of the spool's files, those included that are unlinked but still read
 * @param unlinkedBytes the part of {@code spoolBytes} that only slow readers keep
 * @param liveBytes bytes of present versions
 * @param historyBytes bytes of superseded versions that the history keeps
 * @param hotBytes recently written bytes on the heap
 * @param logBytes heap of the event logs
 * @param decodedEvents events kept decoded
 * @param snapshotBytes estimated heap of remembered snapshots
 * @param segments files in use
 * @param segmentsCleaned files that cleaning gave back
 * @param pendingLoads reads that wait for the disk
 * @param spoolErrors failed reads and writes of the spool
 * @param waitingReaders event readers that wait for an event
 * @param forms derived forms
 * @param resources by resource
 */
public record CacheStats(
    boolean ready,
    long revision,
    long storeRevision,
    long rebuilds,
    long undecodable,
    long spoolBytes,
    long unlinkedBytes,
    long liveBytes,
    long historyBytes,
    long hotBytes,
    long logBytes,
    long decodedEvents,
    long snapshotBytes,
    int segments,
    long segmentsCleaned,
    int pendingLoads,
    long spoolErrors,
    int waitingReaders,
    Forms forms,
    List<Resource> resources) {

  /**
   * The figures of derived forms.
   *
   * @param bytes bytes of their files
   * @param count forms that are there
   * @param heapBytes heap of their index
   * @param evictedFiles files given up since the start
   * @param made forms made since the start
   * @param madeBytes their bytes
   * @param makingNanos time that making them took, of all makers together
   * @param failures forms that could not be made
   * @param pending forms that are being made or waited for
   */
  public record Forms(
      long bytes,
      long count,
      long heapBytes,
      long evictedFiles,
      long made,
      long madeBytes,
      long makingNanos,
      long failures,
      int pending) {}

  /**
   * The figures of one resource.
   *
   * @param name the group resource
   * @param objects objects now
   * @param events events in the log
   * @param bytes bytes of the present objects' forms
   */
  public record Resource(String name, int objects, long events, long bytes) {}
}
