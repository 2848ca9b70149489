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
 * <p>Every write is one record and is synced before the next one begins. So a broken record is the
 * trace of a crash if no other record begins behind it: it was never acknowledged and may be
 * dropped. If one does, the broken one had been synced, and acknowledged writes would be lost
 * without a word.
 *
 * <p>The format is that of RocksDB's log files (its wiki: Write Ahead Log File Format): blocks of
 * 32 KiB; in them fragments of masked CRC-32C of type and payload, length, type (whole, first,
 * middle or last of a record) and payload. Files are not recycled, so that the types of recycled
 * ones do not occur.
 */
final class WalCheck {
  private static final int BLOCK = 32 << 10;
  private static final int HEADER = 7;
  private static final int CRC_MASK_DELTA = 0xa282ead8;

  /** The types of fragments that begin a record; of one that is torn the disk may have others. */
  private static final int WHOLE = 1;

  private static final int FIRST = 2;

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
      if (!intact(at)) {
        breaksAt(offset + at);
        at = nextBeginning(at + 1);
      } else {
        if (broken && begins(at)) {
          throw damaged();
        }
        any |= begins(at);
        at += HEADER + length(at);
      }
    }
    if (at < block.limit() && block.limit() < BLOCK) {
      breaksAt(offset + at);
    }
    return any;
  }

  private void breaksAt(long at) {
    if (!broken) {
      broken = true;
      brokenAt = at;
    }
  }

  /** Where the next record begins, which a broken length does not tell; the block's end if none. */
  private int nextBeginning(int from) {
    for (int at = from; block.limit() - at >= HEADER; at++) {
      if (begins(at) && intact(at)) {
        return at;
      }
    }
    return block.limit();
  }

  private boolean begins(int at) {
    byte type = block.get(at + 6);
    return type == WHOLE || type == FIRST;
  }

  private int length(int at) {
    return Short.toUnsignedInt(block.getShort(at + 4));
  }

  private boolean intact(int at) {
    int length = length(at);
    if (at + HEADER + length > block.limit()) {
      return false;
    }
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
