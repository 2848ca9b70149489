package dev.rheo.store;

import static dev.rheo.store.RevisionStoreContract.bytes;
import static dev.rheo.store.RevisionStoreContract.live;
import static dev.rheo.store.RevisionStoreContract.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.WatchCursor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksIterator;

/** Expiry in the durable store: across restarts and crashes, and what its index holds. */
@Timeout(60)
class ExpiryTest {
  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private RocksRevisionStore open() throws StoreException {
    return RocksRevisionStore.open(directory, TortureWriter.SETTINGS, () -> now);
  }

  @Test
  void whatIsDueWhileTheStoreIsClosedExpiresAfterTheStart() throws Exception {
    try (RocksRevisionStore store = open()) {
      store.commit(List.of(live("early", "1", 10), live("late", "1", 100), put("for good", "1")));
    }
    now = now.plusSeconds(50);
    try (RocksRevisionStore store = open()) {
      assertThat(store.expire(100)).isFalse();
      assertThat(store.get("early", 0)).isNull();
      assertThat(store.get("late", 0)).isNotNull();
    }
    now = now.plusSeconds(50);
    try (RocksRevisionStore store = open()) {
      assertThat(store.expire(100)).isFalse();
      assertThat(store.get("late", 0)).isNull();
      assertThat(store.get("for good", 0)).isNotNull();
      assertThat(store.currentRevision()).isEqualTo(4);
    }
  }

  @Test
  void theIndexForgetsWhatWasReplacedWhenItIsDue() throws Exception {
    try (RocksRevisionStore store = open()) {
      for (int i = 0; i < 10; i++) {
        store.commit(List.of(live("a", "" + i, 10 + i)));
      }
      store.commit(List.of(put("a", "for good")));
    }
    assertThat(indexed()).isEqualTo(10);
    now = now.plusSeconds(15);
    try (RocksRevisionStore store = open()) {
      assertThat(store.expire(100)).isFalse();
    }
    assertThat(indexed()).isEqualTo(4);
    now = now.plusSeconds(15);
    try (RocksRevisionStore store = open()) {
      assertThat(store.expire(100)).isFalse();
      assertThat(store.get("a", 0)).isNotNull();
    }
    assertThat(indexed()).isZero();
  }

  /** The number of entries in the index of a store that is closed. */
  private long indexed() throws Exception {
    try (Engine engine =
            RocksRevisionStore.openEngine(
                directory.resolve("data"),
                TortureWriter.SETTINGS,
                Engine.Mode.READ,
                new HealthState());
        RocksIterator it = engine.db.newIterator(engine.meta)) {
      long count = 0;
      for (it.seekToFirst(); it.isValid(); it.next()) {
        count += StorageFormat.Meta.isExpiry(it.key()) ? 1 : 0;
      }
      return count;
    }
  }

  @Test
  void theSweeperEmptiesTheStoreAndStops() throws Exception {
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    try (RocksRevisionStore store = open();
        ExpirySweeper sweeper = new ExpirySweeper(store, scheduler)) {
      for (int i = 0; i < 3; i++) {
        store.commit(
            IntStream.range(0, ExpirySweeper.STEP).mapToObj(k -> live("k" + k, "1", 1)).toList());
      }
      now = now.plusSeconds(1);
      sweeper.run();
      assertThat(store.stats().keys()).isZero();
      assertThat(store.stats().expiredKeys()).isEqualTo(ExpirySweeper.STEP);
      store.commit(List.of(live("k", "1", 1)));
      now = now.plusSeconds(1);
      sweeper.close();
      sweeper.run();
      assertThat(store.get("k", 0)).isNotNull();
    } finally {
      scheduler.shutdownNow();
    }
  }

  @Test
  void killedWhileItExpiresNothingIsDeletedTwiceOrLeft() throws Exception {
    for (int run = 0; run < 3; run++) {
      try (ChildJvm child = ChildJvm.start(Expiring.class, directory, run)) {
        for (String line = child.out.readLine(); line != null; line = child.out.readLine()) {
          if (line.equals("expiring")) {
            Thread.sleep(run * 7L);
            child.kill();
          }
        }
      }
      now = Instant.now().plus(Duration.ofDays(1));
      try (RocksRevisionStore store = open()) {
        while (store.expire(100)) {
          // Until nothing is due.
        }
        assertThat(store.stats().keys()).isZero();
        assertDeletedOnce(store, run);
      }
      assertThat(indexed()).isZero();
    }
  }

  private static void assertDeletedOnce(RocksRevisionStore store, int run) throws Exception {
    Set<String> deleted = new HashSet<>();
    try (WatchCursor watch = store.watch(run + "/", run + "0", 1)) {
      for (long at = 0; at < store.currentRevision(); ) {
        Batch batch = watch.next(Duration.ZERO);
        at = batch.revision();
        batch.events().stream()
            .filter(RevisionStore.Event::isDelete)
            .forEach(event -> assertThat(deleted.add(event.key())).as(event.key()).isTrue());
      }
    }
    assertThat(deleted).hasSize(Expiring.KEYS);
  }

  /** The child process that is killed: it writes keys that live a millisecond, and expires them. */
  static final class Expiring {
    static final int KEYS = 3000;

    private Expiring() {}

    public static void main(String[] args) throws Exception {
      RocksRevisionStore store = RocksRevisionStore.open(Path.of(args[0]), TortureWriter.SETTINGS);
      for (int i = 0; i < KEYS; i += 100) {
        String prefix = args[1] + "/" + i + "/";
        store.commit(
            IntStream.range(0, 100)
                .<Op>mapToObj(
                    k -> new Op.Put(prefix + k, bytes("x"), Op.ABSENT, Duration.ofMillis(1)))
                .toList());
      }
      System.out.println("expiring");
      while (true) {
        if (!store.expire(50)) {
          Thread.sleep(1);
        }
      }
    }
  }
}
