package dev.rheo.cache;

import java.time.Duration;

/**
 * The cache's budgets.
 *
 * @param hotBytes heap for the bytes that were written to the spool last, from which live events
 *     are served without system calls
 * @param segmentBytes size at which a new spool file is begun; also the unit of cleaning
 * @param diskBytes budget of the spool's files: above it, history is trimmed (never below {@code
 *     minHistory}) and cleaning becomes more eager. Current objects are kept in any case
 * @param historyBytes spool bytes of superseded versions that the history may keep
 * @param logBytes heap of the event logs, at 24 bytes an event
 * @param decodedEvents how many of the latest events are kept decoded, some 200 bytes each
 * @param snapshotBytes heap of remembered old snapshots
 * @param minHistory history younger than this is kept even above the budgets, unless the store
 *     itself compacts it
 * @param loaders threads that load from the disk what is not in memory
 * @param formDiskBytes budget of the files of derived forms; above it the oldest file is evicted
 * @param formHeapBytes heap of the index of derived forms, at 112 bytes a form
 * @param formMakers threads that make derived forms, each for one object at a time
 * @param encrypted whether the files hold no plain text
 * @param form names all that decides how a value of the store becomes a form, as the program's
 *     build; a later process with the same name uses the spool of this one. Empty if none is to
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
    int formMakers,
    boolean encrypted,
    String form) {

  /** Settings of files in plain text, which no later process uses. */
  public CacheSettings(
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
    this(
        hotBytes,
        segmentBytes,
        diskBytes,
        historyBytes,
        logBytes,
        decodedEvents,
        snapshotBytes,
        minHistory,
        loaders,
        formDiskBytes,
        formHeapBytes,
        formMakers,
        false,
        "");
  }

  /** File offsets are ints. */
  private static final int LARGEST_SEGMENT = 1 << 30;

  private static final int SEGMENT_STEP = 1 << 20;

  /** A segment ends when the next record does not fit, so that up to so much of it is unused. */
  private static final int LARGE_RECORD = 4 << 20;

  /** A full budget of forms is spread over at least this many files. */
  static final int FORM_FILES = 16;

  /** {@link #FORM_FILES} does not make files smaller than this. */
  private static final int SMALL_FORM_FILE = 256 << 10;

  /** Files beyond those that the budgets fill: being written, cleaned, probed or listed. */
  private static final int OTHER_FILES = 8;

  /**
   * Returns these settings with segments so large that full budgets need at most {@code
   * descriptors} file descriptors, as far as segments of 1 GiB allow. Segments are only enlarged:
   * smaller ones are reclaimed sooner.
   */
  public CacheSettings withDescriptors(int descriptors) {
    CacheSettings fitting = this;
    while (fitting.descriptors() > descriptors && fitting.segmentBytes < LARGEST_SEGMENT) {
      fitting =
          fitting.with(
              (int) Math.min(LARGEST_SEGMENT, (long) fitting.segmentBytes + SEGMENT_STEP),
              encrypted,
              form);
    }
    return fitting;
  }

  /** These settings with files that hold no plain text. */
  public CacheSettings withEncryption() {
    return with(segmentBytes, true, "");
  }

  /** These settings with a spool that a later process uses which names its forms so. */
  public CacheSettings keptFor(String form) {
    return with(segmentBytes, encrypted, form);
  }

  /**
   * File descriptors that full budgets need. Not counted are objects beyond {@code diskBytes}, and
   * deleted files that are still being read.
   */
  public int descriptors() {
    int used = segmentBytes - Math.min(segmentBytes / 2, LARGE_RECORD);
    return (int) Math.min(Integer.MAX_VALUE, filesOf(diskBytes, used) + formFiles() + OTHER_FILES);
  }

  /** The most files of derived forms; before there are more, the oldest is evicted. */
  int formFiles() {
    long full = filesOf(formDiskBytes, formFileBytes());
    return (int) Math.clamp(full, FORM_FILES, Integer.MAX_VALUE - 1) + 1;
  }

  /** Size at which a new file of derived forms is begun. */
  int formFileBytes() {
    long share = Math.max(formDiskBytes / FORM_FILES, Math.min(SMALL_FORM_FILE, formDiskBytes));
    return (int) Math.clamp(share, 1, segmentBytes);
  }

  private static long filesOf(long bytes, int each) {
    return (bytes + each - 1) / each;
  }

  private CacheSettings with(int ofSegments, boolean inCipherText, String ofForm) {
    return new CacheSettings(
        hotBytes,
        ofSegments,
        diskBytes,
        historyBytes,
        logBytes,
        decodedEvents,
        snapshotBytes,
        minHistory,
        loaders,
        formDiskBytes,
        formHeapBytes,
        formMakers,
        inCipherText,
        ofForm);
  }

  /**
   * 8 MiB hot, segments of 64 MiB, 16 GiB of disk, 2 GiB of history but at least five minutes, 8
   * GiB of derived forms.
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
