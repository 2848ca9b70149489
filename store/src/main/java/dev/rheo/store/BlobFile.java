package dev.rheo.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Verifies a whole blob file. RocksDB verifies only the values that it reads.
 *
 * <p>The format is RocksDB's (db/blob/blob_log_format.h): a header of 30 bytes; the records; a
 * footer of 32 bytes that counts the records. A record has the key's length, the value's length,
 * the expiration, the masked CRC-32C of these 24 bytes, the masked CRC-32C of key and value, the
 * key and the value. Numbers are little-endian.
 */
final class BlobFile {
  private static final int MAGIC = 2395959;
  private static final int VERSION = 1;
  private static final int HEADER = 30;
  private static final int COMPRESSION = 13;
  private static final byte LZ4 = 4;
  private static final int RECORD_HEADER = 32;
  private static final int CHECKED_HEADER = 24;
  private static final int FOOTER = 32;
  private static final int CHECKED_FOOTER = 28;

  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final MaskedCrc crc = new MaskedCrc();

  private BlobFile(FileChannel channel, ByteBuffer buffer) {
    this.channel = channel;
    this.buffer = buffer;
  }

  /** Allocates a read buffer, which can be reused for one file after another. */
  static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(256 << 10).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * @param through a buffer from {@link #buffer}; its content is overwritten
   */
  static boolean isIntact(Path file, ByteBuffer through) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new BlobFile(channel, through.clear().limit(0)).isIntact();
    } catch (EOFException e) {
      return false;
    }
  }

  private boolean isIntact() throws IOException {
    long left = channel.size() - HEADER - FOOTER;
    ByteBuffer header = next(HEADER);
    if (header.getInt(0) != MAGIC
        || header.getInt(4) != VERSION
        || header.get(COMPRESSION) != LZ4) {
      return false;
    }
    long records = 0;
    for (; left > 0; records++) {
      ByteBuffer record = next(RECORD_HEADER);
      long key = record.getLong(0);
      long value = record.getLong(8);
      int blobCrc = record.getInt(28);
      left -= RECORD_HEADER;
      if (masked(record, CHECKED_HEADER) != record.getInt(24)
          || key < 0
          || value < 0
          || key > left
          || value > left - key
          || masked(key + value) != blobCrc) {
        return false;
      }
      left -= key + value;
    }
    ByteBuffer footer = next(FOOTER);
    return left == 0
        && footer.getInt(0) == MAGIC
        && footer.getLong(4) == records
        && masked(footer, CHECKED_FOOTER) == footer.getInt(28);
  }

  /** Returns the next {@code length} bytes and advances past them. */
  private ByteBuffer next(int length) throws IOException {
    if (buffer.remaining() < length) {
      buffer.compact();
      while (buffer.position() < length) {
        if (channel.read(buffer) < 0) {
          throw new EOFException();
        }
      }
      buffer.flip();
    }
    ByteBuffer bytes = buffer.slice(buffer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(buffer.position() + length);
    return bytes;
  }

  private int masked(ByteBuffer bytes, int length) {
    crc.reset();
    crc.update(bytes.slice(0, length));
    return crc.value();
  }

  /** Returns the masked checksum of the next {@code length} bytes and advances past them. */
  private int masked(long length) throws IOException {
    crc.reset();
    for (long left = length; left > 0; ) {
      if (!buffer.hasRemaining()) {
        buffer.clear();
        if (channel.read(buffer) < 0) {
          throw new EOFException();
        }
        buffer.flip();
      }
      int some = (int) Math.min(left, buffer.remaining());
      crc.update(buffer.slice(buffer.position(), some));
      buffer.position(buffer.position() + some);
      left -= some;
    }
    return crc.value();
  }
}
