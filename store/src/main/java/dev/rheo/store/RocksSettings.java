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
 * @param openFiles how many table files are kept open
 */
public record RocksSettings(
    long nativeMemory, long tail, long group, long minBlob, long wal, int openFiles) {
  private static final long MIB = 1 << 20;

  public RocksSettings {
    if (nativeMemory < 4 * MIB || tail < 0 || group < 1 || minBlob < 1 || wal < MIB) {
      throw new IllegalArgumentException("a budget is too small");
    }
    if (openFiles < 16) {
      throw new IllegalArgumentException("at least 16 files must be open");
    }
  }

  public static RocksSettings defaults() {
    return new RocksSettings(32 * MIB, 4 * MIB, 4 * MIB, 4096, 32 * MIB, 256);
  }

  public RocksSettings withNativeMemory(long bytes) {
    return new RocksSettings(bytes, tail, group, minBlob, wal, openFiles);
  }

  public RocksSettings withTail(long bytes) {
    return new RocksSettings(nativeMemory, bytes, group, minBlob, wal, openFiles);
  }
}
