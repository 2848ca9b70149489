package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  @TempDir Path directory;

  @Test
  void cleaningGivesSpaceBackAndOldSnapshotsStayReadable() throws Exception {
    try (World world = new World(directory, World.small())) {
      String text = "t".repeat(3000);
      for (int i = 0; i < 100; i++) {
        world.pod("ns", "p" + i, "n", text + "first");
      }
      world.sync();
      Snapshot old = world.pods().snapshot();
      Map<String, String> expected = Objects.forms(world.cache, old);
      Map<String, String> latest = new TreeMap<>();
      for (int round = 0; round < 40; round++) {
        // One in ten stays, so that cleaning has something to copy.
        for (int i = 0; i < 100; i++) {
          if (i % 10 != 0) {
            byte[] value = Objects.pod("ns", "p" + i, "a", "n", text + round);
            latest.put("ns/p" + i, Objects.at(value, world.put("ns/p" + i, value)));
          }
        }
        if (round % 4 == 3) {
          world.sync();
          world.store.compact(world.store.currentRevision() - 5);
        }
      }
      world.sync();
      World.until(() -> world.cache.stats().segmentsCleaned() > 30);
      World.until(() -> bytes() < 4L << 20);
      assertThat(Objects.forms(world.cache, old)).isEqualTo(expected);
      for (int i = 0; i < 100; i += 10) {
        latest.put("ns/p" + i, expected.get("ns/p" + i));
      }
      assertThat(Objects.forms(world.cache, world.pods().snapshot())).isEqualTo(latest);
      // The last events are still there, decoded from their new places.
      long from = world.pods().oldestRevision();
      EventReader reader = world.pods().events(from, Scope.ALL);
      for (long r = from + 1; r <= world.cache.revision(); r++) {
        CacheEvent event = reader.next();
        assertThat(event.revision()).isEqualTo(r);
        assertThat(world.read(event.current())).contains("\"resourceVersion\":\"" + r + "\"");
        assertThat(world.read(event.previous()))
            .contains("\"resourceVersion\":\"" + event.previous().revision() + "\"");
      }
      assertThat(reader.next()).isNull();
      // The old snapshot keeps unlinked files open; once it is gone, garbage collection closes
      // them.
      int held = world.files.open.get();
      int linked = world.cache.stats().segments();
      assertThat(held).isGreaterThan(linked);
      reader.close();
      reader = null;
      old = null;
      World.until(
          () -> {
            System.gc();
            return world.files.open.get() <= linked + 2
                && world.cache.stats().unlinkedBytes() < 1L << 20;
          });
    }
  }

  private long bytes() {
    try (var files = Files.list(directory)) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsNotInMemoryIsLoadedByOtherThreads() throws Exception {
    try (World world = new World(directory, World.small())) {
      long start = world.store.currentRevision();
      for (int i = 0; i < 1000; i++) {
        world.pod("ns", "p" + i % 10, "n", "c".repeat(1000) + i);
      }
      world.sync();
      world.files.cold = true;
      EventReader reader = world.pods().events(start, Scope.ALL);
      Semaphore woken = new Semaphore(0);
      reader.onEvent(woken::release);
      FormReader forms = new FormReader(world.cache);
      ByteBuffer dst = ByteBuffer.allocateDirect(2000);
      int waits = 0;
      for (int i = 0; i < 1000; i++) {
        CacheEvent event = reader.next();
        while (event == null) {
          assertThat(reader.skipped()).isFalse();
          assertThat(woken.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
          waits++;
          event = reader.next();
        }
        assertThat(event.revision()).isEqualTo(start + 1 + i);
        Entry entry = event.current();
        dst.clear();
        while (dst.position() < entry.length()) {
          if (forms.read(entry, dst.position(), entry.length(), dst) == FormReader.NOT_IN_MEMORY) {
            Semaphore loaded = new Semaphore(0);
            forms.load(entry, dst.position(), loaded::release);
            assertThat(loaded.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            waits++;
          }
        }
        assertThat(dst.get(entry.length() - 3)).isEqualTo((byte) ('0' + i % 10));
      }
      assertThat(waits).isGreaterThan(10);
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void aFullDiskDelaysTheCacheButSpoilsNothing() throws Exception {
    try (World world = new World(directory, World.small())) {
      Map<String, String> expected = new TreeMap<>();
      put(world, expected, 0, 50);
      world.sync();
      World.until(world.cache::ready);
      long start = world.cache.revision();
      EventReader reader = world.pods().events(start, Scope.ALL);
      Snapshot before = world.pods().snapshot();
      Map<String, String> atStart = new TreeMap<>(expected);
      world.files.writesFail = true;
      put(world, expected, 25, 75);
      World.until(() -> world.cache.stats().spoolErrors() >= 2);
      assertThat(world.cache.ready()).isFalse();
      assertThat(world.cache.revision()).isEqualTo(start);
      assertThat(reader.next()).isNull();
      assertThat(Objects.forms(world.cache, before)).isEqualTo(atStart);
      assertThat(world.cache.awaitRevision(start + 1, Duration.ofMillis(10))).isFalse();
      world.files.writesFail = false;
      world.sync();
      World.until(world.cache::ready);
      assertThat(Objects.forms(world.cache, world.pods().snapshot())).isEqualTo(expected);
      assertThat(Objects.forms(world.cache, before)).isEqualTo(atStart);
      for (long r = start + 1; r <= world.cache.revision(); r++) {
        assertThat(reader.next().revision()).isEqualTo(r);
      }
      assertThat(world.cache.stats().liveBytes()).isEqualTo(records(world));
    }
  }

  /** The bytes of the records of the current objects. */
  private static long records(World world) {
    long records = 0;
    EntryCursor entries = world.pods().snapshot().entries("", null);
    for (Entry e = entries.next(); e != null; e = entries.next()) {
      records += e.headerLength + e.length();
    }
    return records;
  }

  @Test
  void aBatchThatFailsInItsSecondSegmentLeavesNothing() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "p", "n", "x");
      world.sync();
      World.until(world.cache::ready);
      List<Op> batch = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        byte[] value = Objects.pod("ns", "p" + i, "a", "n", "x".repeat(10_000));
        batch.add(new Op.Put("/registry/pods/ns/p" + i, value, Op.ANY));
      }
      world.files.writesLeft.set(1);
      world.store.commit(batch);
      World.until(() -> world.cache.stats().spoolErrors() > 0);
      world.files.writesLeft.set(Integer.MAX_VALUE);
      world.sync();
      CacheStats stats = world.cache.stats();
      assertThat(stats.liveBytes()).isEqualTo(records(world));
      assertThat(stats.historyBytes()).isZero();
    }
  }

  /** Records of current objects and of the history lie between others that are dead. */
  @Test
  void whatCleaningMovesStaysCounted() throws Exception {
    int kept = 40;
    try (World world = new World(directory, World.small())) {
      for (int i = 0; i < 50 * kept; i++) {
        String name = i % 50 == 0 ? "kept" + i / 50 : i % 50 == 1 ? "current" + i / 50 : "other";
        world.pod("ns", name, "n", "x".repeat(2000));
      }
      long compacted = world.store.currentRevision();
      for (int i = 0; i < kept; i++) {
        world.pod("ns", "kept" + i, "n", "y");
      }
      world.sync();
      world.store.compact(compacted);
      World.until(() -> world.cache.stats().segmentsCleaned() > 10);
      EventReader events = world.pods().events(compacted, Scope.ALL);
      long history = 0;
      for (int i = 0; i < kept; i++) {
        Entry previous = events.next().previous();
        history += previous.headerLength + previous.length();
      }
      CacheStats stats = world.cache.stats();
      assertThat(stats.historyBytes()).isEqualTo(history);
      assertThat(stats.liveBytes()).isEqualTo(records(world));
    }
  }

  private static void put(World world, Map<String, String> expected, int from, int to)
      throws Exception {
    for (int i = from; i < to; i++) {
      byte[] value = Objects.pod("ns", "p" + i, "a", "n", "d".repeat(5000) + i);
      expected.put("ns/p" + i, Objects.at(value, world.put("ns/p" + i, value)));
    }
  }

  @Test
  void whenTheSpoolCannotBeReadItIsBuiltAgainAndReadersGoOn() throws Exception {
    try (World world = new World(directory, World.small())) {
      Map<String, String> expected = new TreeMap<>();
      long start = world.store.currentRevision();
      put(world, expected, 0, 200);
      world.sync();
      World.until(world.cache::ready);
      EventReader reader = world.pods().events(start, Scope.ALL);
      assertThat(reader.next().revision()).isEqualTo(start + 1);
      EventReader waiting = world.pods().events(world.cache.revision(), Scope.ALL);
      Semaphore woken = new Semaphore(0);
      waiting.onEvent(woken::release);
      assertThat(waiting.next()).isNull();
      Entry cold = world.pods().get("ns/p0");
      world.files.readsFail = true;
      // A spool cannot be built again without files, so it stays unready until both faults end.
      world.files.descriptors = 0;
      assertThatThrownBy(() -> world.read(cold)).isInstanceOf(IOException.class);
      assertThat(world.cache.ready()).isFalse();
      world.files.readsFail = false;
      world.files.descriptors = Integer.MAX_VALUE;
      World.until(() -> world.cache.stats().rebuilds() >= 2 && world.cache.ready());
      assertThat(Objects.forms(world.cache, world.pods().snapshot())).isEqualTo(expected);
      for (long r = start + 2; r <= world.cache.revision(); r++) {
        assertThat(reader.next().revision()).isEqualTo(r);
      }
      assertThat(reader.next()).isNull();
      assertThat(woken.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      assertThat(waiting.next()).isNull();
      put(world, expected, 0, 1);
      assertThat(woken.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      assertThat(waiting.next().revision()).isEqualTo(world.store.currentRevision());
    }
  }
}
