package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException.Fault;
import dev.rheo.testing.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Flips bytes anywhere in a store's files. Either opening is refused with one line that names the
 * damage, or everything that was acknowledged is served exactly. Damage after opening is reported
 * by the reads that meet it. {@code -Drheo.torture=N} flips N times as many bytes.
 */
@Timeout(600)
class DamageTest {
  private static final int FLIPS = 160 * Integer.getInteger("rheo.torture", 1);
  private static final long SEED = Long.getLong("rheo.seed", 20260901);
  private static final RocksSettings SETTINGS = RocksSettings.defaults().withNativeMemory(4 << 20);

  @TempDir static Path temp;
  private static Path template;

  /** Every commit, by revision. */
  private static final TreeMap<Long, List<Op>> COMMITS = new TreeMap<>();

  private static long compacted;

  private final Random random = new Random(SEED);

  /** Opens the store several times, so that SST files, blob files and the log are not empty. */
  @BeforeAll
  static void fill() throws Exception {
    template = temp.resolve("template");
    Random random = new Random(3);
    TreeMap<String, Boolean> exists = new TreeMap<>();
    for (int life = 0; life < 3; life++) {
      try (RocksRevisionStore store = RocksRevisionStore.open(template, SETTINGS)) {
        for (int i = 0; i < 60; i++) {
          List<Op> ops = new ArrayList<>();
          for (int k = 0; k < 1 + random.nextInt(3); k++) {
            String key = "key/%02d".formatted((i * 3 + k) % 40);
            boolean delete = exists.containsKey(key) && random.nextInt(5) == 0;
            ops.add(delete ? new Op.Delete(key, Op.ANY) : new Op.Put(key, json(random), Op.ANY));
            if (delete) {
              exists.remove(key);
            } else {
              exists.put(key, true);
            }
          }
          COMMITS.put(store.commit(ops), ops);
        }
        if (life == 1) {
          compacted = store.currentRevision() - 40;
          store.compact(compacted);
          Await.until("pruned", () -> store.stats().prunedRevision() >= compacted);
        }
      }
    }
  }

  /** A value like an API object's: compressible, without zeros, sometimes large. */
  private static byte[] json(Random random) {
    StringBuilder text = new StringBuilder("{\"data\":\"");
    int words = random.nextInt(6) == 0 ? 1500 : 10 + random.nextInt(60);
    for (int i = 0; i < words; i++) {
      text.append(Integer.toString(random.nextInt(1 << 20), 36)).append(' ');
    }
    return text.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theTemplateHasEveryKindOfFile() throws Exception {
    assertThat(StoreFiles.of(template))
        .extracting(StoreFiles::kind)
        .contains("N.sst", "N.blob", "N.log", "MANIFEST-N", "CURRENT", "OPTIONS-N", "rheo.format");
    Path copy = copy("whole");
    try (RocksRevisionStore store = RocksRevisionStore.open(copy, SETTINGS)) {
      verify(store, "whole", false);
      assertThat(store.health()).isEqualTo(StoreHealth.OK);
    }
  }

  @Test
  void aFlippedByteIsToldOrDoesNoHarm() throws Exception {
    List<Path> files = StoreFiles.of(template);
    StoreFiles.Outcomes outcomes = new StoreFiles.Outcomes();
    for (int i = 0; i < FLIPS; i++) {
      // Flips each file as often as the others.
      Path file = files.get(i % files.size());
      long size = Files.size(file);
      if (size == 0) {
        continue;
      }
      long at = i % 5 == 0 ? size - 1 - random.nextLong(Math.min(size, 64)) : random.nextLong(size);
      int mask = random.nextBoolean() ? 1 << random.nextInt(8) : 1 + random.nextInt(255);
      String what = "seed %d: %s ^ %02x at %d of %d".formatted(SEED, file, mask, at, size);
      Path copy = copy("flip" + i);
      flip(copy.resolve(template.relativize(file).toString()), at, mask);
      outcomes.add(file, refusedOrExact(copy, what));
      StoreFiles.delete(copy);
    }
    outcomes.check("flipped");
  }

  /** A flip in the last 700 bytes of a complete log is damage, not the trace of a crash. */
  @Test
  void anAcknowledgedRecordAtTheEndIsNeverDropped() throws Exception {
    Path log =
        StoreFiles.of(template).stream()
            .filter(f -> f.toString().endsWith(".log"))
            .findFirst()
            .get();
    byte[] whole = Files.readAllBytes(log);
    assertThat(RecordLog.read(log).tail()).isNull();
    Path copy = temp.resolve("end.log");
    for (int at = whole.length - 700; at < whole.length; at++) {
      byte[] wrong = whole.clone();
      wrong[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(copy, wrong);
      assertThatThrownBy(() -> RecordLog.read(copy))
          .as("at %d of %d", at, whole.length)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.DAMAGED));
    }
    for (int cut = 1; cut < 700; cut++) {
      Files.write(copy, Arrays.copyOf(whole, whole.length - cut));
      RecordLog.Tail tail = RecordLog.read(copy).tail();
      // A cut between two records leaves none incomplete.
      if (tail != null) {
        assertThat(tail.at() + tail.bytes()).isEqualTo(whole.length - cut);
      }
    }
  }

