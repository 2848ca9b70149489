package dev.rheo.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The newest log of a store and the length that it had after the last acknowledged write. It is in
 * a file of its own, which is overwritten in place after each write and not synced: the kernel
 * keeps it when the process is killed, and loss of power leaves an older one.
 *
 * @param log the number of the log
 * @param bytes its length
 */
record LogLength(long log, long bytes) {
  static final String FILE = "rheo.synced";

  private static final int CHECKED = 2 * Long.BYTES;

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(CHECKED + Integer.BYTES);
    out.putLong(log).putLong(bytes);
    return out.putInt(sum(out.array())).array();
  }

  /** Returns null if there is none, or none that is intact. */
  static @Nullable LogLength read(Path file) throws IOException {
    byte[] read;
    try {
      read = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    if (read.length == 0) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(read);
    if (read.length != CHECKED + Integer.BYTES || in.getInt(CHECKED) != sum(read)) {
      RequiredFiles.ignored(file);
      return null;
    }
    return new LogLength(in.getLong(), in.getLong());
  }

  private static int sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, CHECKED);
    return (int) sum.getValue();
  }
}
