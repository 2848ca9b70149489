package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The number of file descriptors that a store uses, and its behaviour when none are free. */
@Timeout(180)
class DescriptorsTest {
  private static final RocksSettings SETTINGS =
      RocksSettings.defaults().withNativeMemory(4 << 20).withDescriptors(64);

  @TempDir Path directory;

  @Test
  void aStoreOfManyFilesKeepsToItsDescriptors() throws Exception {
    Random random = new Random(1);
    int most = 0;
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      for (int i = 0; i < 300; i++) {
        byte[] value = new byte[300_000];
        random.nextBytes(value);
        store.commit(List.of(new Op.Put("k" + i, value, Op.ANY)));
        most = Math.max(most, open());
      }
      assertThat(fileCount()).isGreaterThan(SETTINGS.descriptors());
      for (int i = 0; i < 480; i++) {
        assertThat(store.get("k" + random.nextInt(300), 0)).isNotNull();
        most = Math.max(most, open());
      }
    }
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      assertThat(store.currentRevision()).isEqualTo(301);
      most = Math.max(most, open());
    }
    assertThat(most).isBetween(20, SETTINGS.descriptors());
  }

  /** Uses a child process, whose limit is lowered below its number of open descriptors. */
  @Test
  void withoutDescriptorsItWaitsForThem() throws Exception {
    try (ChildJvm child = ChildJvm.start(Starved.class, directory)) {
      StringBuilder said = new StringBuilder();
      for (String line = child.out.readLine(); line != null; line = child.out.readLine()) {
        said.append(line).append('\n');
      }
      assertThat(child.process.waitFor()).as(said.toString()).isZero();
      assertThat(said).contains("too many files are open");
    }
  }

  /** Commits until a flush gets no descriptor, raises the limit and commits again. */
  static final class Starved {
    public static void main(String[] args) throws Exception {
      Path directory = Path.of(args[0]);
      Random random = new Random(1);
      loadClasses();
      check(softLimit() > 64);
      try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
        long last = commit(store, random);
        Process limiter = limit();
        String reason = "";
        for (int i = 0; i < 1000 && reason.isEmpty(); i++) {
          try {
            last = commit(store, random);
          } catch (StoreException e) {
            reason = e.reason();
          }
        }
        System.out.println(reason + ", " + store.health().condition());
        check(store.health().condition() == StoreHealth.Condition.UNWRITABLE);
        check(store.get("k", 0).modRevision() == last);
        limiter.getOutputStream().close();
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!store.health().isOk()) {
          check(System.nanoTime() < until);
          Thread.sleep(20);
        }
        check(commit(store, random) > last);
      }
      System.exit(0);
    }

    private static long commit(RocksRevisionStore store, Random random) throws Exception {
      byte[] value = new byte[300_000];
      random.nextBytes(value);
      return store.commit(List.of(new Op.Put("k", value, Op.ANY)));
    }

    /** Sets a limit below the open descriptors, which is raised when the limiter's input ends. */
    private static Process limit() throws Exception {
      String prlimit = "prlimit --pid " + ProcessHandle.current().pid() + " --nofile=";
      String command = prlimit + "10: && read line; " + prlimit + "1024:";
      Process limiter = new ProcessBuilder("sh", "-c", command).start();
      while (softLimit() != 10) {
        check(limiter.isAlive());
        Thread.sleep(5);
      }
      return limiter;
    }

    /** Loading a class later would need a descriptor if the classes are not in a jar. */
    private static void loadClasses() throws Exception {
      Path store =
          Path.of(RevisionStore.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(store)) {
        try (Stream<Path> files = Files.walk(store)) {
          for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
            String name = store.relativize(file).toString().replace('/', '.');
            if (!name.contains("-info")) {
              Class.forName(name.substring(0, name.length() - ".class".length()));
            }
          }
        }
      }
    }

    private static long softLimit() throws IOException {
      return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
          ? unix.getMaxFileDescriptorCount()
          : -1;
    }

    private static void check(boolean right) {
      if (!right) {
        throw new AssertionError();
      }
    }
  }

  private long fileCount() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("data"))) {
      return files.count();
    }
  }

  /** The number of this process's descriptors that refer to files in the directory. */
  private int open() throws IOException {
    int count = 0;
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : all.toList()) {
        try {
          count += Files.readSymbolicLink(each).startsWith(directory.toRealPath()) ? 1 : 0;
        } catch (IOException e) {
          // The descriptor was closed meanwhile.
        }
      }
    }
    return count;
  }
}
