package dev.rheo.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksums in RocksDB's log and blob files: CRC-32C, masked so that the checksum of data that
 * holds checksums is of use (util/crc32c.h). Not thread-safe.
 */
final class MaskedCrc {
  private static final int DELTA = 0xa282ead8;

  private final CRC32C crc = new CRC32C();

  void reset() {
    crc.reset();
  }

  void update(ByteBuffer bytes) {
    crc.update(bytes);
  }

  /** The masked checksum of the bytes since the last reset. */
  int value() {
    int value = (int) crc.getValue();
    return ((value >>> 15) | (value << 17)) + DELTA;
  }
}
