package dev.rheo.store;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.testing.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** The child process of {@link FullDiskTest}, which runs on a small disk. */
final class FullDiskScenario {
  private static final int BLOCK = 4096;

  private final Path disk;
  private final Path ballast;
  private final Random random = new Random(7);

  /** The value that each acknowledged commit wrote to both keys, by revision. */
  private final TreeMap<Long, byte[]> acknowledged = new TreeMap<>();

  private final List<byte[]> undecided = new ArrayList<>();
  private RocksRevisionStore store;
  private int refusals;

  private FullDiskScenario(Path disk) {
    this.disk = disk;
    this.ballast = disk.resolve("ballast");
  }

  public static void main(String[] args) throws Exception {
    FullDiskScenario scenario = new FullDiskScenario(Path.of(args[0]));
    scenario.run();
    System.out.println("all rounds done");
    System.exit(0);
  }

  private void run() throws Exception {
    RocksSettings settings = RocksSettings.defaults().withNativeMemory(4 << 20);
    store = RocksRevisionStore.open(disk.resolve("store"), settings);
    WatchCursor watch = store.watch("", "", 2);
    TreeMap<Long, List<Event>> watched = new TreeMap<>();
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 20; i++) {
        check(tryCommit() == null, "a commit with space failed");
      }
      RangeCursor open = store.range("", "", 0);
      long openAt = open.revision();
      leave(round % 2 == 0 ? 1 << 20 : 3 << 20);
      StoreException first = null;
      for (int i = 0; i < 1000 && first == null; i++) {
        first = tryCommit();
      }
      check(first != null, "the disk did not run full");
      check(first.getMessage().contains("the disk is full"), "unclear: " + first.getMessage());
      leave(0);
      for (int i = 0; i < 5; i++) {
        StoreException again = tryCommit();
        check(again != null, "a commit without space succeeded");
        check(again.getMessage().contains("disk is full"), "unclear: " + again.getMessage());
      }
      StoreHealth full = store.health();
      check(full.condition() == StoreHealth.Condition.UNWRITABLE, "healthy on a full disk");
      check(full.reason().contains("the disk is full"), "unclear: " + full.reason());
      check(!full.reason().contains("/"), "names a path: " + full.reason());
      check(!first.reason().contains("/"), "names a path: " + first.reason());
      check(store.currentRevision() == last(), "the revision moved");
      follow(watch, watched);
      verifyState();
      check(open.next() != null && openAt < last() + 1, "the open range ended");
      open.close();
      // The space hardly suffices: the commit may fail or not, but nothing may be lost.
      leave(600 << 10);
      tryCommit();
      follow(watch, watched);
      Files.deleteIfExists(ballast);
      // The store must recover by itself: nobody commits to a server that is not ready.
      awaitHealthy();
      StoreException late = tryCommit();
      late = late == null ? null : tryCommit();
      check(late == null, "still refused with space: " + late);
      follow(watch, watched);
      verifyState();
      // Frees disk space for the next round.
      store.compact(store.currentRevision());
      verifyWatched(watched);
      System.out.printf(
          "round %d: revision %d, %d refused, %d undecided, disk %d%n",
          round, last(), refusals, undecided.size(), store.stats().diskBytes());
    }
    store.close();
    store = RocksRevisionStore.open(disk.resolve("store"), settings);
    check(store.currentRevision() == last(), "the revision moved");
    verifyState();
    store.close();
  }

  private void awaitHealthy() {
    Await.until("healthy with space", () -> store.health().isOk());
  }

  /** Commits two keys. Returns why that failed, or null. */
  private StoreException tryCommit() throws Exception {
    byte[] value = new byte[20_000 + random.nextInt(80_000)];
    random.nextBytes(value);
    try {
      long revision =
          store.commit(List.of(new Op.Put("one", value, Op.ANY), new Op.Put("two", value, Op.ANY)));
      check(acknowledged.isEmpty() || revision > last(), "a revision was used again");
      acknowledged.put(revision, value);
      return null;
    } catch (StoreException e) {
      refusals++;
      if (e.undecided()) {
        undecided.add(value);
      }
      return e;
    }
  }

  private long last() {
    return acknowledged.lastKey();
  }

  private void follow(WatchCursor watch, TreeMap<Long, List<Event>> watched) throws Exception {
    for (long at = 0; at < store.currentRevision(); ) {
      Batch batch = watch.next(Duration.ZERO);
      for (Event event : batch.events()) {
        watched.computeIfAbsent(event.modRevision(), _ -> new ArrayList<>()).add(event);
      }
      at = batch.revision();
    }
  }

  private void verifyWatched(TreeMap<Long, List<Event>> watched) {
    long expected = 2;
    for (var entry : watched.entrySet()) {
      check(entry.getKey() == expected++, "a revision is missing before " + entry.getKey());
      check(entry.getValue().size() == 2, "half a commit at " + entry.getKey());
      byte[] value = entry.getValue().getFirst().value();
      check(Arrays.equals(value, entry.getValue().getLast().value()), "a mixed commit");
      byte[] wanted = acknowledged.get(entry.getKey());
      boolean known =
          wanted == null
              ? undecided.stream().anyMatch(one -> Arrays.equals(one, value))
              : Arrays.equals(wanted, value);
      check(known, "revision " + entry.getKey() + " is what nobody wrote");
    }
    check(watched.keySet().containsAll(acknowledged.keySet()), "an acknowledged commit is missing");
  }

  private void verifyState() throws Exception {
    long current = store.currentRevision();
    KeyValue one = store.get("one", 0);
    KeyValue two = store.get("two", 0);
    check(one.modRevision() == current && two.modRevision() == current, "half a commit");
    check(Arrays.equals(one.value(), acknowledged.get(last())), "another value");
    check(Arrays.equals(two.value(), acknowledged.get(last())), "another value");
    try (RangeCursor range = store.range("", "", 0)) {
      check(Arrays.equals(range.next().value(), one.value()), "the range differs");
      check(Arrays.equals(range.next().value(), two.value()), "the range differs");
      check(range.next() == null, "the range is too long");
    }
    long retained = Math.max(2, store.compactedRevision());
    for (long revision : acknowledged.tailMap(retained).keySet()) {
      check(
          Arrays.equals(store.get("one", revision).value(), acknowledged.get(revision)),
          "an acknowledged value is lost");
    }
  }

  /**
   * Leaves a number of bytes free on the disk, a multiple of {@link #BLOCK}. The store writes and
   * deletes files in the background, so the free space is read again before each step.
   */
  private void leave(long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
      while (true) {
        long excess = Math.floorDiv(Files.getFileStore(disk).getUsableSpace() - bytes, BLOCK);
        if (excess == 0) {
          return;
        }
        if (excess < 0) {
          check(file.length() > 0, "the store alone fills the disk");
          file.setLength(Math.max(0, file.length() + excess * BLOCK));
        } else {
          append(file, Math.min(excess, 64));
        }
      }
    }
  }

  /** Appends some blocks, or fewer if the store takes the space first. */
  private static void append(RandomAccessFile file, long blocks) throws IOException {
    file.seek(file.length());
    byte[] block = new byte[BLOCK];
    try {
      for (long left = blocks; left > 0; left--) {
        file.write(block);
      }
    } catch (IOException e) {
      check(e.getMessage().contains("No space left"), "the ballast failed: " + e);
    }
  }

  private static void check(boolean right, String otherwise) {
    if (!right) {
      throw new AssertionError(otherwise);
    }
  }
}