  @Test
  void damageThatIsMetLaterEndsWritingForGood() throws Exception {
    int met = 0;
    for (int i = 0; i < 24; i++) {
      Path copy = copy("later" + i);
      List<Path> files =
          StoreFiles.of(copy).stream()
              .filter(f -> f.toString().matches(".*\\.(sst|blob)"))
              .toList();
      Path file = files.get(i % files.size());
      String what = "seed %d: %s".formatted(SEED, file);
      try (RocksRevisionStore store = RocksRevisionStore.open(copy, SETTINGS)) {
        if (!Files.exists(file)) {
          continue;
        }
        try {
          for (long at = random.nextLong(400); at < Files.size(file); at += 1000) {
            flip(file, at, 0x10);
          }
        } catch (NoSuchFileException e) {
          // A compaction deleted the file.
          continue;
        }
        boolean damaged = verify(store, what, true);
        assertThat(store.health().isDamaged()).as(what).isEqualTo(damaged);
        if (damaged) {
          met++;
          assertThat(store.health().reason()).doesNotContain("/").contains("damaged");
          assertRefusedForGood(store);
        }
      }
      if (Files.exists(file)) {
        assertThatThrownBy(() -> RocksRevisionStore.open(copy, SETTINGS))
            .as(what)
            .hasMessageContaining(file.getFileName().toString());
      }
      StoreFiles.delete(copy);
    }
    assertThat(met).isGreaterThan(8);
  }

