package dev.rheo.store;

/**
 * The budgets of a {@link RocksRevisionStore}, in bytes.
 *
 * @param nativeMemory the most that RocksDB's caches and write buffers hold together; the write
 *     buffers get half of it
 * @param tail the most recent changes, kept in the heap for watches that are at the head
 * @param group the most that one synced write holds, unless a single commit is larger
 * @param minBlob values from this size on are kept in blob files
 * @param wal how much write-ahead log is kept at most: what a restart has to replay
 * @param openFiles how many files of tables and of large values are kept open; see {@link
 *     #descriptors}
 */
public record RocksSettings(
    long nativeMemory, long tail, long group, long minBlob, long wal, int openFiles) {
  private static final long MIB = 1 << 20;

  /**
   * Descriptors beside {@link #openFiles}: logs that are written and synced, manifest, lock and
   * directories, what a flush and a compaction write, what is read at the start.
   */
  private static final int OTHER_FILES = 16;

  private static final int LEAST_OPEN_FILES = 48;
  private static final int MOST_STOP_FILES = 36;

  public RocksSettings {
    if (nativeMemory < 4 * MIB || tail < 0 || group < 1 || minBlob < 1 || wal < MIB) {
      throw new IllegalArgumentException("a budget is too small");
    }
    if (openFiles < LEAST_OPEN_FILES) {
      throw new IllegalArgumentException(
          "at least %d files must be open".formatted(LEAST_OPEN_FILES));
    }
  }

  public static RocksSettings defaults() {
    return new RocksSettings(32 * MIB, 4 * MIB, 4 * MIB, 4096, 32 * MIB, 256);
  }

  public RocksSettings withNativeMemory(long bytes) {
    return new RocksSettings(bytes, tail, group, minBlob, wal, openFiles);
  }

  /** The same within so many descriptors, 64 at least. */
  public RocksSettings withDescriptors(int descriptors) {
    return new RocksSettings(nativeMemory, tail, group, minBlob, wal, descriptors - OTHER_FILES);
  }

  /**
   * How many files of the first level stop writes until they are compacted. A compaction and every
   * read of a range hold all of them open at once, whatever may be kept open otherwise; there may
   * be six such holders' worth of them within {@link #openFiles}.
   */
  int stopFiles() {
    return Math.min(MOST_STOP_FILES, openFiles / 6);
  }

  /** How many descriptors a store takes at most. */
  public int descriptors() {
    return openFiles + OTHER_FILES;
  }

  public RocksSettings withTail(long bytes) {
    return new RocksSettings(nativeMemory, bytes, group, minBlob, wal, openFiles);
  }
}
