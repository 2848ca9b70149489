package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;
import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A store, a cache that follows it, and what the writers know of them. For the task that runs. */
final class SimulatedWorld {
  /** A single remembered state may be larger than the budget. */
  static final long SNAPSHOT_COST = 5_000 * 250;

  private static final int LARGEST_FORM = 64 << 10;

  final Scheduler scheduler;
  final Random random;
  final SimulatedStore store;
  final SimulatedDisk disk;
  final FaultyFiles files;
  final Invariants invariants = new Invariants(this);
  final History pods = new History(Objects.PODS);
  final History nodes = new History(Objects.NODES);
  final CacheSettings settings =
      new CacheSettings(
          2 * Segment.BLOCK,
          64 << 10,
          512 << 10,
          128 << 10,
          18 << 10,
          512,
          64 << 10,
          Duration.ofSeconds(2),
          2,
          256 << 10,
          60 * FormSpool.FORM_HEAP,
          2);
  WatchCache cache;

  /** The most characters that most objects have. */
  int usualText = 900;

  /** Direct buffers that nobody uses now. */
  private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();

  private final Path directory;

  /** How often each of the things happened that a run should show. */
  final Map<String, Long> happened = new TreeMap<>();

  private final List<WatchCache> closed = new ArrayList<>();

  /** From the time of each commit to its revision. */
  private final TreeMap<Long, Long> commits = new TreeMap<>();

  private long acknowledged = 1;
  private long healedAt;
  private long revision;

  SimulatedWorld(Scheduler scheduler, Path directory, boolean linux) {
    this.scheduler = scheduler;
    this.random = scheduler.random();
    this.directory = directory;
    store = new SimulatedStore(scheduler);
    disk = new SimulatedDisk(scheduler);
    files = new FaultyFiles(linux, disk);
    cache = begin();
  }

  /** Notes that something happened, for the test that everything does. */
  void happened(String what, long times) {
    happened.merge(what, times, Long::sum);
  }

  private void ended(WatchCache which) {
    closed.add(which);
    which.close();
    CacheStats stats = which.stats();
    happened("rebuilds", Math.max(0, stats.rebuilds() - 1));
    happened("segments cleaned", stats.segmentsCleaned());
    happened("form files evicted", stats.forms().evictedFiles());
    happened("forms made", stats.forms().made());
    happened("failed attempts to write", stats.spoolErrors());
  }

  private WatchCache begin() {
    WatchCache made =
        new WatchCache(
            store,
            directory,
            List.of(Objects.PODS, Objects.NODES),
            settings,
            FormBounds.NONE,
            files,
            new SimulatedThreads(scheduler));
    made.start();
    return made;
  }

  void restart() {
    ended(cache);
    revision = 0;
    cache = begin();
  }

  void close() {
    ended(cache);
    store.close();
    cache = null;
    closed.clear();
  }

  /** Readers of a cache that was closed may fail in any way. */
  boolean isClosed(WatchCache which) {
    return closed.contains(which);
  }

  /** The revision of the last write that was acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  /** The newest revision that was committed before this many nanoseconds. */
  long revisionBefore(long nanos) {
    Map.Entry<Long, Long> commit = commits.floorEntry(scheduler.nanoTime() - nanos);
    return commit == null ? 0 : commit.getValue();
  }

  void heal() {
    if (!calm()) {
      healedAt = scheduler.nanoTime();
    }
    disk.heal();
    files.usableSpace = Long.MAX_VALUE;
    store.failures = 0;
    store.stalled = false;
  }

  private boolean calm() {
    return disk.healthy() && store.failures == 0 && !store.stalled;
  }

  /** Neither the disk nor the store has been in the way since. */
  boolean calmSince(long nanos) {
    return calm() && Math.max(healedAt, store.failedAt) <= nanos;
  }

