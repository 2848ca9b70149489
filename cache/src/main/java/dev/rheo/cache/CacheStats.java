package dev.rheo.cache;

import java.util.List;

/**
 * Figures of the cache at one moment.
 *
 * @param ready whether it can serve
 * @param revision the revision up to which every change is applied
 * @param storeRevision the newest revision that the store has reported; the difference is the lag
 * @param rebuilds builds from the store, the first one included
 * @param undecodable values of the store that were skipped because they cannot be read
 * @param unreadable objects that cannot be read now, at most 1000 counted for each resource
 * @param spoolBytes bytes of the spool's files, including unlinked files that are still open
 * @param unlinkedBytes the part of {@code spoolBytes} in unlinked files, which only slow readers
 *     keep
 * @param liveBytes bytes of current versions
 * @param historyBytes bytes of superseded versions that the history keeps
 * @param hotBytes recently written bytes on the heap
 * @param logBytes heap of the event logs
 * @param decodedEvents events kept decoded, in whole chunks
 * @param snapshotBytes estimated heap of remembered snapshots
 * @param segments files in use
 * @param segmentsCleaned files that cleaning has reclaimed
 * @param pendingLoads reads that wait for the disk
 * @param spoolErrors failed attempts to open or write the spool
 * @param waitingReaders event readers that wait for an event
 * @param forms figures of derived forms
 * @param resources figures of each resource
 */
public record CacheStats(
    boolean ready,
    long revision,
    long storeRevision,
    long rebuilds,
    long undecodable,
    long unreadable,
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
   * Figures of derived forms.
   *
   * @param bytes bytes of their files
   * @param count forms that exist now
   * @param heapBytes heap of their index
   * @param evictedFiles files evicted since the start
   * @param made forms made since the start
   * @param madeBytes bytes of the forms made
   * @param makingNanos time spent making them, summed over all makers
   * @param failures forms that could not be made
   * @param pending forms that are queued or being made
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
   * Figures of one resource.
   *
   * @param name the group resource
   * @param objects current objects
   * @param events events in the log
   * @param bytes bytes of the current objects' forms
   */
  public record Resource(String name, int objects, long events, long bytes) {}
}
