package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.WALRecoveryMode;

/** Native calls that may block on the disk are not made on virtual threads. */
class EngineGuardTest {
  @TempDir Path directory;

  private final PlatformPool pool = new PlatformPool("test-pool", 2, 100);
  private Engine engine;
  private EngineGuard gate;

  @BeforeEach
  void open() throws Exception {
    RocksDB.loadLibrary();
    engine =
        new Engine(
            directory.resolve("db"),
            RocksSettings.defaults(),
            Engine.Mode.CREATE,
            WALRecoveryMode.TolerateCorruptedTailRecords,
            new HealthState());
    gate = new EngineGuard(engine, pool, new HealthState());
  }

  @AfterEach
  void close() {
    gate.close(new StoreException("the test is over"));
    pool.close();
  }

  private static <T> T onVirtualThread(PlatformPool.Call<T, ?> what) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                outcome.complete(what.run());
              } catch (Throwable e) {
                outcome.completeExceptionally(e);
              }
            });
    return outcome.join();
  }

  @Test
  void callsAreMadeElsewhere() throws Exception {
    Thread forVirtual = onVirtualThread(() -> gate.call("test", _ -> Thread.currentThread()));
    assertThat(forVirtual.isVirtual()).isFalse();
    Thread forPlatform = gate.call("test", _ -> Thread.currentThread());
    assertThat(forPlatform).isSameAs(Thread.currentThread());
  }

  /** Reads a key from a virtual thread. Returns whether each attempt ran on a virtual thread. */
  private List<Boolean> virtualReads(byte[] key, List<byte[]> found) {
    List<Boolean> virtual = Collections.synchronizedList(new ArrayList<>());
    onVirtualThread(
        () ->
            gate.read(
                "test",
                (e, options) -> {
                  virtual.add(Thread.currentThread().isVirtual());
                  byte[] value = e.db.get(e.values, options, key);
                  found.add(value);
                  return 0;
                }));
    return virtual;
  }

  @Test
  void onlyWhatIsInMemoryIsReadOnTheSpot() throws Exception {
    byte[] key = "key".getBytes(StandardCharsets.UTF_8);
    byte[] large = new byte[100_000];
    large[99_999] = 7;
    engine.db.put(engine.values, key, large);
    List<byte[]> found = new ArrayList<>();
    assertThat(virtualReads(key, found)).containsExactly(true);
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      engine.db.flush(flush, engine.values);
    }
    // The value is now in a file that is not in the block cache yet.
    assertThat(virtualReads(key, found)).containsExactly(true, false);
    assertThat(found).containsExactly(large, large);
  }

  @Test
  void aStoreAnswersVirtualThreadsAsItDoesOthers() throws Exception {
    RocksSettings settings = RocksSettings.defaults();
    Path data = directory.resolve("store");
    try (RocksRevisionStore store = RocksRevisionStore.open(data, settings)) {
      for (int i = 0; i < 300; i++) {
        store.commit(List.of(new Op.Put("/k" + i, new byte[1000 + i], Op.ANY)));
      }
      for (int i = 0; i < 300; i += 2) {
        store.commit(List.of(new Op.Put("/k" + i, new byte[i], Op.ANY)));
      }
      store.commit(List.of(new Op.Delete("/k7", Op.ANY)));
    }
    // After reopening, memtables and caches are empty.
    try (RocksRevisionStore store = RocksRevisionStore.open(data, settings);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long now = store.currentRevision();
      List<java.util.concurrent.Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        String key = "/k" + i;
        int length = i % 2 == 0 ? i : 1000 + i;
        int before = 1000 + i;
        boolean gone = i == 7;
        reads.add(
            threads.submit(
                () -> {
                  RevisionStore.KeyValue present = store.get(key, 0);
                  if (gone) {
                    assertThat(present).isNull();
                  } else {
                    assertThat(present.value()).hasSize(length);
                  }
                  assertThat(store.get(key, 301).value()).hasSize(before);
                  assertThat(store.get("/missing", now)).isNull();
                  return null;
                }));
      }
      for (var read : reads) {
        read.get();
      }
      RevisionStore.Stats stats = onVirtualThread(store::stats);
      assertThat(stats.diskBytes()).isPositive();
      // The measurement of the disk that stats() started may still be queued.
      Await.until("nothing is queued", () -> store.stats().waitingCalls() == 0);
    }
  }
}
