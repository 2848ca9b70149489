package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.CompactedException;
import dev.rheo.store.ForwardingStore;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cache that finds the spool of an earlier process. */
@Timeout(60)
class KeptSpoolTest {
  private static final CacheSettings SETTINGS = World.small().keptFor("build 1");

  /** Versions whose values are fetched although there are records, to compare them. */
  private static final int COMPARED = 16;

  @TempDir Path root;
  private final MemoryRevisionStore memory = new MemoryRevisionStore();
  private final Remote store = new Remote(memory);
  private final List<WatchCache> open = new ArrayList<>();
  private int copies;

  /** A store that tells keys without values, and as much history as a test wants. */
  private static final class Remote extends ForwardingStore {
    final List<String> fetched = new ArrayList<>();
    int failAfter = Integer.MAX_VALUE;
    long replay;

    /** Where the last watch began. */
    volatile long watched;

    Remote(RevisionStore store) {
      super(store);
    }

    @Override
    public String history() {
      return "one";
    }

    @Override
    public long longestReplay() {
      return replay;
    }

    @Override
    public WatchCursor watch(String start, String end, long fromRevision)
        throws CompactedException, StoreException {
      watched = fromRevision;
      return super.watch(start, end, fromRevision);
    }

    @Override
    public RangeCursor keys(String start, String end, long revision)
        throws CompactedException, FutureRevisionException, StoreException {
      RangeCursor range = super.range(start, end, revision);
      return new Each(range) {
        @Override
        KeyValue told(KeyValue found) {
          return new KeyValue(
              found.key(), new byte[0], found.createRevision(), found.modRevision());
        }
      };
    }

    @Override
    public RangeCursor range(String start, String end, long revision)
        throws CompactedException, FutureRevisionException, StoreException {
      return new Each(super.range(start, end, revision)) {
        @Override
        KeyValue told(KeyValue found) throws StoreException {
          fetched.add(found.key());
          if (fetched.size() > failAfter) {
            failAfter = Integer.MAX_VALUE;
            throw new StoreException("it is away for a moment");
          }
          return found;
        }
      };
    }

    private abstract static class Each implements RangeCursor {
      private final RangeCursor range;

      Each(RangeCursor range) {
        this.range = range;
      }

      abstract KeyValue told(KeyValue found) throws StoreException;

      @Override
      public long revision() {
        return range.revision();
      }

      @Override
      public KeyValue next() throws StoreException {
        KeyValue next = range.next();
        return next == null ? null : told(next);
      }

      @Override
      public void close() {
        range.close();
      }
    }
  }

  @BeforeEach
  void aMachineThatTellsItsBoots() {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/sys/kernel/random/boot_id")));
  }

  @AfterEach
  void close() {
    open.forEach(WatchCache::close);
    memory.close();
  }

  private WatchCache start(RevisionStore store, Path directory, CacheSettings settings)
      throws Exception {
    WatchCache cache =
        new WatchCache(store, directory, List.of(Objects.PODS, Objects.NODES), settings);
    open.add(cache);
    cache.start();
    World.until(cache::ready);
    assertThat(cache.awaitRevision(store.currentRevision(), World.LONG)).isTrue();
    return cache;
  }

  private WatchCache start() throws Exception {
    return start(store, root.resolve("spool"), SETTINGS);
  }

  private void stop(WatchCache cache) {
    open.remove(cache);
    cache.close();
  }

