package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rheo.testing.Await;
import java.io.EOFException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxFileTest {
  private static final int DONTNEED = 4;

  @TempDir Path directory;

  @BeforeEach
  void onLinux() {
    assumeTrue(LinuxFile.supported(directory));
  }

  @Test
  void refusesToWaitForTheDisk() throws Throwable {
    Path path = directory.resolve("file");
    SpoolFile file = LinuxFile.create(path);
    ByteBuffer data = ByteBuffer.allocateDirect(1 << 20);
    for (int i = 0; i < data.capacity(); i++) {
      data.put(i, (byte) (i * 31 >> 3));
    }
    file.write(data, 0);
    ByteBuffer dst = ByteBuffer.allocateDirect(100_000);
    // The kernel need not evict at once what it is asked to.
    Await.until(
        "it is on the disk alone",
        () -> {
          evict(path, 1 << 20);
          return file.read(dst.clear(), 500_000, false) == SpoolFile.WOULD_BLOCK;
        });
    assertThat(dst.position()).isZero();
    int read = file.read(dst, 500_000, true);
    assertThat(read).isEqualTo(dst.position()).isPositive();
    dst.clear().limit(1000).position(10);
    assertThat(file.read(dst, 500_000, false)).isEqualTo(990);
    for (int i = 10; i < 1000; i++) {
      assertThat(dst.get(i)).isEqualTo((byte) ((500_000 + i - 10) * 31 >> 3));
    }
    assertThatThrownBy(() -> file.read(dst.clear(), 1 << 20, true))
        .isInstanceOf(EOFException.class);
    file.close();
  }

  @Test
  void survivesTheInterruptionOfAReader() throws Exception {
    SpoolFile file = LinuxFile.create(directory.resolve("file"));
    file.write(ByteBuffer.allocateDirect(10), 0);
    Thread.currentThread().interrupt();
    assertThat(file.read(ByteBuffer.allocateDirect(10), 0, true)).isEqualTo(10);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file.read(ByteBuffer.allocateDirect(10), 0, true)).isEqualTo(10);
    file.close();
  }

  /** Evicts a file from the page cache. */
  private static void evict(Path path, long length) throws Exception {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Linker linker = Linker.nativeLinker();
    var lookup = linker.defaultLookup();
    var open =
        linker.downcallHandle(
            lookup.findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    var advise =
        linker.downcallHandle(
            lookup.findOrThrow("posix_fadvise"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    var close =
        linker.downcallHandle(
            lookup.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int fd = (int) open.invokeExact(arena.allocateFrom(path.toString()), 0);
      assertThat((int) advise.invokeExact(fd, 0L, length, DONTNEED)).isZero();
      assertThat((int) close.invokeExact(fd)).isZero();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
