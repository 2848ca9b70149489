package dev.rheo.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log file and distinguishes an incomplete end, as a crash leaves it, from damage.
 *
 * <p>Every record is synced before the next one is written. A broken record that another one
 * follows had therefore been acknowledged, and is damage. A broken last record is due to a crash if
 * it is <em>incomplete</em>: the file ends within it, or one of its sectors was never written and
 * reads as zeros. A last record that is complete but does not match its checksum counts as
 * acknowledged and damaged.
 *
 * <p>The format is that of RocksDB's log files (its wiki: Write Ahead Log File Format), which the
 * manifest shares: blocks of 32 KiB, which consist of fragments. A fragment has the masked CRC-32C
 * of type and payload, the length, the type (whole, first, middle or last of a record) and the
 * payload. The store does not recycle log files, so the types of recycled fragments do not occur.
 */
final class RecordLog {
  private static final int BLOCK = 32 << 10;
  private static final int HEADER = 7;

  private static final int WHOLE = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;

  /** The unit that a disk writes atomically, in bytes. */
  private static final int SECTOR = 512;

  /** A shorter run of zeros may be content. */
  private static final int LEAST_ZEROS = 16;

  private static final long NOWHERE = -1;

  /**
   * An incomplete record at the end of a file.
   *
   * @param at the offset at which the record begins
   * @param bytes the bytes from there to the end of the file
   */
  record Tail(Path file, long at, long bytes) {}

  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
  private final MaskedCrc crc = new MaskedCrc();

  /** The offset of a record whose last fragment was not read yet. */
  private long openAt = NOWHERE;

  private long brokenAt = NOWHERE;
  private boolean any;

  /**
   * The result of reading a file.
   *
   * @param any whether a record begins with an intact fragment
   * @param tail null if the file does not end in an incomplete record
   */
  record Contents(boolean any, @Nullable Tail tail) {}

  private RecordLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Reads a whole file.
   *
   * @throws StoreException if the file is damaged
   */
  static Contents read(Path file) throws IOException, StoreException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new RecordLog(file, channel).read();
    }
  }

  private Contents read() throws IOException, StoreException {
    for (long offset = 0; load(offset); offset += BLOCK) {
      scanBlock(offset);
    }
    long from = brokenAt == NOWHERE || openAt != NOWHERE ? openAt : brokenAt;
    if (from == NOWHERE) {
      return new Contents(any, null);
    }
    long size = channel.size();
    if (!hasUnwrittenSector(from, size) && !endsEarly(from, size)) {
      throw StoreException.damaged(
          ("%s has at byte %d a record of %d bytes, its last, that does not match its checksum; if"
                  + " the machine lost power while it was written it was never acknowledged, and"
                  + " cutting the file to %d bytes loses nothing")
              .formatted(file, from, size - from, from));
    }
    return new Contents(any, new Tail(file, from, size - from));
  }

  private boolean load(long offset) throws IOException {
    block.clear();
    while (block.hasRemaining() && channel.read(block, offset + block.position()) >= 0) {}
    block.flip();
    return block.hasRemaining();
  }

  private void scanBlock(long offset) throws StoreException {
    int at = 0;
    while (block.limit() - at >= HEADER) {
      if (!intact(at)) {
        breaksAt(offset + at);
        at = nextBeginning(at + 1);
      } else {
        follow(offset + at, block.get(at + 6));
        at += HEADER + length(at);
      }
    }
    if (at < block.limit() && block.limit() < BLOCK) {
      breaksAt(offset + at);
    }
  }

  private void follow(long at, int type) throws StoreException {
    boolean begins = type == WHOLE || type == FIRST;
    boolean goesOn = type == MIDDLE || type == LAST;
    if (begins && (brokenAt != NOWHERE || openAt != NOWHERE)) {
      throw damagedBefore(at);
    }
    if (goesOn && openAt == NOWHERE) {
      breaksAt(at);
    }
    any |= begins;
    if (type == FIRST) {
      openAt = at;
    } else if (type == LAST && brokenAt == NOWHERE) {
      openAt = NOWHERE;
    }
  }

  private void breaksAt(long at) {
    if (brokenAt == NOWHERE) {
      brokenAt = at;
    }
  }

  private StoreException damagedBefore(long next) {
    long at = brokenAt == NOWHERE ? openAt : brokenAt;
    return StoreException.damaged(
        "%s has a broken record at byte %d and an intact one behind it, at byte %d"
            .formatted(file, at, next));
  }

  /** The exception for an incomplete record that records in a later file follow. */
  static StoreException damagedBefore(Tail tail, Path next) {
    return StoreException.damaged(
        "%s has a broken record at byte %d and %s intact ones behind it"
            .formatted(tail.file(), tail.at(), next.getFileName()));
  }

  /**
   * Searches the block for the next intact beginning of a record, since a broken length does not
   * lead there. Returns the block's end if there is none.
   */
  private int nextBeginning(int from) {
    for (int at = from; block.limit() - at >= HEADER; at++) {
      byte type = block.get(at + 6);
      if ((type == WHOLE || type == FIRST) && intact(at)) {
        return at;
      }
    }
    return block.limit();
  }

  /** Whether a sector between two offsets consists of zeros. */
  private boolean hasUnwrittenSector(long from, long to) throws IOException {
    for (long offset = from - from % BLOCK; offset < to && load(offset); offset += BLOCK) {
      int at = (int) Math.max(0, from - offset);
      while (at < block.limit()) {
        int end = Math.min(block.limit(), at - at % SECTOR + SECTOR);
        boolean rest = offset + end == to;
        if ((end - at >= LEAST_ZEROS || rest) && isZero(at, end)) {
          return true;
        }
        at = end;
      }
    }
    return false;
  }

  private boolean isZero(int from, int to) {
    for (int at = from; at < to; at++) {
      if (block.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the file ends before the end of the record that begins at an offset. */
  private boolean endsEarly(long from, long size) throws IOException {
    long offset = (size - 1) - (size - 1) % BLOCK;
    if (!load(offset)) {
      return true;
    }
    int at = (int) Math.max(0, from - offset);
    int type = 0;
    while (block.limit() - at >= HEADER) {
      int rest = block.limit() - at - HEADER;
      if (length(at) > rest) {
        // If the rest matches the checksum, the record is complete and its length is broken.
        return !matches(at, rest);
      }
      if (!intact(at) && length(at) < rest) {
        return false;
      }
      type = intact(at) ? block.get(at + 6) : 0;
      at += HEADER + length(at);
    }
    boolean padding = block.limit() == BLOCK;
    return (at < block.limit() && !padding) || type == FIRST || type == MIDDLE;
  }

  private int length(int at) {
    return Short.toUnsignedInt(block.getShort(at + 4));
  }

  private boolean intact(int at) {
    int length = length(at);
    return at + HEADER + length <= block.limit() && matches(at, length);
  }

  private boolean matches(int at, int length) {
    crc.reset();
    crc.update(block.slice(at + 6, 1 + length));
    return crc.value() == block.getInt(at);
  }
}
