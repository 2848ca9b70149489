package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.snapshot.SnapshotReader;
import dev.rheo.store.snapshot.SnapshotWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots: what is in them, and that nothing else than what was saved is ever restored. */
class StoreSnapshotTest {
  private static final RocksSettings SETTINGS =
      RocksSettings.defaults().withNativeMemory(8 << 20).withTail(64 << 10);

  private final long seed = Long.getLong("rheo.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final AtomicLong now = new AtomicLong(1_800_000_000_000L);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

  @TempDir Path scratch;

  private RocksRevisionStore open(String name) throws StoreException {
    return RocksRevisionStore.open(scratch.resolve(name), SETTINGS, clock);
  }

  static byte[] saved(StoreSnapshot snapshot) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SnapshotWriter writer = new SnapshotWriter(snapshot);
    while (writer.write(out)) {}
    assertThat(writer.write(out)).isFalse();
    return out.toByteArray();
  }

  private static byte[] saved(RocksRevisionStore store) throws Exception {
    try (StoreSnapshot snapshot = store.snapshot()) {
      return saved(snapshot);
    }
  }

  private static SnapshotReader reader(byte[] file) throws StoreException {
    return new SnapshotReader(new ByteArrayInputStream(file), "the file");
  }

  private void restore(byte[] file, String name, long bump) throws StoreException {
    try (SnapshotReader reader = reader(file)) {
      StoreBackup.restore(scratch.resolve(name), reader, bump, SETTINGS);
    }
  }

