package dev.rheo.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Tells a torn end of the write-ahead log from damage in its middle, before RocksDB touches
 * anything.
 *
 * <p>Every write is synced before the next one begins. So a broken record is the trace of a crash
 * if no intact one follows it: it was never acknowledged and may be dropped. If an intact one does
 * follow, the broken one had been synced, and acknowledged writes would be lost without a word.
 *
 * <p>The format is that of RocksDB's log files: blocks of 32 KiB; in them records of checksum
 * (masked CRC-32C of type and payload), length, type and payload; types 5 to 8 and 131 (recycled
 * files) have the file's number before the payload, as part of what the checksum covers.
 */
final class WalCheck {
  private static final int BLOCK = 32 << 10;
  private static final int HEADER = 7;
  private static final int CRC_MASK_DELTA = 0xa282ead8;

  private final Path file;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private boolean broken;
  private long brokenAt;

  private WalCheck(Path file) {
    this.file = file;
  }

  /**
   * Answers whether the end is torn.
   *
   * @throws StoreException if it is damaged elsewhere
   */
  static boolean endsTorn(Path directory) throws StoreException {
    WalCheck torn = null;
    try {
      List<Path> logs;
      try (Stream<Path> files = Files.list(directory)) {
        logs =
            files
                .filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
                .sorted(Comparator.comparingLong(WalCheck::number))
                .toList();
      }
      for (Path log : logs) {
        WalCheck check = new WalCheck(log);
        boolean any = check.scan();
        if (torn != null && any) {
          throw torn.damaged();
        }
        if (check.broken && torn == null) {
          torn = check;
        }
      }
    } catch (IOException e) {
      throw new StoreException("the write-ahead log cannot be read: " + e, e);
    }
    return torn != null;
  }

  private static long number(Path log) {
    String name = log.getFileName().toString();
    return Long.parseLong(name.substring(0, name.length() - ".log".length()));
  }

  /** Answers whether there is any intact record. */
  private boolean scan() throws IOException, StoreException {
    boolean any = false;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long offset = 0; ; offset += BLOCK) {
        block.clear();
        while (block.hasRemaining() && channel.read(block, offset + block.position()) >= 0) {}
        block.flip();
        if (!block.hasRemaining()) {
          return any;
        }
        any |= scanBlock(offset);
      }
    }
  }

  private boolean scanBlock(long offset) throws StoreException {
    boolean any = false;
    int at = 0;
    while (block.limit() - at >= HEADER) {
      int length = Short.toUnsignedInt(block.getShort(at + 4));
      int type = Byte.toUnsignedInt(block.get(at + 6));
      if (type == 0 && length == 0) {
        // Space that was reserved and never written.
        return any;
      }
      int end = at + HEADER + length;
      boolean complete = end <= block.limit();
      if (complete && intact(at, length)) {
        if (broken) {
          throw damaged();
        }
        any = true;
      } else if (!broken) {
        broken = true;
        brokenAt = offset + at;
      }
      if (!complete) {
        return any;
      }
      at = end;
    }
    if (at < block.limit() && block.limit() < BLOCK && !broken) {
      broken = true;
      brokenAt = offset + at;
    }
    return any;
  }

  private boolean intact(int at, int length) {
    crc.reset();
    crc.update(block.array(), at + 6, 1 + length);
    int value = (int) crc.getValue();
    int masked = ((value >>> 15) | (value << 17)) + CRC_MASK_DELTA;
    return masked == block.getInt(at);
  }

  private StoreException damaged() {
    return new StoreException(
        "the data is damaged: %s has a broken record at byte %d and intact ones behind it"
            .formatted(file.getFileName(), brokenAt));
  }
}
