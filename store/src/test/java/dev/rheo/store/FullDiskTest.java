package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store on a disk that runs full and gets space again. The disk is a small tmpfs in a mount
 * namespace of the child process. This needs no privilege where the kernel grants user namespaces;
 * elsewhere the test is skipped.
 */
@Timeout(180)
class FullDiskTest {
  private static final List<String> NAMESPACE = List.of("unshare", "--map-root-user", "--mount");

  @TempDir Path directory;

  @Test
  void commitsFailReadsGoOnAndWritesComeBack() throws Exception {
    assertThat(said(FullDiskScenario.class)).contains("all rounds done");
  }

  @Test
  void aRestoreTellsItOnceAndLeavesNoStore() throws Exception {
    assertThat(said(FullDiskRestore.class))
        .contains("the disk is full")
        .doesNotContain("Exception in thread")
        .doesNotContain("RocksDB:")
        .contains("no store");
  }

  /** What a process says that runs on a small disk, and ends well. */
  private String said(Class<?> scenario) throws Exception {
    assumeTrue(namespacesAreGranted(), "mount namespaces are not granted");
    List<String> mounted =
        List.of(
            "sh",
            "-c",
            // The error output belongs to the failure message of this test.
            "exec 2>&1; mount -t tmpfs -o size=48m rheo-test \"$0\" && exec \"$@\"",
            directory.toString());
    List<String> prefix = new ArrayList<>(NAMESPACE);
    prefix.addAll(mounted);
    try (ChildJvm child = ChildJvm.start(prefix, scenario, directory)) {
      // A read of the child's output cannot be interrupted, but ends when the child does.
      CompletableFuture.delayedExecutor(120, TimeUnit.SECONDS)
          .execute(child.process::destroyForcibly);
      StringBuilder said = new StringBuilder();
      for (String line = child.out.readLine(); line != null; line = child.out.readLine()) {
        said.append(line).append('\n');
      }
      assertThat(child.process.waitFor()).as(said.toString()).isZero();
      return said.toString();
    }
  }

  private static boolean namespacesAreGranted() throws InterruptedException {
    List<String> command = new ArrayList<>(NAMESPACE);
    command.addAll(List.of("sh", "-c", "mount -t tmpfs -o size=1m rheo-test /mnt"));
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
