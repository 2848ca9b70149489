package dev.rheo.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Waits as a read from a cold disk does: inside a native call, here a read from a pipe. The Java
 * runtime knows nothing of it, so that a virtual thread keeps its carrier thread.
 */
final class NativeWait implements AutoCloseable {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle PIPE =
      link("pipe", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  private static final MethodHandle READ = link("read", transfer());
  private static final MethodHandle WRITE = link("write", transfer());

  private final Arena arena = Arena.ofShared();
  private final int reading;
  private final int writing;

  NativeWait() throws Exception {
    MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
    try {
      if ((int) PIPE.invokeExact(ends) != 0) {
        throw new IllegalStateException("no pipe");
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    reading = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
    writing = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
  }

  private static FunctionDescriptor transfer() {
    return FunctionDescriptor.of(
        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  }

  private static MethodHandle link(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
  }

  /** Blocks until one more wait is released. */
  void await() {
    try (Arena own = Arena.ofConfined()) {
      long ignored = (long) READ.invokeExact(reading, own.allocate(1), 1L);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void release(int waits) {
    try {
      long ignored = (long) WRITE.invokeExact(writing, arena.allocate(waits), (long) waits);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
