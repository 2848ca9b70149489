package dev.rheo.store;

import static dev.rheo.store.RevisionStoreContract.delete;
import static dev.rheo.store.RevisionStoreContract.put;
import static dev.rheo.store.RevisionStoreContract.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;

/** The memory, disk space and syncs that the durable store uses, and that it releases them. */
@Timeout(180)
class RocksResourcesTest {
  private static final RocksSettings SETTINGS = RocksSettings.defaults();

  @TempDir Path directory;

  @Test
  void concurrentCommitsShareSyncs() throws Exception {
    int writers = 32;
    int each = 40;
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<?>> futures = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        String key = "w" + w;
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < each; i++) {
                    store.commit(List.of(put(key, "" + i)));
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> future : futures) {
        future.get();
      }
      assertThat(store.stats().commits()).isEqualTo(writers * each);
      assertThat(store.stats().syncs()).isLessThan(writers * each / 2).isPositive();
    }
  }

  @Test
  void pruningLeavesNothingButWhatCanBeRead() throws Exception {
    Random random = new Random(3);
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      for (int i = 0; i < 2000; i++) {
        String key = "k" + random.nextInt(50);
        Op op = store.get(key, 0) == null || random.nextInt(3) > 0 ? put(key, "" + i) : delete(key);
        store.commit(List.of(op));
      }
      store.compact(store.currentRevision());
      awaitPruned(store, store.currentRevision());
      assertThat(store.stats().prunedChanges()).isEqualTo(2000);
    }
    assertOnlyHeadsAreLeft();
  }

  @Test
  void anUnreadRangeHoldsUpPruningAndARestartTakesItUpAgain() throws Exception {
    long held;
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      for (int i = 0; i < 100; i++) {
        store.commit(List.of(put("a", "" + i), put("k" + i % 7, "x")));
      }
      held = store.currentRevision();
      RangeCursor range = store.range("", "", 0);
      for (int i = 0; i < 1100; i++) {
        store.commit(List.of(put("a", "" + i)));
      }
      store.compact(store.currentRevision());
      awaitPruned(store, held);
      assertThat(store.stats().openReads()).isEqualTo(1);
      assertThat(text(range.next())).startsWith("a=99@");
      // The range stays open, as if the process died.
    }
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      assertThat(store.stats().prunedRevision()).isGreaterThanOrEqualTo(held);
      awaitPruned(store, store.currentRevision());
    }
    assertOnlyHeadsAreLeft();
  }

  @Test
  void theDiskIsGivenBack() throws Exception {
    Random random = new Random(5);
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      for (int i = 0; i < 400; i++) {
        byte[] value = new byte[1 << 20];
        random.nextBytes(value);
        store.commit(List.of(new Op.Put("k" + i % 10, value, Op.ANY)));
        if (i % 50 == 49) {
          store.compact(store.currentRevision());
          awaitPruned(store, store.currentRevision());
        }
      }
      // 10 MB are live. Blob files are garbage-collected by later compactions, not at once.
      assertThat(store.stats().diskBytes()).isLessThan(200L << 20);
      assertThat(store.stats().memoryBytes()).isLessThan(48L << 20);
    }
  }

  @Test
  void aWatchAtTheHeadIsServedFromTheTailAndTheTailIsBounded() throws Exception {
    RocksSettings small = SETTINGS.withTail(10_000);
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, small);
        WatchCursor behind = store.watch("", "", 2)) {
      for (int i = 0; i < 100; i++) {
        store.commit(List.of(new Op.Put("k", new byte[1000], Op.ANY)));
        assertThat(store.stats().tailBytes()).isBetween(1L, 10_000L);
      }
      store.commit(List.of(new Op.Put("k", new byte[20_000], Op.ANY)));
      assertThat(store.stats().tailBytes()).isZero();
      store.commit(List.of(put("k", "last")));
      List<Long> seen = new ArrayList<>();
      while (seen.size() < 102) {
        behind.next(Duration.ZERO).events().forEach(e -> seen.add(e.modRevision()));
      }
      for (int i = 0; i < 102; i++) {
        assertThat(seen.get(i)).isEqualTo(2 + i);
      }
    }
  }

  @Test
  void openingAndClosingLeaksNothing() throws Exception {
    cycle(20);
    long before = residentBytes();
    cycle(100);
    long after = residentBytes();
    // A leaked cache or write buffer would cost hundreds of KB per cycle.
    assertThat(after - before).isLessThan(24L << 20);
  }

  private void cycle(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
        store.commit(List.of(new Op.Put("k" + i % 10, new byte[50_000], Op.ANY)));
        RangeCursor neverClosed = store.range("", "", 0);
        neverClosed.next();
        try (WatchCursor watch = store.watch("", "", store.currentRevision())) {
          watch.next(Duration.ZERO);
        }
      }
    }
    System.gc();
  }

  private static long residentBytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseThrow();
    }
  }

  /** Each column family holds only what the existing keys need. */
  private void assertOnlyHeadsAreLeft() throws Exception {
    try (Engine engine =
        new Engine(
            directory.resolve("data"),
            SETTINGS,
            Engine.Mode.READ,
            WALRecoveryMode.TolerateCorruptedTailRecords,
            new HealthState())) {
      long heads = count(engine, engine.heads);
      assertThat(heads).isPositive();
      assertThat(count(engine, engine.keys)).isEqualTo(heads);
      assertThat(count(engine, engine.values)).isEqualTo(heads);
      assertThat(count(engine, engine.log)).isZero();
    }
  }

  private static long count(Engine engine, ColumnFamilyHandle family) throws Exception {
    long count = 0;
    try (RocksIterator it = engine.db.newIterator(family)) {
      for (it.seekToFirst(); it.isValid(); it.next()) {
        count++;
      }
      it.status();
    }
    return count;
  }

  private static void awaitPruned(RocksRevisionStore store, long revision) {
    Await.until("pruned", () -> store.stats().prunedRevision() >= revision);
  }
}
