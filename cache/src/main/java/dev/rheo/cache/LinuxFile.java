package dev.rheo.cache;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A spool file on Linux system calls. {@code preadv2(2)} with {@code RWF_NOWAIT} reads what is in
 * the page cache and refuses to wait for the rest, so that an event loop can read files. Unlike a
 * FileChannel, it survives the interruption of a reading thread.
 */
final class LinuxFile implements SpoolFile {
  private static final System.Logger LOG = System.getLogger(LinuxFile.class.getName());

  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int RWF_NOWAIT = 8;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENOSPC = 28;
  private static final int EOPNOTSUPP = 95;

  private static final OfInt INT = ValueLayout.JAVA_INT;
  private static final OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private final int fd;

  private LinuxFile(int fd) {
    this.fd = fd;
  }

  /** Whether these calls exist and the directory's file system supports RWF_NOWAIT. */
  static boolean supported(Path directory) {
    String why = "it has no preadv2";
    if (System.getProperty("os.name", "").equals("Linux")
        && Linker.nativeLinker().defaultLookup().find("preadv2").isPresent()) {
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

  static SpoolFile create(Path path) throws IOException {
    Files.createFile(path);
    Scratch scratch = Scratch.acquire();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString());
      int fd = (int) Calls.OPEN.invokeExact(scratch.errno, name, O_RDWR | O_CLOEXEC);
      if (fd < 0) {
        int errno = Calls.errno(scratch);
        Files.deleteIfExists(path);
        throw failed("open " + path, errno);
      }
      return new LinuxFile(fd);
    } catch (Throwable e) {
      throw rethrown(e);
    } finally {
      scratch.release();
    }
  }

  @Override
  public int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException {
    if (!dst.isDirect()) {
      throw new IllegalArgumentException("needs a direct buffer");
    }
    MemorySegment memory = MemorySegment.ofBuffer(dst);
    Scratch scratch = Scratch.acquire();
    try {
      while (true) {
        long read;
        if (mayBlock) {
          read =
              (long)
                  Calls.PREAD.invokeExact(
                      scratch.errno, fd, memory, (long) dst.remaining(), position);
        } else {
          scratch.iovec.set(POINTER, 0, memory);
          scratch.iovec.set(LONG, 8, dst.remaining());
          read =
              (long)
                  Calls.PREADV2.invokeExact(
                      scratch.errno, fd, scratch.iovec, 1, position, RWF_NOWAIT);
        }
        if (read > 0) {
          dst.position(dst.position() + (int) read);
          return (int) read;
        }
        if (read == 0) {
          throw new EOFException("spool file ends before " + position);
        }
        int errno = Calls.errno(scratch);
        if (errno == EAGAIN && !mayBlock) {
          return WOULD_BLOCK;
        }
        if (errno != EINTR) {
          throw failed("read", errno);
        }
      }
    } catch (Throwable e) {
      throw rethrown(e);
    } finally {
      scratch.release();
      Reference.reachabilityFence(dst);
    }
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    Scratch scratch = Scratch.acquire();
    try {
      long at = position;
      while (src.hasRemaining()) {
        long written =
            (long)
                Calls.PWRITE.invokeExact(
                    scratch.errno, fd, MemorySegment.ofBuffer(src), (long) src.remaining(), at);
        if (written < 0) {
          int errno = Calls.errno(scratch);
          if (errno == EINTR) {
            continue;
          }
          throw failed("write", errno);
        }
        src.position(src.position() + (int) written);
        at += written;
      }
    } catch (Throwable e) {
      throw rethrown(e);
    } finally {
      scratch.release();
    }
  }

  @Override
  public void close() {
    try {
      int ignored = (int) Calls.CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static IOException failed(String what, int errno) {
    return new IOException(
        what
            + " failed: "
            + switch (errno) {
              case ENOSPC -> "no space left on device";
              case EOPNOTSUPP -> "operation not supported";
              default -> "errno " + errno;
            });
  }

  private static IOException rethrown(Throwable e) throws IOException {
    return switch (e) {
      case IOException io -> throw io;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> new IOException(e);
    };
  }

  /** The native calls, linked on first use. */
  private static final class Calls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_VALUE = STATE.varHandle(PathElement.groupElement("errno"));

    static final MethodHandle OPEN =
        link(
            "open",
            FunctionDescriptor.of(INT, POINTER, INT),
            ERRNO,
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle PREAD =
        link("pread", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG), ERRNO);
    static final MethodHandle PREADV2 =
        link("preadv2", FunctionDescriptor.of(LONG, INT, POINTER, INT, LONG, INT), ERRNO);
    static final MethodHandle PWRITE =
        link("pwrite", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG), ERRNO);
    static final MethodHandle CLOSE = link("close", FunctionDescriptor.of(INT, INT));

    private static MethodHandle link(
        String name, FunctionDescriptor type, Linker.Option... options) {
      return LINKER.downcallHandle(LOOKUP.findOrThrow(name), type, options);
    }

    static int errno(Scratch scratch) {
      return (int) ERRNO_VALUE.get(scratch.errno, 0L);
    }
  }

  /** Native memory for a call's arguments and errno. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    /** Virtual threads keep their carrier threads during a call, so one per carrier suffices. */
    private static final ArrayBlockingQueue<Scratch> SPARE = new ArrayBlockingQueue<>(32);

    final MemorySegment iovec;
    final MemorySegment errno;

    private Scratch() {
      Arena arena = Arena.ofAuto();
      iovec = arena.allocate(16, 8);
      errno = arena.allocate(Calls.STATE);
    }

    /** The platform thread's own, or one that a virtual thread borrows. */
    static Scratch acquire() {
      if (!Thread.currentThread().isVirtual()) {
        return MINE.get();
      }
      Scratch spare = SPARE.poll();
      return spare == null ? new Scratch() : spare;
    }

    void release() {
      if (Thread.currentThread().isVirtual()) {
        // A surplus one is left to the garbage collector.
        boolean ignored = SPARE.offer(this);
      }
    }
  }
}
