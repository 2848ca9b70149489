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

  /** Offsets in a file are ints. */
  private static final int LARGEST_SEGMENT = 1 << 30;

  private static final int SMALLEST_SEGMENT = 1 << 20;

  /** Files beside those that the budgets fill: what is being written, cleaned, probed or listed. */
  private static final int OTHER_FILES = 8;

  /**
   * The same in files of such a size that the budgets take so many descriptors at most, as long as
   * files of a GiB suffice. Files become larger, never smaller: a small one is given back sooner.
   */
  public CacheSettings withDescriptors(int descriptors) {
    // One less, since each budget's last file is counted as a whole.
    long files = Math.max(1, descriptors - OTHER_FILES - 1);
    long size = (diskBytes + formDiskBytes + files - 1) / files;
    return withSegmentBytes(
        Math.max(segmentBytes, (int) Math.clamp(size, SMALLEST_SEGMENT, LARGEST_SEGMENT)));
  }

  /**
   * How many descriptors the files take when the budgets are full. Not counted are objects beyond
   * {@code diskBytes}, and files that were given up and that readers still read.
   */
  public int descriptors() {
    return (int) Math.min(Integer.MAX_VALUE, filesOf(diskBytes) + filesOf(formDiskBytes))
        + OTHER_FILES;
  }

  private long filesOf(long bytes) {
    return (bytes + segmentBytes - 1) / segmentBytes;
  }

  private CacheSettings withSegmentBytes(int bytes) {
    return new CacheSettings(
        hotBytes,
        bytes,
        diskBytes,
        historyBytes,
        logBytes,
        decodedEvents,
        snapshotBytes,
        minHistory,
        loaders,
        formDiskBytes,
        formHeapBytes,
        formMakers);
  }

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
