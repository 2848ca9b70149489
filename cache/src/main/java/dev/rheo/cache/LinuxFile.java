package dev.rheo.cache;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A spool file on Linux system calls. {@code preadv2(2)} with {@code RWF_NOWAIT} reads what is in
 * the page cache and refuses to wait for the rest, so that an event loop can read files. Unlike a
 * FileChannel, it survives the interruption of a reading thread.
 */
final class LinuxFile implements SpoolFile {
  private static final System.Logger LOG = System.getLogger(LinuxFile.class.getName());

  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;

  static final Factory FACTORY =
      new Factory() {
        @Override
        public SpoolFile create(Path path) throws IOException {
          return LinuxFile.create(path);
        }

        @Override
        public SpoolFile open(Path path) throws IOException {
          return LinuxFile.open(path, LinuxCalls.NATIVE);
        }
      };

  private final LinuxCalls calls;
  private final int fd;

  private LinuxFile(LinuxCalls calls, int fd) {
    this.calls = calls;
    this.fd = fd;
  }

  /**
   * Whether these calls exist and may be made, and the directory's file system supports RWF_NOWAIT.
   */
  static boolean supported(Path directory) {
    if (!LinuxFile.class.getModule().isNativeAccessEnabled()) {
      // The JDK would warn of the calls, in every program that has the server inside it.
      return false;
    }
    String why = "it has no preadv2";
    if (linked()) {
      Path probe = directory.resolve("probe");
      try {
        SpoolFile file = create(probe);
        try {
          ByteBuffer one = ByteBuffer.allocateDirect(1);
          file.write(one, 0);
          file.read(one.clear(), 0, false);
          return true;
        } finally {
          file.close();
          Files.deleteIfExists(probe);
        }
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    LOG.log(Level.INFO, "This platform cannot read without waiting for the disk: {0}", why);
    return false;
  }

  /** Whether these calls exist. */
  static boolean linked() {
    return System.getProperty("os.name", "").equals("Linux")
        && Linker.nativeLinker().defaultLookup().find("preadv2").isPresent();
  }

  static SpoolFile create(Path path) throws IOException {
    return create(path, LinuxCalls.NATIVE);
  }

  static SpoolFile create(Path path, LinuxCalls calls) throws IOException {
    Files.createFile(path);
    try {
      return open(path, calls);
    } catch (IOException e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  private static SpoolFile open(Path path, LinuxCalls calls) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int fd = calls.open(arena.allocateFrom(path.toString()), O_RDWR | O_CLOEXEC);
      if (fd < 0) {
        throw failed("open " + path, -fd);
      }
      return new LinuxFile(calls, fd);
    }
  }

  @Override
  public int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException {
    if (!dst.isDirect()) {
      throw new IllegalArgumentException("needs a direct buffer");
    }
    MemorySegment memory = MemorySegment.ofBuffer(dst);
    try {
      while (true) {
        long read =
            mayBlock
                ? calls.pread(fd, memory, dst.remaining(), position)
                : calls.preadNoWait(fd, memory, dst.remaining(), position);
        if (read > 0) {
          dst.position(dst.position() + (int) read);
          return (int) read;
        }
        if (read == 0) {
          throw new EOFException("spool file ends before " + position);
        }
        if (read == -LinuxCalls.EAGAIN && !mayBlock) {
          return WOULD_BLOCK;
        }
        if (read != -LinuxCalls.EINTR) {
          throw failed("read", -read);
        }
      }
    } finally {
      Reference.reachabilityFence(dst);
    }
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    long at = position;
    while (src.hasRemaining()) {
      long written = calls.pwrite(fd, MemorySegment.ofBuffer(src), src.remaining(), at);
      if (written < 0) {
        if (written == -LinuxCalls.EINTR) {
          continue;
        }
        throw failed("write", -written);
      }
      src.position(src.position() + (int) written);
      at += written;
    }
  }

  @Override
  public void close() {
    int ignored = calls.close(fd);
  }

  private static IOException failed(String what, long errno) {
    return new IOException(
        what
            + " failed: "
            + switch ((int) errno) {
              case LinuxCalls.EMFILE -> "too many open files";
              case LinuxCalls.ENOSPC -> "no space left on device";
              case LinuxCalls.EOPNOTSUPP -> "operation not supported";
              default -> "errno " + errno;
            });
  }
}
