package dev.rheo.cache;

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
import java.util.concurrent.ArrayBlockingQueue;

/** {@link LinuxCalls} of the C library, linked on first use. */
final class NativeCalls implements LinuxCalls {
  private static final int RWF_NOWAIT = 8;

  private static final OfInt INT = ValueLayout.JAVA_INT;
  private static final OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE = STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      link(
          "open",
          FunctionDescriptor.of(INT, POINTER, INT),
          ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle PREAD =
      link("pread", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG), ERRNO);
  private static final MethodHandle PREADV2 =
      link("preadv2", FunctionDescriptor.of(LONG, INT, POINTER, INT, LONG, INT), ERRNO);
  private static final MethodHandle PWRITE =
      link("pwrite", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG), ERRNO);
  private static final MethodHandle CLOSE = link("close", FunctionDescriptor.of(INT, INT));

  private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LOOKUP.findOrThrow(name), type, options);
  }

  @Override
  public int open(MemorySegment path, int flags) {
    Scratch scratch = Scratch.acquire();
    try {
      int fd = (int) OPEN.invokeExact(scratch.errno, path, flags);
      return fd < 0 ? -scratch.errno() : fd;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      scratch.release();
    }
  }

  @Override
  public long pread(int fd, MemorySegment to, long count, long position) {
    Scratch scratch = Scratch.acquire();
    try {
      long read = (long) PREAD.invokeExact(scratch.errno, fd, to, count, position);
      return read < 0 ? -scratch.errno() : read;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      scratch.release();
    }
  }

  @Override
  public long preadNoWait(int fd, MemorySegment to, long count, long position) {
    Scratch scratch = Scratch.acquire();
    try {
      scratch.iovec.set(POINTER, 0, to);
      scratch.iovec.set(LONG, 8, count);
      long read =
          (long) PREADV2.invokeExact(scratch.errno, fd, scratch.iovec, 1, position, RWF_NOWAIT);
      return read < 0 ? -scratch.errno() : read;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      scratch.release();
    }
  }

  @Override
  public long pwrite(int fd, MemorySegment from, long count, long position) {
    Scratch scratch = Scratch.acquire();
    try {
      long written = (long) PWRITE.invokeExact(scratch.errno, fd, from, count, position);
      return written < 0 ? -scratch.errno() : written;
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      scratch.release();
    }
  }

  @Override
  public int close(int fd) {
    try {
      return (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
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
      errno = arena.allocate(STATE);
    }

    int errno() {
      return (int) ERRNO_VALUE.get(errno, 0L);
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
