package dev.rheo.cache;

import java.time.Duration;

/**
 * The cache's budgets.
 *
 * @param hotBytes how much of what was written to the spool last is kept on the heap, so that live
 *     events are served without system calls
 * @param segmentBytes size at which a new spool file is begun; also the unit of cleaning
 * @param diskBytes what the spool's files may take: above it history is given up (never below
 *     {@code minHistory}) and cleaning becomes more eager. Present objects are kept in any case
 * @param historyBytes spool bytes of superseded versions that the history may keep
 * @param logBytes heap of the event logs, at 24 bytes an event
 * @param decodedEvents how many of the latest events are kept decoded, some 200 bytes each
 * @param snapshotBytes heap of remembered old snapshots
 * @param minHistory history younger than this is kept whatever the budgets say (unless the store
 *     itself compacts it)
 * @param loaders threads that read what is not in memory
 * @param formDiskBytes what the files of derived forms may take; the oldest go when it is exceeded
 * @param formHeapBytes heap of the index of derived forms, at 112 bytes a form
 * @param formMakers threads that make derived forms, an object each at a time
 */
public record CacheSettings(
    long hotBytes,
    int segmentBytes,
    long diskBytes,
    long historyBytes,
    long logBytes,
    int decodedEvents,
    long snapshotBytes,
    Duration minHistory,
    int loaders,
    long formDiskBytes,
    long formHeapBytes,
    int formMakers) {

  /**
   * 8 MiB hot, 64 MiB segments, 16 GiB of disk, 2 GiB of history, five minutes at least, 8 GiB of
   * derived forms.
   */
  public static CacheSettings defaults() {
    return new CacheSettings(
        8L << 20,
        64 << 20,
        16L << 30,
        2L << 30,
        48L << 20,
        32_768,
        16L << 20,
        Duration.ofMinutes(5),
        2,
        8L << 30,
        32L << 20,
        2);
  }
}