  /** Commits one random change, or a few at once. */
  void write() throws Exception {
    List<Op> ops = new ArrayList<>();
    Map<String, byte[]> written = new HashMap<>();
    List<String> keys = new ArrayList<>();
    boolean node = random.nextInt(8) == 0;
    History history = node ? nodes : pods;
    int count = random.nextInt(10) == 0 ? 3 : 1;
    for (int i = 0; i < count; i++) {
      String namespace = "ns" + random.nextInt(3);
      String name = "p" + random.nextInt(12);
      String key = node ? name : namespace + "/" + name;
      if (keys.contains(key)) {
        continue;
      }
      keys.add(key);
      String storeKey = history.resource.keyPrefix() + key;
      if (history.exists(key) && random.nextInt(3) == 0) {
        ops.add(new Op.Delete(storeKey, Op.ANY));
      } else {
        String text = "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 20_000 : usualText));
        byte[] value =
            node
                ? Objects.node(name, text)
                : Objects.pod(namespace, name, "app", "n" + random.nextInt(4), text);
        written.put(key, value);
        ops.add(new Op.Put(storeKey, value, Op.ANY));
      }
    }
    long committed = store.commit(ops);
    for (String key : keys) {
      byte[] value = written.get(key);
      history.change(committed, key, value == null ? null : Objects.at(value, committed));
    }
    commits.put(scheduler.nanoTime(), committed);
    acknowledged = committed;
    scheduler.trace().add("wrote " + committed);
  }

  /** A random one, as streams have. */
  Scope scope(History history) {
    if (history.resource == Objects.NODES) {
      return Scope.ALL;
    }
    return switch (random.nextInt(5)) {
      case 0 -> Scope.namespace("ns" + random.nextInt(3));
      case 1 -> Scope.object("ns" + random.nextInt(3), "p" + random.nextInt(12));
      case 2 -> Scope.field("spec.nodeName", "n" + random.nextInt(4));
      case 3 -> Scope.object(null, "p" + random.nextInt(12));
      default -> Scope.ALL;
    };
  }

  /** Checks what must hold at any time. */
  void look() {
    WatchCache now = cache;
    long before = revision;
    long seen = now.revision();
    CacheStats stats = now.stats();
    if (!isClosed(now)) {
      invariants.revisionNeverDecreases(before, seen);
      revision = Math.max(revision, seen);
      invariants.budgetsHold(stats);
    }
  }

  /** Reads a form as a response body does: what is not in memory is loaded by another thread. */
  String read(FormReader reader, Entry entry) throws IOException {
    ByteBuffer dst = buffer();
    try {
      while (dst.position() < entry.length()) {
        int most = 1 + random.nextInt(32 << 10);
        if (reader.read(entry, dst.position(), most, dst) == FormReader.NOT_IN_MEMORY) {
          boolean[] loaded = {false};
          reader.load(entry, dst.position(), () -> loaded[0] = true);
          answered(loaded, "a load of " + entry);
        }
      }
      return text(dst);
    } finally {
      giveBack(dst);
    }
  }

  /** An empty direct buffer, large enough for a form; {@link #giveBack} follows. */
  ByteBuffer buffer() {
    ByteBuffer spare = buffers.poll();
    return spare == null ? ByteBuffer.allocateDirect(LARGEST_FORM) : spare.clear();
  }

  void giveBack(ByteBuffer buffer) {
    buffers.add(buffer);
  }

  /** As {@link #read(WatchCache, Snapshot)} would, if each entry has the form of its revision. */
  Map<String, String> index(History history, Snapshot snapshot) {
    Map<String, String> expected = history.at(snapshot.revision());
    Map<String, String> forms = new TreeMap<>();
    EntryCursor entries = snapshot.entries("", null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      String form = expected.get(entry.key());
      String own = "\"resourceVersion\":\"" + entry.revision() + "\"";
      boolean current = form != null && form.contains(own);
      forms.put(entry.key(), current ? form : "at revision " + entry.revision());
    }
    return forms;
  }

  void answered(boolean[] answer, String request) {
    invariants.requestsAreAnswered(
        scheduler.await("answer", () -> answer[0], Invariants.PROMPT), request);
  }

  static String text(ByteBuffer dst) {
    byte[] bytes = new byte[dst.flip().remaining()];
    dst.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The forms of a snapshot, in the order of its keys, which is checked. */
  Map<String, String> read(WatchCache of, Snapshot snapshot) throws IOException {
    FormReader reader = new FormReader(of);
    Map<String, String> forms = new TreeMap<>();
    EntryCursor entries = snapshot.entries("", null);
    String last = "";
    int rank = 0;
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      String key = entry.key();
      if (key.compareTo(last) <= 0 || snapshot.rank(key) != rank || snapshot.at(rank) != entry) {
        throw new AssertionError("out of order: " + last + ", " + key);
      }
      rank++;
      last = key;
      forms.put(key, read(reader, entry));
    }
    return forms;
  }
}
