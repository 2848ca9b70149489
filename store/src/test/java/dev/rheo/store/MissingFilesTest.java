package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deletes or cuts each file of a store whose process was killed while it wrote. Either opening is
 * refused with one line that names the damage, or everything that was acknowledged is there.
 */
@Timeout(600)
class MissingFilesTest {
  /** Commits to wait for: several memtables full. */
  private static final int COMMITS = 700;

  private static final int KILLS = 20;

  @TempDir static Path temp;
  private static Path killed;

  /** The changes up to the last acknowledged revision, as the untouched store tells them. */
  private static TreeMap<Long, List<String>> changes;

  private static long acknowledged;

  /** The logs that the store needs. */
  private static List<Path> needed;

  private final Random random = new Random(Long.getLong("rheo.seed", 20261128));

  /**
   * Kills writers until one leaves a store that needs more than one log, each with acknowledged
   * writes. If the kill falls between the first write to a log and its acknowledgement, the store
   * needs a log that holds nothing acknowledged: whether opening without it is refused is then
   * open.
   */
  @BeforeAll
  static void kill() throws Exception {
    for (int run = 0; run < KILLS && (needed == null || !isTelling()); run++) {
      killed = temp.resolve("killed" + run);
      acknowledged = 0;
      try (ChildJvm writer = ChildJvm.start(TortureWriter.class, killed, run)) {
        int acks = 0;
        for (String line = writer.out.readLine(); line != null; line = writer.out.readLine()) {
          if (line.startsWith("ack ") && line.endsWith(" .")) {
            acknowledged = Math.max(acknowledged, Long.parseLong(line.split(" ")[3]));
            if (++acks == COMMITS) {
              writer.kill();
            }
          }
        }
      }
      needed = needed(copy("look" + run, _ -> {}));
    }
    assertThat(isTelling()).as("one of %d killed stores is telling", KILLS).isTrue();
    try (RocksRevisionStore store = open(copy("whole", _ -> {}))) {
      assertThat(store.currentRevision()).isGreaterThanOrEqualTo(acknowledged);
      changes = changes(store);
    }
  }

  private static boolean isTelling() throws Exception {
    Map<Long, Long> recorded = RequiredFiles.read(killed).logs();
    return needed.size() > 1
        && needed.stream().allMatch(log -> recorded.containsKey(LogCheck.number(log)));
  }

  @Test
  void aMissingFileIsRefusedOrHarmless() throws Exception {
    StoreFiles.Outcomes outcomes = new StoreFiles.Outcomes();
    for (Path file : StoreFiles.of(killed)) {
      String name = killed.relativize(file).toString();
      boolean refused = refusedOrExact("without " + name, copy -> Files.delete(copy.resolve(name)));
      boolean empty = Files.size(file) == 0;
      if (needed.contains(Path.of(name)) && !empty) {
        assertThat(refused).as(name).isTrue();
      }
      outcomes.add(file, refused);
    }
    outcomes.check("missing");
    outcomes.assertHarmlessOnce(RequiredFiles.FILE);
    outcomes.assertHarmlessOnce(LogLength.FILE);
  }

  @Test
  void aStoreWithoutItsDataIsNotMadeAnew() throws Exception {
    assertThat(refusedOrExact("without data", copy -> StoreFiles.delete(copy.resolve("data"))))
        .isTrue();
  }

  @Test
  void aLogThatWasCutIsRefused() throws Exception {
    Map<Long, Long> recorded = RequiredFiles.read(killed).logs();
    for (Path log : needed) {
      String name = log.toString();
      long bytes = recorded.get(LogCheck.number(log));
      assertThat(Files.size(killed.resolve(log))).isGreaterThanOrEqualTo(bytes);
      for (int i = 0; i < 6 && bytes > 0; i++) {
        long left = i == 0 ? bytes - 1 : random.nextLong(bytes);
        assertThat(
                refusedOrExact(
                    name + " cut to " + left, copy -> StoreFiles.cut(copy.resolve(name), left)))
            .as("%s cut to %d of %d", name, left, bytes)
            .isTrue();
      }
    }
  }

