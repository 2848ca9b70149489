package dev.rheo.store.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.CompactedException;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException;
import dev.rheo.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is etcd's own: several servers on one, leases, compaction by others, members that die. */
@Timeout(60)
class EtcdRevisionStoreTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path directory;

  private EtcdProcess etcd(String... more) throws Exception {
    return EtcdProcess.start(directory.resolve("etcd"), more);
  }

  private static Op put(String key, String value) {
    return new Op.Put(key, value.getBytes(UTF_8), Op.ANY);
  }

  private static List<String> keys(EtcdRevisionStore store) throws Exception {
    List<String> keys = new ArrayList<>();
    try (RangeCursor range = store.range("", "", 0)) {
      for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
        keys.add(kv.key());
      }
    }
    return keys;
  }

  @Test
  void storesWithOtherPrefixesDoNotSeeEachOther() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore one = EtcdRevisionStore.open(etcd.settings("/one"));
        EtcdRevisionStore other = EtcdRevisionStore.open(etcd.settings("/other"));
        WatchCursor watch = one.watch("", "", 1)) {
      other.commit(List.of(put("/registry/a", "1")));
      long last = one.commit(List.of(put("/registry/b", "2")));
      other.commit(List.of(put("/registry/c", "3")));
      assertThat(keys(one)).containsExactly("/registry/b");
      assertThat(keys(other)).containsExactly("/registry/a", "/registry/c");
      Batch batch = watch.next(LONG);
      assertThat(batch.events()).extracting(Event::key).containsExactly("/registry/b");
      assertThat(batch.revision()).isEqualTo(last);
      assertThat(one.history()).isEqualTo(other.history());
    }
  }

  /** A watch comes as far as a read that somebody waits for, though no key of its own changes. */
  @Test
  void aWatchIsToldTheProgressThatIsWaitedFor() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore one = EtcdRevisionStore.open(etcd.settings("/one"));
        EtcdRevisionStore other = EtcdRevisionStore.open(etcd.settings("/other"));
        WatchCursor watch = one.watch("", "", 1)) {
      for (int i = 0; i < 20; i++) {
        long written = other.commit(List.of(put("/registry/a", "" + i)));
        assertThat(one.currentRevision()).isEqualTo(written);
        long reached = 0;
        while (reached < written) {
          reached = watch.next(LONG).revision();
        }
        assertThat(reached).isEqualTo(written);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> entries = Files.walk(from)) {
      for (Path entry : entries.toList()) {
        Files.copy(entry, to.resolve(from.relativize(entry)));
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> entries = Files.walk(tree)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }

  /** As when it is restored from a backup while a server runs. */
  @Test
  void etcdThatGoesBackHasAnotherHistoryAndItsWatchesEnd() throws Exception {
    Path data = directory.resolve("etcd");
    Path backup = directory.resolve("backup");
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore store = EtcdRevisionStore.open(etcd.settings("/one"))) {
      long first = store.commit(List.of(put("/registry/a", "1")));
      etcd.kill();
      copy(data, backup);
      etcd.start();
      Await.until("etcd answers", () -> answers(store));
      String history = store.history();
      for (int i = 0; i < 5; i++) {
        store.commit(List.of(put("/registry/b", "" + i)));
      }
      long last = store.currentRevision();
      WatchCursor watch = store.watch("", "", last + 1);
      etcd.kill();
      assertThatThrownBy(() -> untilItEnds(watch)).isInstanceOf(StoreException.class);
      watch.close();
      etcd.start();
      // A restart is none.
      Await.until("etcd answers", () -> answers(store));
      assertThat(store.history()).isEqualTo(history);
      try (WatchCursor open = store.watch("", "", last + 1)) {
        etcd.kill();
        delete(data);
        copy(backup, data);
        etcd.start();
        // Whoever notices first is not told a revision of which the reader knows another state.
        Await.until("it is noticed", () -> !answers(store) && !store.history().equals(history));
        assertThatThrownBy(() -> untilItEnds(open)).isInstanceOf(CompactedException.class);
      }
      Await.until("etcd answers", () -> answers(store));
      assertThat(store.currentRevision()).isEqualTo(first);
      assertThat(keys(store)).containsExactly("/registry/a");
      try (WatchCursor again = store.watch("", "", first + 1)) {
        store.commit(List.of(put("/registry/c", "1")));
        assertThat(again.next(LONG).events()).extracting(Event::key).containsExactly("/registry/c");
      }
    }
  }

  private static boolean answers(EtcdRevisionStore store) {
    try {
      return store.currentRevision() > 0;
    } catch (StoreException e) {
      return false;
    }
  }

  private static void untilItEnds(WatchCursor watch) throws Exception {
    while (true) {
      Batch ignored = watch.next(LONG);
    }
  }

  @Test
  void keysDieWithTheirLeases() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore store = EtcdRevisionStore.open(etcd.settings("/registry"));
        WatchCursor watch = store.watch("", "", 1)) {
      store.commit(
          List.of(
              new Op.Put("/registry/short", new byte[] {1}, Op.ANY, Duration.ofSeconds(1)),
              new Op.Put("/registry/kept", new byte[] {1}, Op.ANY, Duration.ofSeconds(1)),
              put("/registry/ever", "x")));
      store.commit(List.of(put("/registry/kept", "2")));
      List<Event> deletions = new ArrayList<>();
      while (deletions.isEmpty()) {
        watch.next(LONG).events().stream().filter(Event::isDelete).forEach(deletions::add);
      }
      assertThat(deletions).extracting(Event::key).containsExactly("/registry/short");
      assertThat(keys(store)).containsExactly("/registry/ever", "/registry/kept");
    }
  }

  @Test
  void oneOfManyServersCompacts() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore one = EtcdRevisionStore.open(etcd.settings("/registry"));
        EtcdRevisionStore other = EtcdRevisionStore.open(etcd.settings("/registry"));
        ScheduledExecutorService none = Executors.newSingleThreadScheduledExecutor();
        EtcdCompactor first = new EtcdCompactor(one, Duration.ofMinutes(5), none);
        EtcdCompactor second = new EtcdCompactor(other, Duration.ofMinutes(5), none)) {
      List<Long> compacted = new ArrayList<>();
      for (int round = 0; round < 6; round++) {
        one.commit(List.of(put("/registry/a", "" + round)));
        List<EtcdCompactor> turn = round % 2 == 0 ? List.of(first, second) : List.of(second, first);
        for (EtcdCompactor compactor : turn) {
          compactor.run();
        }
        one.learnCompacted();
        other.learnCompacted();
        assertThat(one.compactedRevision()).isEqualTo(other.compactedRevision());
        compacted.add(one.compactedRevision());
      }
      assertThat(compacted).isSorted();
      assertThat(compacted.getFirst()).isZero();
      assertThat(compacted.getLast()).isBetween(2L, one.currentRevision() - 2);
      assertThatThrownBy(() -> other.get("/registry/a", 2)).isInstanceOf(CompactedException.class);
    }
  }

  @Test
  void whatOthersHaveCompactedIsFoundOut() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore one = EtcdRevisionStore.open(etcd.settings("/registry"))) {
      for (int i = 0; i < 10; i++) {
        one.commit(List.of(put("/registry/a", "" + i)));
      }
      one.compact(7);
      try (EtcdRevisionStore later = EtcdRevisionStore.open(etcd.settings("/registry"))) {
        assertThat(later.compactedRevision()).isEqualTo(7);
        one.compact(9);
        assertThatThrownBy(() -> later.get("/registry/a", 8))
            .isInstanceOfSatisfying(
                CompactedException.class, e -> assertThat(e.compacted()).isEqualTo(9));
        assertThat(later.compactedRevision()).isEqualTo(9);
        one.compact(11);
        try (WatchCursor watch = later.watch("", "", 10)) {
          assertThatThrownBy(() -> watch.next(LONG)).isInstanceOf(CompactedException.class);
        }
      }
    }
  }

  @Test
  void rangesAreReadInPagesThatGrowAndShrinkWithTheObjectsOrStreamed() throws Exception {
    try (EtcdProcess etcd = EtcdProcess.start("3.7", directory.resolve("etcd"));
        EtcdRevisionStore store = EtcdRevisionStore.open(etcd.settings("/registry"))) {
      List<String> written = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        String key = "/registry/k%05d".formatted(i);
        int size = i > 2500 && i % 10 == 0 ? 1_000_000 : 100;
        store.commit(List.of(new Op.Put(key, new byte[size], Op.ABSENT)));
        written.add(key);
      }
      assertThat(keys(store)).isEqualTo(written);
      assertThat(store.streamsRanges()).as("this etcd streams").isTrue();
      store.streamsRanges(false);
      assertThat(keys(store)).isEqualTo(written);
    }
  }

  @Test
  void aStoreOutlivesEtcdsDeath() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore store = EtcdRevisionStore.open(etcd.settings("/registry"));
        WatchCursor watch = store.watch("", "", 1)) {
      long written = store.commit(List.of(put("/registry/a", "1")));
      assertThat(watch.next(LONG).revision()).isEqualTo(written);
      etcd.kill();
      assertThatThrownBy(() -> watch.next(LONG)).isInstanceOf(StoreException.class);
      assertThatThrownBy(() -> store.commit(List.of(put("/registry/a", "2"))))
          .isInstanceOf(StoreException.class);
      etcd.start();
      Await.until("it is reached again", () -> reached(store));
      try (WatchCursor again = store.watch("", "", written + 1)) {
        long next = store.commit(List.of(put("/registry/b", "1")));
        Batch batch = again.next(LONG);
        while (batch.revision() < next) {
          batch = again.next(LONG);
        }
        assertThat(batch.events().getLast().key()).isEqualTo("/registry/b");
      }
    }
  }

  private static boolean reached(EtcdRevisionStore store) {
    try {
      return store.currentRevision() > 0;
    } catch (StoreException e) {
      return false;
    }
  }

  @Test
  void aFullEtcdIsSaidToBeFull() throws Exception {
    try (EtcdProcess etcd = etcd("--quota-backend-bytes", "8388608");
        EtcdRevisionStore store = EtcdRevisionStore.open(etcd.settings("/registry"))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  store.commit(List.of(new Op.Put("/registry/" + i, new byte[1 << 20], Op.ANY)));
                }
              })
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> {
                assertThat(e.fault()).isEqualTo(StoreException.Fault.UNWRITABLE);
                assertThat(e.undecided()).isFalse();
              });
      assertThat(keys(store)).isNotEmpty();
    }
  }

  @Test
  void aRequestThatIsTooLargeIsSaidToBe() throws Exception {
    try (EtcdProcess etcd = etcd();
        EtcdRevisionStore store = EtcdRevisionStore.open(etcd.settings("/registry"))) {
      assertThatThrownBy(
              () -> store.commit(List.of(new Op.Put("/registry/a", new byte[2 << 20], Op.ANY))))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> {
                assertThat(e.fault()).isEqualTo(StoreException.Fault.TOO_LARGE);
                assertThat(e.undecided()).isFalse();
              });
      assertThat(keys(store)).isEmpty();
    }
  }

  @Test
  void whereThereIsNoEtcdItIsSaidInOneLine() {
    EtcdSettings settings =
        new EtcdSettings(
            List.of(URI.create("http://127.0.0.1:1")),
            null,
            null,
            "/registry",
            Duration.ofSeconds(1));
    assertThatThrownBy(() -> EtcdRevisionStore.open(settings))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("no etcd server can be used: [http://127.0.0.1:1]")
        .hasMessageNotContaining("\n");
  }

  @Test
  void versionsAreCompared() {
    for (String good :
        List.of("3.4.31", "3.5.13", "3.5.25", "3.6.0", "3.7.3", "4.0.0", "3.6.0-rc.1")) {
      assertThat(EtcdCheck.newEnough(good)).as(good).isTrue();
    }
    for (String bad : List.of("3.4.30", "3.5.12", "3.3.99", "2.3.8", "", "x")) {
      assertThat(EtcdCheck.newEnough(bad)).as(bad).isFalse();
    }
  }
}