  private static void assertRefusedForGood(RocksRevisionStore store) {
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> store.commit(List.of(new Op.Put("new", new byte[1], Op.ANY))))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> {
                assertThat(e.fault()).isEqualTo(Fault.DAMAGED);
                assertThat(e.undecided()).isFalse();
                assertThat(e.reason()).doesNotContain("/");
              });
    }
  }

  /** Returns whether opening was refused; if not, the store must be exact. */
  private static boolean refusedOrExact(Path directory, String what) throws Exception {
    long revision;
    byte[] value = "new".getBytes(StandardCharsets.UTF_8);
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      verify(store, what, false);
      revision = store.commit(List.of(new Op.Put("new", value, Op.ANY)));
      assertThat(revision).as(what).isEqualTo(COMMITS.lastKey() + 1);
    } catch (StoreException e) {
      assertThat(e.getMessage()).as(what).doesNotContain("\n").contains(directory.toString());
      return true;
    }
    try (RocksRevisionStore store = RocksRevisionStore.open(directory, SETTINGS)) {
      assertThat(store.get("new", 0).value()).as(what).isEqualTo(value);
    }
    return false;
  }

  /**
   * Compares everything readable with what was committed. Returns whether damage was met.
   *
   * @param mayBeDamaged whether damage may be met
   */
  private static boolean verify(RocksRevisionStore store, String what, boolean mayBeDamaged)
      throws Exception {
    boolean damaged = false;
    assertThat(store.currentRevision()).as(what).isEqualTo(COMMITS.lastKey());
    TreeMap<String, KeyValue> model = new TreeMap<>();
    for (long revision = 2; revision <= COMMITS.lastKey(); revision++) {
      apply(model, revision, COMMITS.get(revision));
      if (revision >= compacted && (revision % 29 == 0 || revision == COMMITS.lastKey())) {
        damaged |= verifyRange(store, revision, model, what);
      }
    }
    for (KeyValue expected : model.values()) {
      try {
        assertSame(store.get(expected.key(), 0), expected, what);
      } catch (StoreException e) {
        assertThat(e.fault()).as(what + ": " + e).isEqualTo(Fault.DAMAGED);
        damaged = true;
      }
    }
    damaged |= verifyHistory(store, what);
    assertThat(damaged && !mayBeDamaged).as(what + " was damaged and opened").isFalse();
    return damaged;
  }

  private static boolean verifyRange(
      RocksRevisionStore store, long revision, TreeMap<String, KeyValue> model, String what)
      throws Exception {
    try (RangeCursor range = store.range("", "", revision)) {
      for (KeyValue expected : model.values()) {
        assertSame(range.next(), expected, what);
      }
      assertThat(range.next()).as(what).isNull();
      return false;
    } catch (StoreException e) {
      assertThat(e.fault()).as(what + ": " + e).isEqualTo(Fault.DAMAGED);
      return true;
    }
  }

  private static boolean verifyHistory(RocksRevisionStore store, String what) throws Exception {
    TreeMap<Long, List<Event>> seen = new TreeMap<>();
    try (WatchCursor watch = store.watch("", "", compacted + 1)) {
      for (long at = compacted; at < COMMITS.lastKey(); ) {
        RevisionStore.Batch batch = watch.next(Duration.ZERO);
        for (Event event : batch.events()) {
          seen.computeIfAbsent(event.modRevision(), _ -> new ArrayList<>()).add(event);
        }
        at = batch.revision();
      }
    } catch (StoreException e) {
      assertThat(e.fault()).as(what + ": " + e).isEqualTo(Fault.DAMAGED);
      return true;
    }
    assertThat(seen.keySet()).as(what).isEqualTo(COMMITS.tailMap(compacted, false).keySet());
    seen.forEach(
        (revision, events) -> {
          List<Op> ops = COMMITS.get(revision);
          assertThat(events).as(what).hasSameSizeAs(ops);
          for (int i = 0; i < ops.size(); i++) {
            byte[] value = ops.get(i) instanceof Op.Put put ? put.value() : null;
            assertThat(events.get(i).key()).as(what).isEqualTo(ops.get(i).key());
            assertThat(events.get(i).value()).as(what).isEqualTo(value);
          }
        });
    return false;
  }

  private static void apply(TreeMap<String, KeyValue> model, long revision, List<Op> ops) {
    for (Op op : ops) {
      if (op instanceof Op.Put put) {
        KeyValue before = model.get(op.key());
        long since = before == null ? revision : before.createRevision();
        model.put(op.key(), new KeyValue(op.key(), put.value(), since, revision));
      } else {
        model.remove(op.key());
      }
    }
  }

  private static void assertSame(KeyValue actual, KeyValue expected, String what) {
    assertThat(actual).as(what).isNotNull();
    assertThat(actual.key()).as(what).isEqualTo(expected.key());
    assertThat(actual.modRevision()).as(what).isEqualTo(expected.modRevision());
    assertThat(actual.createRevision()).as(what).isEqualTo(expected.createRevision());
    assertThat(Arrays.equals(actual.value(), expected.value())).as(what).isTrue();
  }

  private static void flip(Path file, long at, int mask) throws IOException {
    try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
      random.seek(at);
      int was = random.read();
      random.seek(at);
      random.write(was ^ mask);
    }
  }

  /** RocksDB itself opens an older state wherever a record of the manifest ends. */
  @Test
  void aManifestThatWasCutIsRefusedAndNothingIsChanged() throws Exception {
    Path manifest =
        StoreFiles.of(template).stream()
            .filter(f -> f.toString().contains("MANIFEST-"))
            .findFirst()
            .get();
    long size = Files.size(manifest);
    for (long left = 0; left < size; left += left < size - 20 ? 13 : 1) {
      Path copy = copy("cut" + left);
      StoreFiles.cut(copy.resolve(template.relativize(manifest).toString()), left);
      Map<Path, Long> before = sizes(copy);
      assertThatThrownBy(() -> RocksRevisionStore.open(copy, SETTINGS))
          .as("%d of %d bytes", left, size)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.fault()).isEqualTo(Fault.DAMAGED));
      assertThat(sizes(copy)).isEqualTo(before);
      StoreFiles.delete(copy);
    }
  }

  private static Map<Path, Long> sizes(Path directory) throws IOException {
    Map<Path, Long> sizes = new TreeMap<>();
    for (Path file : StoreFiles.of(directory)) {
      sizes.put(file, Files.size(file));
    }
    return sizes;
  }

  @Test
  void aCommitThatMeetsDamageIsAsUndecidedAsOneThatFailsOtherwise() {
    for (Status.Code code : List.of(Status.Code.Corruption, Status.Code.IOError)) {
      RocksDBException cause =
          new RocksDBException("m", new Status(code, Status.SubCode.None, "m"));
      StoreException failed = Engine.failure(Fault.UNWRITABLE, "a write failed", cause, true);
      assertThat(failed.undecided()).as("%s", code).isTrue();
      assertThat(Engine.failure(Fault.UNWRITABLE, "a read", cause, false).undecided()).isFalse();
    }
  }

  private static Path copy(String name) throws IOException {
    return StoreFiles.copy(template, temp.resolve(name));
  }
}