  @Test
  void aManifestThatWasCutIsRefusedOrExact() throws Exception {
    Path manifest = Path.of("data", RequiredFiles.current(killed.resolve("data")));
    long recorded = RequiredFiles.read(killed).manifestBytes();
    long bytes = Files.size(killed.resolve(manifest));
    assertThat(recorded).isBetween(1L, bytes);
    for (int i = 0; i < 24; i++) {
      long left = i == 0 ? recorded - 1 : random.nextLong(bytes);
      String what = "%s cut to %d of %d".formatted(manifest, left, bytes);
      boolean refused = refusedOrExact(what, copy -> StoreFiles.cut(copy.resolve(manifest), left));
      assertThat(refused || left >= recorded).as(what).isTrue();
    }
  }

  /** What is recorded is what the files have, after each write. */
  @Test
  void eachWriteIsRecorded() throws Exception {
    Path directory = temp.resolve("recorded");
    byte[] value = new byte[100_000];
    int most = 0;
    try (RocksRevisionStore store = open(directory)) {
      for (int i = 0; i < 60; i++) {
        random.nextBytes(value);
        store.commit(List.of(new Op.Put("k", value, Op.ANY)));
        Map<Long, Long> logs = RequiredFiles.read(directory).logs();
        Path newest = LogCheck.logs(directory.resolve("data")).getLast();
        assertThat(logs).containsEntry(LogCheck.number(newest), Files.size(newest));
        most = Math.max(most, logs.size());
      }
    }
    assertThat(most).isGreaterThan(1);
    RequiredFiles closed = RequiredFiles.read(directory);
    Path data = directory.resolve("data");
    assertThat(closed.manifest()).isEqualTo(RequiredFiles.current(data));
    assertThat(closed.manifestBytes()).isEqualTo(Files.size(data.resolve(closed.manifest())));
  }

  private interface Harm {
    void to(Path copy) throws IOException;
  }

  /** Returns whether opening a harmed copy was refused. */
  private static boolean refusedOrExact(String what, Harm harm) throws Exception {
    Path copy = copy("harmed", harm);
    try {
      Map<Path, List<Object>> before = contents(copy);
      try (RocksRevisionStore store = open(copy)) {
        assertThat(store.currentRevision()).as(what).isGreaterThanOrEqualTo(acknowledged);
        assertThat(changes(store)).as(what).isEqualTo(changes);
        return false;
      } catch (StoreException e) {
        assertThat(e.getMessage()).as(what).doesNotContain("\n").contains(copy.toString());
        if (e.fault() == Fault.DAMAGED && !e.getMessage().matches("(?s).*(blob|\\.sst).*")) {
          assertThat(contents(copy)).as(what).isEqualTo(before);
        }
        return true;
      }
    } finally {
      StoreFiles.delete(copy);
    }
  }

  private static RocksRevisionStore open(Path directory) throws StoreException {
    return RocksRevisionStore.open(directory, TortureWriter.SETTINGS);
  }

  private static TreeMap<Long, List<String>> changes(RocksRevisionStore store) throws Exception {
    TreeMap<Long, List<String>> changes = new TreeMap<>();
    long from = Math.max(store.compactedRevision() + 1, 2);
    try (WatchCursor watch = store.watch("", "", from)) {
      for (long at = from - 1; at < acknowledged; ) {
        Batch batch = watch.next(Duration.ZERO);
        for (Event event : batch.events()) {
          if (event.modRevision() <= acknowledged) {
            changes.merge(
                event.modRevision(),
                List.of(event.key() + ' ' + Arrays.hashCode(event.value())),
                (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
          }
        }
        at = batch.revision();
      }
    }
    return changes;
  }

  /** The logs that a killed store needs, relative to it. */
  private static List<Path> needed(Path copy) throws Exception {
    NativeLibrary.load();
    Path data = copy.resolve("data");
    try (Engine engine =
        RocksRevisionStore.openEngine(
            data, TortureWriter.SETTINGS, Engine.Mode.READ, new HealthState())) {
      long least = engine.leastLog();
      return LogCheck.logs(data).stream()
          .filter(log -> LogCheck.number(log) >= least)
          .map(copy::relativize)
          .toList();
    }
  }

  /** Each file with its content; the file of the lock names its last holder. */
  private static Map<Path, List<Object>> contents(Path directory) throws IOException {
    Map<Path, List<Object>> contents = new TreeMap<>();
    for (Path file : StoreFiles.of(directory)) {
      contents.put(file, List.of(Files.size(file), Arrays.hashCode(Files.readAllBytes(file))));
    }
    return contents;
  }

  private static Path copy(String name, Harm harm) throws IOException {
    Path copy = StoreFiles.copy(killed, temp.resolve(name));
    harm.to(copy);
    return copy;
  }
}
