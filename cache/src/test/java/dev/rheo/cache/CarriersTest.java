package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that wait for the disk leave the carrier threads to other virtual threads. */
class CarriersTest {
  @TempDir Path directory;

  /** Enough native waits to take every carrier thread, whatever the machine. */
  private static final int READERS = 4 * Runtime.getRuntime().availableProcessors() + 8;

  private static <T> CompletableFuture<T> onVirtualThread(Callable<T> what) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                outcome.complete(what.call());
              } catch (Throwable e) {
                outcome.completeExceptionally(e);
              }
            });
    return outcome;
  }

  /** Runs reads that all wait for the disk, and checks that other calls proceed meanwhile. */
  private static <T> List<T> besideOthers(World world, Callable<T> coldRead) throws Exception {
    List<CompletableFuture<T>> reads = new ArrayList<>();
    try (NativeWait disk = new NativeWait()) {
      world.files.beforeBlocking = disk::await;
      world.files.cold = true;
      try {
        for (int i = 0; i < READERS; i++) {
          reads.add(onVirtualThread(coldRead));
        }
        World.until(() -> world.files.blockingReads.get() >= 1);
        // A lookup in the index and a readiness check, neither of which touches the disk.
        assertThat(onVirtualThread(() -> world.pods().get("ns/p1")).get(10, TimeUnit.SECONDS))
            .isNotNull();
        assertThat(onVirtualThread(world.cache::ready).get(10, TimeUnit.SECONDS)).isTrue();
      } finally {
        world.files.beforeBlocking = () -> {};
        disk.release(READERS);
      }
      List<T> results = new ArrayList<>();
      for (CompletableFuture<T> read : reads) {
        results.add(read.get(30, TimeUnit.SECONDS));
      }
      assertThat(world.files.heldCarrier).isFalse();
      return results;
    }
  }

  private static World world(Path directory) throws Exception {
    World world = new World(directory, World.small());
    String text = "x".repeat(10_000);
    for (int i = 0; i < 60; i++) {
      world.pod("ns", "p" + i, "n", text);
    }
    world.sync();
    return world;
  }

  @Test
  void coldGets() throws Exception {
    try (World world = world(directory)) {
      Entry entry = world.pods().get("ns/p0");
      List<String> read = besideOthers(world, () -> world.read(entry));
      world.files.cold = false;
      assertThat(read).hasSize(READERS).containsOnly(world.read(entry));
    }
  }

  @Test
  void aStateThatIsRememberedDoesNotWaitForOneThatIsBeingMade() throws Exception {
    try (World world = world(directory)) {
      long before = world.cache.revision();
      for (int i = 0; i < 1200; i++) {
        world.pod("ns", "p" + i % 60, "n", "y".repeat(1000));
      }
      world.sync();
      assertThat(world.pods().snapshotAt(before - 10).size()).isEqualTo(50);
      try (NativeWait disk = new NativeWait()) {
        world.files.beforeBlocking = disk::await;
        world.files.cold = true;
        int reads = world.files.blockingReads.get();
        CompletableFuture<Integer> walking =
            onVirtualThread(() -> world.pods().snapshotAt(before - 30).size());
        try {
          World.until(() -> world.files.blockingReads.get() > reads || walking.isDone());
          assertThat(walking).isNotDone();
          assertThat(
                  onVirtualThread(() -> world.pods().snapshotAt(before - 10).size())
                      .get(10, TimeUnit.SECONDS))
              .isEqualTo(50);
        } finally {
          world.files.beforeBlocking = () -> {};
          disk.release(1);
        }
        assertThat(walking.get(30, TimeUnit.SECONDS)).isEqualTo(30);
      }
    }
  }

  @Test
  void coldHistory() throws Exception {
    try (World world = world(directory)) {
      long before = world.cache.revision();
      for (int i = 0; i < 1200; i++) {
        world.pod("ns", "p" + i % 60, "n", "y".repeat(1000));
      }
      world.sync();
      List<Integer> sizes = besideOthers(world, () -> world.pods().snapshotAt(before - 30).size());
      assertThat(sizes).hasSize(READERS).containsOnly(30);
    }
  }
}