  /** All keys, each with its revisions and value, as text. */
  static List<String> content(RevisionStore store, long revision) throws Exception {
    List<String> all = new ArrayList<>();
    try (RangeCursor range = store.range("", "", revision)) {
      for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
        all.add(
            "%s %d %d %s"
                .formatted(
                    kv.key(),
                    kv.createRevision(),
                    kv.modRevision(),
                    HexFormat.of().formatHex(kv.value())));
      }
    }
    return all;
  }

  private void change(RevisionStore store, int commits) throws Exception {
    for (int i = 0; i < commits; i++) {
      Map<String, Op> ops = new TreeMap<>();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        String key =
            "/registry/"
                + (random.nextInt(30) == 0 ? "ключ/\uD83D\uDE00" : "k")
                + random.nextInt(60);
        if (random.nextInt(4) == 0) {
          if (store.get(key, 0) != null) {
            ops.put(key, new Op.Delete(key, Op.ANY));
          }
        } else {
          byte[] value = new byte[random.nextInt(50) == 0 ? 20_000 : random.nextInt(100)];
          random.nextBytes(value);
          Duration ttl =
              random.nextInt(3) == 0 ? Duration.ofMillis(1 + random.nextInt(2000)) : Duration.ZERO;
          ops.put(key, new Op.Put(key, value, Op.ANY, ttl));
        }
      }
      store.commit(List.copyOf(ops.values()));
      if (random.nextInt(5) == 0) {
        now.addAndGet(random.nextInt(300));
      }
      if (random.nextInt(10) == 0) {
        expireAll(store);
      }
      if (random.nextInt(40) == 0) {
        store.compact(store.currentRevision() - random.nextInt(3));
      }
    }
  }

  private static void expireAll(RevisionStore store) throws StoreException {
    while (store.expire(3)) {}
  }

  @Test
  void aRestoredStoreIsTheOneThatWasSaved() throws Exception {
    System.out.println("seed " + seed);
    for (int round = 0; round < 12; round++) {
      long bump = random.nextBoolean() ? 0 : 1_000_000_000;
      String old = "old" + round;
      String fresh = "new" + round;
      byte[] file;
      List<String> content;
      long revision;
      long keys;
      try (RocksRevisionStore store = open(old)) {
        change(store, round * 40);
        file = saved(store);
        revision = store.currentRevision();
        content = content(store, 0);
        keys = store.stats().keys();
        assertThat(saved(store)).as("a revision has one file").isEqualTo(file);
      }
      try (StoreSnapshot closed = StoreBackup.read(scratch.resolve(old), SETTINGS)) {
        assertThat(saved(closed)).isEqualTo(file);
      }
      restore(file, fresh, bump);
      try (RocksRevisionStore before = open(old);
          RocksRevisionStore store = open(fresh)) {
        assertThat(store.currentRevision()).isEqualTo(revision + bump);
        assertThat(store.compactedRevision()).isEqualTo(revision + bump);
        assertThat(store.stats().keys()).isEqualTo(keys);
        assertThat(store.history()).isNotEqualTo(before.history());
        assertThat(content(store, 0)).isEqualTo(content);
        if (bump == 0) {
          byte[] again = saved(store);
          assertThat(again).hasSameSizeAs(file);
          String id = new String(again, StandardCharsets.ISO_8859_1);
          assertThat(id).contains(store.history());
        } else {
          assertThatThrownBy(() -> store.watch("", "", revision + bump))
              .isInstanceOf(CompactedException.class);
        }
        // What expires in one expires in the other, and at the same time.
        for (int step = 0; step < 8; step++) {
          now.addAndGet(300);
          expireAll(before);
          expireAll(store);
          assertThat(keys(content(store, 0))).isEqualTo(keys(content(before, 0)));
        }
        long next = store.currentRevision() + 1;
        assertThat(store.commit(List.of(new Op.Put("z", new byte[1], Op.ABSENT)))).isEqualTo(next);
        change(store, 50);
        store.compact(store.currentRevision());
      }
      try (RocksRevisionStore store = open(fresh)) {
        assertThat(store.get("z", 0)).isNotNull();
        assertThat(store.stats().keys()).isEqualTo(content(store, 0).size());
      }
    }
  }

  private static List<String> keys(List<String> content) {
    return content.stream().map(line -> line.split(" ", 2)[0]).toList();
  }

  @Test
  void whatIsTornOrChangedAnywhereIsRefused() throws Exception {
    byte[] file;
    try (RocksRevisionStore store = open("small")) {
      for (int i = 0; i < 5; i++) {
        store.commit(
            List.of(
                new Op.Put("a" + i, new byte[i], Op.ABSENT, Duration.ofHours(i)),
                new Op.Put("b" + i, new byte[] {1, 2, 3}, Op.ABSENT)));
      }
      file = saved(store);
    }
    readAll(file);
    for (int length = 0; length < file.length; length++) {
      refused(Arrays.copyOf(file, length), "cut at " + length);
    }
    for (int at = 0; at < file.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] changed = file.clone();
        changed[at] ^= (byte) (1 << bit);
        refused(changed, "bit " + bit + " of byte " + at);
      }
    }
    refused(Arrays.copyOf(file, file.length + 1), "a byte more");
    byte[] twice = Arrays.copyOf(file, 2 * file.length);
    System.arraycopy(file, 0, twice, file.length, file.length);
    refused(twice, "doubled");
  }

  /** Each record is intact by itself; only the whole is not. */
  @Test
  void recordsThatAreMissingDoubledOrExchangedAreRefused() throws Exception {
    byte[] file;
    try (RocksRevisionStore store = open("records")) {
      for (int i = 0; i < 4; i++) {
        store.commit(
            List.of(new Op.Put("k" + i, new byte[] {7}, Op.ABSENT, Duration.ofHours(1 + i / 2))));
      }
      file = saved(store);
    }
    List<byte[]> frames = new ArrayList<>();
    int at = 8;
    while (at < file.length) {
      int length = java.nio.ByteBuffer.wrap(file).getInt(at) + 8;
      frames.add(Arrays.copyOfRange(file, at, at + length));
      at += length;
    }
    assertThat(frames).hasSize(1 + 4 + 4 + 1);
    for (int i = 0; i < frames.size(); i++) {
      List<byte[]> without = new ArrayList<>(frames);
      without.remove(i);
      refused(joined(without), "without record " + i);
      List<byte[]> doubled = new ArrayList<>(frames);
      doubled.add(i, frames.get(i));
      refused(joined(doubled), "record " + i + " twice");
      for (int j = 0; j < i; j++) {
        List<byte[]> exchanged = new ArrayList<>(frames);
        java.util.Collections.swap(exchanged, i, j);
        refused(joined(exchanged), "records " + i + " and " + j);
      }
    }
    readAll(joined(frames));
  }

  private static byte[] joined(List<byte[]> frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("RHEOSNAP".getBytes(StandardCharsets.US_ASCII));
    frames.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static void readAll(byte[] file) throws StoreException {
    try (SnapshotReader reader = reader(file)) {
      while (reader.next() != null) {}
      assertThat(reader.sha256()).hasSize(64);
      assertThat(reader.bytes()).isEqualTo(file.length);
    }
  }

  private static void refused(byte[] file, String what) {
    assertThatThrownBy(() -> readAll(file))
        .as(what)
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("the file ");
  }

  @Test
  void aDamagedFileLeavesNoStore() throws Exception {
    byte[] file;
    try (RocksRevisionStore store = open("a")) {
      change(store, 100);
      file = saved(store);
    }
    byte[] torn = Arrays.copyOf(file, file.length - 10);
    Path target = scratch.resolve("b");
    assertThatThrownBy(() -> restore(torn, "b", 0)).isInstanceOf(StoreException.class);
    assertThat(target.resolve("data")).doesNotExist();
    assertThat(target.resolve("data.new")).doesNotExist();
  }

  @Test
  void aStoreIsNotRestoredOverAnother() throws Exception {
    byte[] file;
    try (RocksRevisionStore store = open("a")) {
      store.commit(List.of(new Op.Put("k", new byte[1], Op.ABSENT)));
      file = saved(store);
      assertThatThrownBy(() -> StoreBackup.read(scratch.resolve("a"), SETTINGS))
          .hasMessageContaining("in use");
    }
    assertThatThrownBy(() -> restore(file, "a", 0)).hasMessageContaining("holds a store already");
    assertThatThrownBy(() -> StoreBackup.read(scratch.resolve("none"), SETTINGS))
        .hasMessageContaining("there is no store");
    assertThat(scratch.resolve("none")).doesNotExist();
  }

  /** A store that was killed has its last commits in the log alone. */
  @Test
  void readingAClosedStoreChangesNoFile() throws Exception {
    Path copy = scratch.resolve("copy");
    byte[] file;
    try (RocksRevisionStore store = open("a")) {
      change(store, 200);
      StoreFiles.copy(scratch.resolve("a"), copy);
      file = saved(store);
    }
    Map<String, byte[]> before = files(copy);
    try (StoreSnapshot snapshot = StoreBackup.read(copy, SETTINGS)) {
      assertThat(saved(snapshot)).isEqualTo(file);
    }
    Map<String, byte[]> after = files(copy);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  private static Map<String, byte[]> files(Path directory) throws Exception {
    Map<String, byte[]> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.put(directory.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return all;
  }

  @Test
  void aSnapshotUnderWritersIsTheStoreAtItsRevision() throws Exception {
    try (RocksRevisionStore store = open("a")) {
      change(store, 200);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong failures = new AtomicLong();
      int compared = 0;
      List<Thread> writers = new ArrayList<>();
      for (int w = 0; w < 4; w++) {
        String prefix = "/registry/w" + w + "/";
        writers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      Random own = new Random(seed);
                      while (!stop.get()) {
                        try {
                          write(store, prefix, own);
                        } catch (RevisionConflictException expired) {
                          // The key's time was over.
                        } catch (Exception e) {
                          failures.incrementAndGet();
                          return;
                        }
                      }
                    }));
      }
      try {
        for (int i = 0; i < 30; i++) {
          try (StoreSnapshot snapshot = store.snapshot()) {
            // Its revision stays pinned: the store as of it can be compared even when compacted.
            List<String> expected;
            long revision = snapshot.header().revision();
            byte[] file = saved(snapshot);
            Map<String, Long> expiring = new TreeMap<>();
            List<String> actual = new ArrayList<>();
            try (SnapshotReader reader = reader(file)) {
              for (StoreSnapshot.Item item = reader.next(); item != null; item = reader.next()) {
                switch (item) {
                  case StoreSnapshot.Expiry expiry ->
                      expiring.put(expiry.key(), expiry.modRevision());
                  case StoreSnapshot.Entry entry -> {
                    actual.add(entry.key() + " " + entry.modRevision());
                    Long expires = expiring.remove(entry.key());
                    if (expires != null) {
                      assertThat(expires).isEqualTo(entry.modRevision());
                    }
                  }
                }
              }
            }
            assertThat(expiring).as("times of values that are not there").isEmpty();
            assertThat(actual).hasSize((int) snapshot.header().keys());
            expected = versions(store, revision);
            if (expected != null) {
              assertThat(actual).isEqualTo(expected);
              compared++;
            }
          }
        }
      } finally {
        stop.set(true);
        for (Thread writer : writers) {
          writer.join();
        }
      }
      assertThat(failures.get()).isZero();
      assertThat(compared).isPositive();
      assertThat(store.stats().openReads()).isZero();
    }
  }

  private void write(RocksRevisionStore store, String prefix, Random own) throws Exception {
    String key = prefix + own.nextInt(40);
    if (own.nextInt(3) == 0 && store.get(key, 0) != null) {
      store.commit(List.of(new Op.Delete(key, Op.ANY)));
    } else {
      byte[] value = new byte[own.nextInt(3000)];
      own.nextBytes(value);
      Duration ttl = own.nextBoolean() ? Duration.ofMillis(50) : Duration.ZERO;
      store.commit(
          List.of(new Op.Put(key, value, Op.ANY, ttl), new Op.Put(key + "x", value, Op.ANY)));
    }
    now.incrementAndGet();
    boolean ignored = store.expire(10);
    if (own.nextInt(400) == 0) {
      store.compact(store.currentRevision());
    }
  }

  /** Null if the revision was compacted meanwhile. */
  private static List<String> versions(RevisionStore store, long revision) throws Exception {
    List<String> all = new ArrayList<>();
    try (RangeCursor range = store.range("", "", revision)) {
      for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
        all.add(kv.key() + " " + kv.modRevision());
      }
      return all;
    } catch (CompactedException e) {
      return null;
    }
  }

  /**
   * The index of times has no revisions: what expires while it is read must not be lost from it.
   */
  @Test
  void whatExpiresWhileTheSnapshotIsReadExpiresInTheRestoredStoreToo() throws Exception {
    byte[] file;
    try (RocksRevisionStore store = open("a")) {
      for (int i = 0; i < 1000; i++) {
        store.commit(
            List.of(
                new Op.Put("k" + i, new byte[10], Op.ABSENT, Duration.ofMillis(1000 + i / 100))));
      }
      try (StoreSnapshot snapshot = store.snapshot()) {
        now.addAndGet(5000);
        for (int i = 0; i < 500; i++) {
          boolean ignored = store.expire(100);
        }
        file = saved(snapshot);
      }
      expireAll(store);
      assertThat(store.stats().keys()).isZero();
      // Nothing is left behind in the index, either.
      assertThat(expiries(store)).isZero();
    }
    restore(file, "b", 0);
    try (RocksRevisionStore store = open("b")) {
      assertThat(store.stats().keys()).isEqualTo(1000);
      expireAll(store);
      assertThat(store.stats().keys()).isZero();
    }
  }

  private static long expiries(RocksRevisionStore store) throws Exception {
    try (SnapshotReader reader = reader(saved(store))) {
      while (reader.next() != null) {}
      return reader.expiries();
    }
  }
}
