package dev.rheo.cache;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A spool file on the JDK's FileChannel, where every read may block on the disk. A thread that
 * reads it must not be interrupted: that closes the channel for all readers.
 */
final class ChannelFile implements SpoolFile {
  static final Factory FACTORY =
      new Factory() {
        @Override
        public SpoolFile create(Path path) throws IOException {
          return ChannelFile.create(path);
        }

        @Override
        public SpoolFile open(Path path) throws IOException {
          return new ChannelFile(FileChannel.open(path, StandardOpenOption.READ));
        }
      };

  private final FileChannel channel;

  /** Opens a new file for reading and writing. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path path) throws IOException;
  }

  private ChannelFile(FileChannel channel) {
    this.channel = channel;
  }

  static SpoolFile create(Path path) throws IOException {
    return create(path, ChannelFile::open);
  }

  /**
   * @param opener faults are injected here
   */
  static SpoolFile create(Path path, Opener opener) throws IOException {
    return new ChannelFile(opener.open(path));
  }

  static FileChannel open(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException {
    int read = channel.read(dst, position);
    if (read <= 0) {
      throw new EOFException("spool file ends before " + position);
    }
    return read;
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    long at = position;
    while (src.hasRemaining()) {
      at += channel.write(src, at);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