  /** The directory as a process leaves it that is killed between two steps of its writers. */
  private Path killed(WatchCache cache, Path directory) throws IOException {
    Path copy = Files.createDirectory(root.resolve("killed" + copies++));
    cache.lock().lock();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } finally {
      cache.lock().unlock();
    }
    return copy;
  }

  private void pod(String name, String text) throws Exception {
    byte[] value = Objects.pod("ns", name, "a", "n1", text);
    memory.commit(List.of(new Op.Put("/registry/pods/ns/" + name, value, Op.ANY)));
  }

  private void pods(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      pod("p%03d".formatted(i), "text " + i + "x".repeat(1000));
    }
  }

  /** That a cache has what the store has. */
  private static void same(WatchCache cache, RevisionStore store) throws Exception {
    TreeMap<String, String> wanted = new TreeMap<>();
    try (RangeCursor range = store.range("/registry/pods/", "/registry/pods0", 0)) {
      for (KeyValue next = range.next(); next != null; next = range.next()) {
        String value = new String(next.value(), StandardCharsets.UTF_8);
        wanted.put(
            next.key().substring("/registry/pods/".length()),
            value.replaceFirst("(\"resourceVersion\":\")", "$1" + next.modRevision()));
      }
    }
    TreeMap<String, String> got = new TreeMap<>();
    Snapshot snapshot = cache.resource("pods").snapshot();
    EntryCursor entries = snapshot.entries("", null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      byte[] form = new FormReader(cache).readFully(entry);
      got.put(entry.key(), new String(form, StandardCharsets.UTF_8));
      assertThat(entry.labels().get("app")).isEqualTo("a");
      assertThat(entry.values().get("spec.nodeName")).isEqualTo("n1");
    }
    assertThat(got).isEqualTo(wanted);
  }

  /** That a cache tells the changes of the pods after a revision as the store does. */
  private static void sameHistory(WatchCache cache, RevisionStore store, long after)
      throws Exception {
    List<String> wanted = new ArrayList<>();
    long current = store.currentRevision();
    try (RevisionStore.WatchCursor watch =
        store.watch("/registry/pods/", "/registry/pods0", after + 1)) {
      long told = after;
      while (told < current) {
        RevisionStore.Batch batch = watch.next(World.LONG);
        batch.events().forEach(e -> wanted.add(line(e.modRevision(), e.key(), e.isDelete())));
        told = batch.revision();
      }
    }
    List<String> got = new ArrayList<>();
    EventReader events = cache.resource("pods").events(after, Scope.ALL);
    for (CacheEvent event = events.next(); event != null; event = events.next()) {
      Entry entry = event.current() == null ? event.previous() : event.current();
      byte[] form = new FormReader(cache).readFully(entry);
      assertThat(new String(form, StandardCharsets.UTF_8))
          .contains("\"name\":\"" + entry.name() + "\"");
      got.add(line(event.revision(), "/registry/pods/" + entry.key(), event.current() == null));
    }
    events.close();
    assertThat(got).isEqualTo(wanted);
  }

  private static String line(long revision, String key, boolean deleted) {
    return revision + (deleted ? " - " : " + ") + key;
  }

  @Test
  void theHistoryGoesOn() throws Exception {
    store.replay = 10_000;
    pods(100);
    WatchCache first = start();
    pods(50);
    memory.commit(List.of(new Op.Delete("/registry/pods/ns/p008", Op.ANY)));
    pod("p008", "again");
    memory.commit(
        List.of(
            new Op.Delete("/registry/pods/ns/p009", Op.ANY),
            new Op.Delete("/registry/pods/ns/p010", Op.ANY),
            new Op.Put(
                "/registry/pods/ns/p011", Objects.pod("ns", "p011", "a", "n1", "x"), Op.ANY)));
    long last = memory.currentRevision();
    assertThat(first.awaitRevision(last, World.LONG)).isTrue();
    sameHistory(first, memory, 1);
    Path left = killed(first, root.resolve("spool"));
    stop(first);
    memory.commit(List.of(new Op.Delete("/registry/pods/ns/p012", Op.ANY)));
    pod("p013", "later");
    store.fetched.clear();

    WatchCache second = start(store, left, SETTINGS);
    assertThat(store.watched).isEqualTo(last + 1);
    assertThat(store.fetched).hasSizeLessThanOrEqualTo(COMPARED);
    same(second, memory);
    sameHistory(second, memory, 1);
    assertThat(second.stats().undecodable()).isZero();
    // A third one has it from the second, deletions included.
    stop(second);
    WatchCache third = start(store, left, SETTINGS);
    same(third, memory);
    sameHistory(third, memory, 1);
  }

  @Test
  void aHistoryThatTheStoreHasCompactedIsNotUsed() throws Exception {
    store.replay = 10_000;
    pods(100);
    stop(start());
    pods(50);
    memory.compact(memory.currentRevision());
    WatchCache second = start();
    same(second, memory);
    assertThat(second.resource("pods").snapshot().revision()).isEqualTo(memory.currentRevision());
    sameHistory(second, memory, memory.currentRevision());
  }

  @Test
  void aValueThatCouldNotBeReadEndsTheHistory() throws Exception {
    store.replay = 10_000;
    pods(10);
    WatchCache first = start();
    memory.commit(List.of(new Op.Put("/registry/pods/ns/bad", new byte[] {1}, Op.ANY)));
    long bad = memory.currentRevision();
    pods(10);
    assertThat(first.awaitRevision(memory.currentRevision(), World.LONG)).isTrue();
    stop(first);
    WatchCache second = start();
    assertThat(second.published().generation().floor).isEqualTo(bad);
    sameHistory(second, memory, bad);
  }

  @Test
  void whatDidNotChangeIsNotFetched() throws Exception {
    pods(300);
    WatchCache first = start();
    assertThat(store.fetched).hasSize(300);
    stop(first);
    pod("p007", "changed");
    pod("new", "new");
    memory.commit(List.of(new Op.Delete("/registry/pods/ns/p008", Op.ANY)));
    store.fetched.clear();

    WatchCache second = start();
    same(second, memory);
    assertThat(store.fetched)
        .contains("/registry/pods/ns/p007", "/registry/pods/ns/new")
        .hasSizeLessThanOrEqualTo(2 + COMPARED);
    assertThat(second.stats().historyBytes()).isZero();
    pod("p009", "after");
    assertThat(second.awaitRevision(memory.currentRevision(), World.LONG)).isTrue();
    same(second, memory);
  }

  @Test
  void aProcessThatWasKilledLeavesAsMuch() throws Exception {
    pods(300);
    WatchCache first = start();
    pod("p007", "seen");
    pod("p300", "seen");
    assertThat(first.awaitRevision(memory.currentRevision(), World.LONG)).isTrue();
    Path left = killed(first, root.resolve("spool"));
    store.fetched.clear();
    same(start(store, left, SETTINGS), memory);
    assertThat(store.fetched).hasSizeLessThanOrEqualTo(COMPARED);
  }

  @Test
  void aRecordThatWasCutOffIsFetched() throws Exception {
    pods(300);
    stop(start());
    Path newest = newest();
    try (FileChannel file = FileChannel.open(newest, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 1);
    }
    store.fetched.clear();
    same(start(), memory);
    assertThat(store.fetched).hasSizeBetween(1, 1 + COMPARED);
  }

  @Test
  void whatIsNoRecordEndsAFile() throws Exception {
    pods(300);
    stop(start());
    try (FileChannel file = FileChannel.open(newest(), StandardOpenOption.WRITE)) {
      int ignored = file.write(ByteBuffer.allocate(100), 0);
    }
    store.fetched.clear();
    same(start(), memory);
    assertThat(store.fetched).hasSizeBetween(COMPARED + 1, 299);
  }

  /** Events may be missing, where objects can be fetched. */
  @Test
  void aHistoryOfWhichAFileIsMissingIsNotUsed() throws Exception {
    store.replay = 10_000;
    pods(300);
    WatchCache first = start();
    pods(300);
    assertThat(first.awaitRevision(memory.currentRevision(), World.LONG)).isTrue();
    stop(first);
    try (FileChannel file = FileChannel.open(newest(), StandardOpenOption.WRITE)) {
      int ignored = file.write(ByteBuffer.allocate(100), 0);
    }
    WatchCache second = start();
    same(second, memory);
    sameHistory(second, memory, 1);
    stop(second);
    Files.delete(newest());
    WatchCache third = start();
    same(third, memory);
    sameHistory(third, memory, 1);
  }

  private Path newest() throws IOException {
    try (var files = Files.list(root.resolve("spool"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("segment-"))
          .max((a, b) -> Long.compare(a.toFile().lastModified(), b.toFile().lastModified()))
          .orElseThrow();
    }
  }

  @Test
  void anotherBuildReadsAnew() throws Exception {
    pods(100);
    stop(start());
    store.fetched.clear();
    same(start(store, root.resolve("spool"), World.small().keptFor("build 2")), memory);
    assertThat(store.fetched).hasSize(100);
  }

  @Test
  void whoKeepsNothingLeavesNothing() throws Exception {
    pods(100);
    stop(start(store, root.resolve("spool"), World.small()));
    try (var files = Files.list(root.resolve("spool"))) {
      assertThat(files).isEmpty();
    }
  }

  /** The same name, keys and revisions, from some revision on with other values. */
  @Test
  void aStoreThatWasRestoredFromAnOlderCopyIsReadAnew() throws Exception {
    pods(100);
    stop(start());
    try (MemoryRevisionStore other = new MemoryRevisionStore()) {
      for (int i = 0; i < 100; i++) {
        byte[] value =
            Objects.pod(
                "ns",
                "p%03d".formatted(i),
                "a",
                "n1",
                i < 90 ? "text " + i + "x".repeat(1000) : "other");
        other.commit(List.of(new Op.Put("/registry/pods/ns/p%03d".formatted(i), value, Op.ANY)));
      }
      Remote restored = new Remote(other);
      WatchCache cache = start(restored, root.resolve("spool"), SETTINGS);
      same(cache, other);
      assertThat(restored.fetched).hasSizeGreaterThanOrEqualTo(100);
      stop(cache);
    }
  }

  @Test
  void aStoreThatIsBehindIsReadAnew() throws Exception {
    pods(100);
    stop(start());
    try (MemoryRevisionStore other = new MemoryRevisionStore()) {
      other.commit(
          List.of(
              new Op.Put(
                  "/registry/pods/ns/p000", Objects.pod("ns", "p000", "a", "n1", "old"), Op.ANY)));
      WatchCache cache = start(new Remote(other), root.resolve("spool"), SETTINGS);
      same(cache, other);
      stop(cache);
    }
  }

  @Test
  void aBuildThatFailsIsTriedAgainWithTheSameRecords() throws Exception {
    pods(300);
    stop(start());
    pods(100);
    store.fetched.clear();
    store.failAfter = 50;
    same(start(), memory);
    assertThat(store.fetched).hasSizeLessThanOrEqualTo(51 + 100 + COMPARED);
  }

  /** Any course of changes, ends and cleaning leads to the store's state. */
  @Test
  void manyProcessesOneAfterTheOther() throws Exception {
    for (int seed = 1; seed <= 5; seed++) {
      try {
        course(new Random(seed), root.resolve("spool" + seed));
        System.gc(); // closes files
      } catch (AssertionError e) {
        throw new AssertionError("with seed " + seed, e);
      }
    }
  }

  private void course(Random random, Path first) throws Exception {
    Path directory = first;
    int followed = 0;
    long earlierFloor = 0;
    for (int process = 0; process < 25; process++) {
      store.replay = random.nextInt(3) == 0 ? 0 : random.nextInt(2000);
      long before = memory.currentRevision();
      WatchCache cache = start(store, directory, SETTINGS);
      same(cache, memory);
      long floor = cache.published().generation().floor;
      long oldest = Math.max(memory.compactedRevision(), Math.max(1, before - store.replay));
      assertThat(floor).isLessThanOrEqualTo(Math.max(oldest, earlierFloor));
      sameHistory(cache, memory, floor);
      if (process > 0 && store.watched > floor + 1) {
        followed++;
      }
      change(random, 200);
      if (random.nextInt(4) == 0) {
        memory.compact(memory.currentRevision() - random.nextInt(100));
        assertThat(cache.awaitRevision(memory.currentRevision(), World.LONG)).isTrue();
        cache.forgetCompacted();
      }
      assertThat(cache.awaitRevision(memory.currentRevision(), World.LONG)).isTrue();
      earlierFloor = cache.published().generation().floor;
      if (random.nextBoolean()) {
        Path left = killed(cache, directory);
        stop(cache);
        directory = left;
      } else {
        stop(cache);
      }
      change(random, random.nextInt(100));
    }
    assertThat(followed).isPositive();
    // Nothing that nobody uses stays: some 60 objects of up to 20 KB.
    WatchCache last = start(store, directory, SETTINGS);
    assertThat(last.stats().spoolBytes()).isLessThan(20L << 20);
    stop(last);
  }

  private void change(Random random, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      String name = "p" + random.nextInt(60);
      if (random.nextInt(5) == 0) {
        if (memory.get("/registry/pods/ns/" + name, 0) != null) {
          memory.commit(List.of(new Op.Delete("/registry/pods/ns/" + name, Op.ANY)));
        }
      } else {
        pod(name, "t" + random.nextInt() + "x".repeat(random.nextInt(20_000)));
      }
    }
  }
}
