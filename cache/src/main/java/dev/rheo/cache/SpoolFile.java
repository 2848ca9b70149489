package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** A file of the spool, as the operating system provides it. Safe for any number of threads. */
interface SpoolFile {
  /** Returned by {@link #read} when it would have to wait for the disk. */
  int WOULD_BLOCK = -1;

  /**
   * Reads the bytes available from {@code position} on into {@code dst}.
   *
   * @param dst a direct buffer; its position advances
   * @param mayBlock whether waiting for the disk is allowed
   * @return bytes read, at least 1; or {@link #WOULD_BLOCK}
   * @throws IOException if reading failed or the file ends before the position
   */
  int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException;

  /** Writes all of {@code src}, a direct buffer, at the position. */
  void write(ByteBuffer src, long position) throws IOException;

  void close();

  /** Creates files. */
  @FunctionalInterface
  interface Factory {
    SpoolFile create(Path path) throws IOException;

    /**
     * Opens a file that another process created.
     *
     * @return null if its content means nothing to this one
     */
    default @Nullable SpoolFile open(Path path) throws IOException {
      return null;
    }

    /** Bytes that can still be written to files of the directory. */
    default long usableSpace(Path directory) throws IOException {
      return Files.getFileStore(directory).getUsableSpace();
    }

    /**
     * The best one that this platform supports.
     *
     * @param encrypted whether the files must hold no plain text
     */
    static Factory platform(Path directory, boolean encrypted) {
      Factory plain = LinuxFile.supported(directory) ? LinuxFile.FACTORY : ChannelFile.FACTORY;
      return encrypted ? EncryptedFile.on(plain, new SecureRandom()) : plain;
    }
  }
}
