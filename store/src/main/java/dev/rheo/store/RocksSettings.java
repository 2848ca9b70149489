package dev.rheo.store;

/**
 * The budgets of a {@link RocksRevisionStore}, in bytes except {@code openFiles}.
 *
 * @param nativeMemory the most that RocksDB's caches and write buffers hold together; the write
 *     buffers get half of it
 * @param tail the most recent changes to keep in the heap, for watches at the head
 * @param group the most that one synced write holds, unless a single commit is larger
 * @param minBlob the size from which on values are kept in blob files
 * @param wal the most write-ahead log to keep, which a restart has to replay
 * @param openFiles the number of SST and blob files to keep open; see {@link #descriptors}
 */
public record RocksSettings(
    long nativeMemory, long tail, long group, long minBlob, long wal, int openFiles) {
  private static final long MIB = 1 << 20;

  /**
   * File descriptors besides {@link #openFiles}: logs being written and synced, manifest, lock,
   * directories, the output of a flush and a compaction, files that are read at startup.
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

  /** The same settings within a number of file descriptors, which is at least 64. */
  public RocksSettings withDescriptors(int descriptors) {
    return new RocksSettings(nativeMemory, tail, group, minBlob, wal, descriptors - OTHER_FILES);
  }

  /**
   * The number of level-0 files at which writes stop until they are compacted. A compaction and
   * each range read keep all of these files open regardless of {@link #openFiles}, which has room
   * for six such users.
   */
  int stopFiles() {
    return Math.min(MOST_STOP_FILES, openFiles / 6);
  }

  /** The most file descriptors that a store uses. */
  public int descriptors() {
    return openFiles + OTHER_FILES;
  }

  public RocksSettings withTail(long bytes) {
    return new RocksSettings(nativeMemory, bytes, group, minBlob, wal, openFiles);
  }
}
