package dev.rheo.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests every rule that {@link RevisionStore} states. Each engine's test extends it. */
@Timeout(60)
public abstract class RevisionStoreContract {
  protected static final Duration LONG = Duration.ofSeconds(30);
  static final String ALL = "";

  private RevisionStore store;

  /** The clock of the store. */
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  /** Creates an empty store. */
  protected abstract RevisionStore create(InstantSource clock) throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = create(() -> now);
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  /** Whether a range that is open can be read to its end whatever is compacted. */
  protected boolean keepsOpenRanges() {
    return true;
  }

  /** Whether a watch is sent changes before it is read. */
  protected boolean sendsAhead() {
    return false;
  }

  // --- revisions and commits

  @Test
  void aNewStoreIsAtRevisionOneAndEmpty() throws Exception {
    assertThat(store.currentRevision()).isEqualTo(1);
    assertThat(store.compactedRevision()).isZero();
    assertThat(range(ALL, ALL, 0)).isEmpty();
    assertThat(range(ALL, ALL, 1)).isEmpty();
    assertThat(store.stats().keys()).isIn(0L, -1L);
  }

  @Test
  void theExampleOfTheSpecification() throws Exception {
    assertThat(store.commit(List.of(put("a", "1")))).isEqualTo(2);
    assertThat(store.commit(List.of(put("b", "1"), put("a", "2")))).isEqualTo(3);
    assertThat(store.commit(List.of(delete("a")))).isEqualTo(4);

    assertThat(text(store.get("a", 3))).isEqualTo("a=2@3 since 2");
    assertThat(store.get("a", 4)).isNull();
    assertThat(range("a", "z", 2)).containsExactly("a=1@2 since 2");
    assertThat(events("a", "z", 3, 4)).containsExactly("b=1@3 since 3", "a=2@3 since 2", "-a@4");

    store.compact(3);
    assertThat(text(store.get("a", 3))).isEqualTo("a=2@3 since 2");
    assertThat(range("a", "z", 3)).containsExactly("a=2@3 since 2", "b=1@3 since 3");
    assertThat(events("a", "z", 4, 4)).containsExactly("-a@4");
    assertThatThrownBy(() -> store.get("a", 2)).isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> store.watch("a", "z", 3)).isInstanceOf(CompactedException.class);
  }

  @Test
  void eachCommitIsOneRevisionHigherThanTheLast() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(store.commit(List.of(put("k" + i % 3, "v" + i), put("other", "x"))))
          .isEqualTo(2 + i);
      assertThat(store.currentRevision()).isEqualTo(2 + i);
    }
  }

  @Test
  void theNameOfTheHistoryStaysTheSame() throws Exception {
    String history = store.history();
    assertThat(history).matches("[A-Za-z0-9-]{16,64}");
    store.commit(List.of(put("a", "1")));
    store.compact(store.currentRevision());
    assertThat(store.history()).isEqualTo(history);
  }

  @Test
  void expectedRevisionsAreCompared() throws Exception {
    long first = store.commit(List.of(new Op.Put("a", bytes("1"), Op.ABSENT)));
    assertConflict(new Op.Put("a", bytes("2"), Op.ABSENT), "a", Op.ABSENT, first);
    long second = store.commit(List.of(new Op.Put("a", bytes("2"), first)));
    assertConflict(new Op.Put("a", bytes("3"), first), "a", first, second);
    assertConflict(new Op.Delete("a", first), "a", first, second);
    assertConflict(new Op.Put("b", bytes("3"), 7), "b", 7, 0);
    assertConflict(new Op.Check("b", 7), "b", 7, 0);
    assertThat(store.currentRevision()).isEqualTo(second);
    assertThat(text(store.get("a", 0))).isEqualTo("a=2@3 since 2");
    store.commit(List.of(new Op.Delete("a", second)));
    assertThat(store.get("a", 0)).isNull();
  }

  @Test
  void deletingWhatDoesNotExistIsAConflict() throws Exception {
    assertConflict(new Op.Delete("a", Op.ANY), "a", Op.ANY, 0);
    assertConflict(new Op.Delete("a", Op.ABSENT), "a", Op.ABSENT, 0);
    store.commit(List.of(put("a", "1")));
    store.commit(List.of(delete("a")));
    assertConflict(new Op.Delete("a", Op.ANY), "a", Op.ANY, 0);
  }

  @Test
  void aConflictInOneOperationRefusesTheWholeCommit() throws Exception {
    long first = store.commit(List.of(put("a", "1")));
    assertThatThrownBy(
            () ->
                store.commit(
                    List.of(put("b", "1"), delete("a"), new Op.Put("c", bytes("1"), first))))
        .isInstanceOfSatisfying(
            RevisionConflictException.class, e -> assertThat(e.key()).isEqualTo("c"));
    assertThat(range(ALL, ALL, 0)).containsExactly("a=1@2 since 2");
    assertThat(store.currentRevision()).isEqualTo(first);
  }

  @Test
  void checksGuardACommitAndChangeNothing() throws Exception {
    long first = store.commit(List.of(put("ns", "1")));
    long second =
        store.commit(List.of(new Op.Check("ns", first), new Op.Check("x", 0), put("a", "1")));
    assertThat(second).isEqualTo(3);
    assertThat(events(ALL, ALL, second, second)).containsExactly("a=1@3 since 3");
    assertThatThrownBy(() -> store.commit(List.of(put("b", "1"), new Op.Check("ns", Op.ABSENT))))
        .isInstanceOf(RevisionConflictException.class);
    assertThat(store.get("b", 0)).isNull();
    assertThat(text(store.get("ns", 0))).isEqualTo("ns=1@2 since 2");
  }

  @Test
  void aCommitThatChangesNothingMakesNoRevision() throws Exception {
    long first = store.commit(List.of(put("a", "1")));
    assertThat(store.commit(List.of(new Op.Check("a", first)))).isEqualTo(first);
    assertThat(store.commit(List.of())).isEqualTo(first);
    assertThat(store.commit(List.of(put("a", "2")))).isEqualTo(first + 1);
  }

  @Test
  void whatNoStateCouldMakeRightIsRefused() {
    String longest = "k".repeat(1024);
    for (List<Op> wrong :
        List.<List<Op>>of(
            List.of(put("", "1")),
            List.of(put("a\0b", "1")),
            List.of(put(longest + "k", "1")),
            List.of(put("é".repeat(513), "1")),
            List.of(put("\ud800", "1")),
            List.of(put("a", "1"), put("a", "2")),
            List.of(put("a", "1"), new Op.Check("a", Op.ANY)),
            List.of(new Op.Put("a", bytes("1"), -2)))) {
      assertThatThrownBy(() -> store.commit(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> store.get("a", -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.get("", 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.range("a", "b", -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.watch("a", "b", 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.compact(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLongestKeyAndTheEmptyValueAreKept() throws Exception {
    String longest = "k".repeat(1024);
    store.commit(List.of(new Op.Put(longest, new byte[0], Op.ANY)));
    KeyValue found = store.get(longest, 0);
    assertThat(found).isNotNull();
    assertThat(found.value()).isEmpty();
    assertThat(range(ALL, ALL, 0)).containsExactly(longest + "=@2 since 2");
    Event event = batch(ALL, ALL, 2).events().getFirst();
    assertThat(event.isDelete()).isFalse();
    assertThat(event.value()).isEmpty();
  }

  @Test
  void largeValuesAreKept() throws Exception {
    byte[] large = new byte[3 << 20];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31 >> 3);
    }
    store.commit(List.of(new Op.Put("a", large, Op.ANY), put("b", "1")));
    store.commit(List.of(put("a", "small")));
    assertThat(store.get("a", 2).value()).isEqualTo(large);
    assertThat(text(store.get("a", 0))).isEqualTo("a=small@3 since 2");
    assertThat(batch(ALL, ALL, 2).events().getFirst().value()).isEqualTo(large);
  }

  @Test
  void aKeyThatComesBackIsCreatedAnew() throws Exception {
    store.commit(List.of(put("a", "1")));
    store.commit(List.of(delete("a")));
    store.commit(List.of(new Op.Put("a", bytes("2"), Op.ABSENT)));
    store.commit(List.of(put("a", "3")));
    assertThat(text(store.get("a", 2))).isEqualTo("a=1@2 since 2");
    assertThat(store.get("a", 3)).isNull();
    assertThat(text(store.get("a", 0))).isEqualTo("a=3@5 since 4");
  }

  // --- reading

  @Test
  void aReadAheadOfTheStoreIsRefused() throws Exception {
    store.commit(List.of(put("a", "1")));
    assertThatThrownBy(() -> store.get("a", 3))
        .isInstanceOfSatisfying(
            FutureRevisionException.class, e -> assertThat(e.current()).isEqualTo(2));
    assertThatThrownBy(() -> store.range(ALL, ALL, 3)).isInstanceOf(FutureRevisionException.class);
    assertThatThrownBy(() -> store.compact(3)).isInstanceOf(FutureRevisionException.class);
  }

  @Test
  void keysAreOrderedByTheirBytes() throws Exception {
    List<String> ordered =
        List.of(
            "\u0001",
            "a",
            "a\u0001",
            "a/",
            "a/b",
            "a0",
            "aa",
            "b",
            "\u007f",
            "é",
            "\ud7ff",
            "\ue000",
            "\uffff",
            "\ud800\udc00",
            "\udbff\udfff");
    List<Op> ops = new ArrayList<>();
    for (String key : ordered.reversed()) {
      ops.add(put(key, "1"));
    }
    store.commit(ops);
    assertThat(keys(ALL, ALL)).containsExactlyElementsOf(ordered);
    for (int i = 0; i < ordered.size(); i++) {
      for (int j = 0; j < ordered.size(); j++) {
        assertThat(keys(ordered.get(i), ordered.get(j)))
            .containsExactlyElementsOf(i < j ? ordered.subList(i, j) : List.of());
      }
    }
  }

  @Test
  void theBoundsOfARange() throws Exception {
    store.commit(List.of(put("a", "1"), put("a\u0001", "1"), put("b", "1"), put("c", "1")));
    assertThat(keys("a", "c")).containsExactly("a", "a\u0001", "b");
    assertThat(keys("a\0", "c")).as("the key behind a").containsExactly("a\u0001", "b");
    assertThat(keys("a", "b\0")).as("up to b").containsExactly("a", "a\u0001", "b");
    assertThat(keys("a", "a\0")).as("just a").containsExactly("a");
    assertThat(keys("b", ALL)).containsExactly("b", "c");
    assertThat(keys(ALL, "b")).containsExactly("a", "a\u0001");
    assertThat(keys("b", "b")).isEmpty();
    assertThat(keys("c", "a")).isEmpty();
    assertThat(eventKeys("a\0", "b\0")).containsExactly("a\u0001", "b");
  }

  @Test
  void aRangeTellsItsRevisionAndStaysThere() throws Exception {
    store.commit(List.of(put("a", "1"), put("b", "1"), put("c", "1")));
    try (RangeCursor now = store.range(ALL, ALL, 0)) {
      assertThat(now.revision()).isEqualTo(2);
      assertThat(text(now.next())).isEqualTo("a=1@2 since 2");
      store.commit(List.of(put("b", "2"), delete("c"), put("d", "1")));
      assertThat(text(now.next())).isEqualTo("b=1@2 since 2");
      assertThat(text(now.next())).isEqualTo("c=1@2 since 2");
      assertThat(now.next()).isNull();
      assertThat(now.next()).isNull();
    }
    assertThat(range(ALL, ALL, 0))
        .containsExactly("a=1@2 since 2", "b=2@3 since 2", "d=1@3 since 3");
  }

  /** An engine may have no cheap way to read keys alone. */
  @Test
  void keysAreARangeWithoutValues() throws Exception {
    for (int i = 0; i < 40; i++) {
      List<Op> batch = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        batch.add(put("k/%02d/%02d".formatted(j, i), "value"));
      }
      store.commit(batch);
    }
    long revision = store.currentRevision();
    store.commit(List.of(delete("k/10/10"), put("k/10/11", "changed")));
    for (long at : new long[] {revision, 0}) {
      RevisionStore.RangeCursor keys = store.keys("k/03", "k/40", at);
      if (keys == null) {
        return;
      }
      try (keys;
          RevisionStore.RangeCursor range = store.range("k/03", "k/40", at)) {
        RevisionStore.KeyValue wanted = range.next();
        while (wanted != null) {
          RevisionStore.KeyValue key = keys.next();
          assertThat(key.key()).isEqualTo(wanted.key());
          assertThat(key.modRevision()).isEqualTo(wanted.modRevision());
          assertThat(key.createRevision()).isEqualTo(wanted.createRevision());
          assertThat(key.value()).isEmpty();
          wanted = range.next();
        }
        assertThat(keys.next()).isNull();
      }
    }
  }

  @Test
  void anOpenRangeSurvivesCompaction() throws Exception {
    int keys = 1000;
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      ops.add(put("k%04d".formatted(i), "old"));
    }
    long revision = store.commit(ops);
    RangeCursor cursor = store.range(ALL, ALL, revision);
    assertThat(text(cursor.next())).isEqualTo("k0000=old@2 since 2");
    for (int i = 0; i < keys; i += 100) {
      List<Op> changes = new ArrayList<>();
      for (int j = i; j < i + 100; j++) {
        String key = "k%04d".formatted(j);
        changes.add(j % 2 == 0 ? delete(key) : put(key, "new"));
      }
      store.commit(changes);
    }
    store.compact(store.currentRevision());
    assertThatThrownBy(() -> store.range(ALL, ALL, revision))
        .isInstanceOf(CompactedException.class);
    int read = 1;
    try {
      for (; read < keys; read++) {
        assertThat(text(cursor.next())).isEqualTo("k%04d=old@2 since 2".formatted(read));
      }
      assertThat(cursor.next()).isNull();
    } catch (StoreException e) {
      assertThat(keepsOpenRanges()).as("failed at " + read).isFalse();
    }
    cursor.close();
    cursor.close();
    assertThatThrownBy(cursor::next).isInstanceOf(StoreException.class);
    assertThat(range(ALL, ALL, 0)).hasSize(keys / 2).allMatch(text -> text.contains("=new@"));
  }

  @Test
  void aKeyWithManyVersionsIsReadAtEachOfThem() throws Exception {
    store.commit(List.of(put("a", "x"), put("c", "x")));
    for (int i = 0; i < 100; i++) {
      store.commit(List.of(put("b", "v" + i)));
    }
    for (int i = 0; i < 100; i++) {
      long revision = 3 + i;
      assertThat(range(ALL, ALL, revision))
          .containsExactly(
              "a=x@2 since 2", "b=v%d@%d since 3".formatted(i, revision), "c=x@2 since 2");
      assertThat(text(store.get("b", revision)))
          .isEqualTo("b=v%d@%d since 3".formatted(i, revision));
    }
    assertThat(range(ALL, ALL, 2)).containsExactly("a=x@2 since 2", "c=x@2 since 2");
  }

  @Test
  void existingKeysAreCounted() throws Exception {
    store.commit(List.of(put("a", "1"), put("b", "1"), put("c", "1")));
    store.commit(List.of(put("a", "2"), delete("b")));
    store.compact(store.currentRevision());
    assertThat(store.stats().keys()).isIn(2L, -1L);
    assertThat(store.stats().commits()).isGreaterThanOrEqualTo(2);
  }

  // --- watching

  @Test
  void aWatchSeesEveryChangeOfItsRangeFromItsRevisionOn() throws Exception {
    store.commit(List.of(put("a", "1"), put("x", "1")));
    store.commit(List.of(put("b", "1")));
    store.commit(List.of(put("x", "2")));
    store.commit(List.of(delete("a"), put("x", "3"), put("c", "1")));
    assertThat(events("a", "d", 1, 5))
        .containsExactly("a=1@2 since 2", "b=1@3 since 3", "-a@5", "c=1@5 since 5");
    assertThat(events("a", "d", 4, 5)).containsExactly("-a@5", "c=1@5 since 5");
    assertThat(events("x", "x\0", 3, 5)).containsExactly("x=2@4 since 2", "x=3@5 since 2");
  }

  @Test
  void theEventsOfOneRevisionAreInOneBatchInTheOrderOfTheOperations() throws Exception {
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      ops.add(new Op.Put("k" + (997 * i % 500), new byte[10_000], Op.ANY));
    }
    for (int round = 0; round < 3; round++) {
      store.commit(ops);
    }
    List<String> expected = ops.stream().map(Op::key).toList();
    try (WatchCursor watch = store.watch(ALL, ALL, 2)) {
      long seen = 1;
      while (seen < 4) {
        Batch batch = watch.next(LONG);
        for (long revision = seen + 1; revision <= batch.revision(); revision++) {
          long at = revision;
          assertThat(batch.events().stream().filter(e -> e.modRevision() == at).map(Event::key))
              .containsExactlyElementsOf(expected);
        }
        seen = batch.revision();
      }
    }
  }

  @Test
  void batchesAreBounded() throws Exception {
    for (int i = 0; i < 40; i++) {
      store.commit(List.of(new Op.Put("k" + i, new byte[1 << 20], Op.ANY)));
    }
    try (WatchCursor watch = store.watch(ALL, ALL, 1)) {
      long seen = 0;
      while (seen < 41) {
        Batch batch = watch.next(LONG);
        assertThat(batch.events()).hasSizeLessThanOrEqualTo(8).isNotEmpty();
        seen = batch.revision();
      }
    }
  }

  @Test
  void withNothingNewABatchTellsTheProgress() throws Exception {
    store.commit(List.of(put("a", "1")));
    store.commit(List.of(put("x", "1")));
    try (WatchCursor watch = store.watch("a", "b", 1)) {
      assertThat(watch.next(LONG).events()).hasSize(1);
      awaitProgress(watch, 3);
      store.commit(List.of(put("x", "2")));
      awaitProgress(watch, 4);
    }
  }

  private static void awaitProgress(WatchCursor watch, long revision) {
    Await.until(
        "progress " + revision,
        () -> {
          Batch quiet = watch.next(Duration.ofMillis(1));
          assertThat(quiet.events()).isEmpty();
          assertThat(quiet.revision()).isLessThanOrEqualTo(revision);
          return quiet.revision() == revision;
        });
  }

  @Test
  void aWatchMayBeginAheadOfTheStore() throws Exception {
    store.commit(List.of(put("a", "1")));
    try (WatchCursor watch = store.watch(ALL, ALL, 5)) {
      Batch nothing = watch.next(Duration.ZERO);
      assertThat(nothing.events()).isEmpty();
      assertThat(nothing.revision()).isEqualTo(2);
      for (int i = 3; i <= 6; i++) {
        store.commit(List.of(put("a", "" + i)));
      }
      List<String> seen = new ArrayList<>();
      while (seen.size() < 2) {
        watch.next(LONG).events().forEach(e -> seen.add(text(e)));
      }
      assertThat(seen).containsExactly("a=5@5 since 2", "a=6@6 since 2");
    }
  }

  @Test
  void aWaitingWatchIsWokenByACommit() throws Exception {
    try (WatchCursor watch = store.watch("a", "b", 2)) {
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Batch> waiting = executor.submit(() -> watch.next(LONG));
        store.commit(List.of(put("x", "1")));
        store.commit(List.of(put("a", "1")));
        assertThat(waiting.get(20, TimeUnit.SECONDS).events().stream().map(e -> text(e)))
            .containsExactly("a=1@3 since 3");
      }
    }
  }

  @Test
  void closingAWatchWakesIt() throws Exception {
    WatchCursor watch = store.watch(ALL, ALL, 2);
    AtomicReference<Throwable> outcome = new AtomicReference<>();
    Thread waiting =
        Thread.ofPlatform().start(() -> outcome.set(catchThrowable(() -> watch.next(LONG))));
    Await.until(
        "it waits",
        () ->
            waiting.getState() != Thread.State.NEW && waiting.getState() != Thread.State.RUNNABLE);
    watch.close();
    waiting.join(20_000);
    assertThat(outcome.get()).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> watch.next(Duration.ZERO)).isInstanceOf(StoreException.class);
  }

  @Test
  void closingTheStoreWakesAWatch() throws Exception {
    WatchCursor watch = store.watch(ALL, ALL, 2);
    AtomicReference<Throwable> outcome = new AtomicReference<>();
    Thread waiting =
        Thread.ofVirtual().start(() -> outcome.set(catchThrowable(() -> watch.next(LONG))));
    store.close();
    waiting.join(20_000);
    assertThat(outcome.get()).isInstanceOf(StoreException.class);
    watch.close();
  }

  @Test
  void everyWatchSeesTheSameWhileManyWrite() throws Exception {
    int writers = 8;
    int each = 100;
    ConcurrentHashMap<Long, String> committed = new ConcurrentHashMap<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> futures = new ArrayList<>();
      CountDownLatch start = new CountDownLatch(1);
      for (int w = 0; w < writers; w++) {
        int writer = w;
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < each; i++) {
                    String value = writer + "." + i;
                    long revision = store.commit(List.of(put("w" + writer, value)));
                    assertThat(committed.put(revision, value)).isNull();
                  }
                  return null;
                }));
      }
      List<Future<List<Event>>> watches = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        watches.add(
            executor.submit(
                () -> {
                  List<Event> seen = new ArrayList<>();
                  try (WatchCursor watch = store.watch(ALL, ALL, 2)) {
                    while (seen.size() < writers * each) {
                      seen.addAll(watch.next(LONG).events());
                    }
                  }
                  return seen;
                }));
      }
      start.countDown();
      for (Future<?> future : futures) {
        future.get();
      }
      for (Future<List<Event>> future : watches) {
        List<Event> seen = future.get();
        for (int i = 0; i < seen.size(); i++) {
          Event event = seen.get(i);
          assertThat(event.modRevision()).isEqualTo(2 + i);
          assertThat(new String(event.value(), UTF_8)).isEqualTo(committed.get(2L + i));
        }
      }
    }
    assertThat(store.currentRevision()).isEqualTo(1 + writers * each);
  }

  @Test
  void ofManyThatExpectTheSameOneSucceeds() throws Exception {
    long counter = store.commit(List.of(put("n", "0")));
    int threads = 8;
    int each = 25;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        futures.add(
            executor.submit(
                () -> {
                  for (int done = 0; done < each; ) {
                    KeyValue now = store.get("n", 0);
                    int next = Integer.parseInt(new String(now.value(), UTF_8)) + 1;
                    try {
                      store.commit(List.of(new Op.Put("n", bytes("" + next), now.modRevision())));
                      done++;
                    } catch (RevisionConflictException lost) {
                      assertThat(lost.actual()).isGreaterThan(now.modRevision());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
    assertThat(text(store.get("n", 0)))
        .isEqualTo("n=%d@%d since 2".formatted(threads * each, counter + threads * each));
  }

  @Test
  void aReadAfterACommitReflectsIt() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String key = "k" + t;
        futures.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    long revision = store.commit(List.of(put(key, "" + i)));
                    assertThat(store.currentRevision()).isGreaterThanOrEqualTo(revision);
                    assertThat(store.get(key, 0).modRevision()).isEqualTo(revision);
                    assertThat(store.get(key, revision).value()).isEqualTo(bytes("" + i));
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
  }

  // --- compaction

  @Test
  void compactionRefusesWhatLiesBelowAndKeepsTheRest() throws Exception {
    store.commit(List.of(put("a", "1"), put("b", "1"), put("gone", "1")));
    store.commit(List.of(put("a", "2")));
    store.commit(List.of(delete("gone")));
    store.commit(List.of(put("a", "3")));
    store.compact(4);
    assertThat(store.compactedRevision()).isEqualTo(4);
    assertThat(store.currentRevision()).isEqualTo(5);
    assertThat(range(ALL, ALL, 4)).containsExactly("a=2@3 since 2", "b=1@2 since 2");
    assertThat(range(ALL, ALL, 5)).containsExactly("a=3@5 since 2", "b=1@2 since 2");
    assertThat(events(ALL, ALL, 5, 5)).containsExactly("a=3@5 since 2");
    assertThatThrownBy(() -> store.get("a", 3))
        .isInstanceOfSatisfying(
            CompactedException.class, e -> assertThat(e.compacted()).isEqualTo(4));
    assertThatThrownBy(() -> store.range(ALL, ALL, 1)).isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> store.watch(ALL, ALL, 4)).isInstanceOf(CompactedException.class);
  }

  @Test
  void compactingAgainOrBelowDoesNothing() throws Exception {
    for (int i = 0; i < 5; i++) {
      store.commit(List.of(put("a", "" + i)));
    }
    store.compact(0);
    assertThat(store.compactedRevision()).isZero();
    store.compact(4);
    store.compact(4);
    store.compact(2);
    assertThat(store.compactedRevision()).isEqualTo(4);
    assertThat(text(store.get("a", 4))).isEqualTo("a=2@4 since 2");
  }

  @Test
  void everythingMayBeCompactedAway() throws Exception {
    store.commit(List.of(put("a", "1")));
    long last = store.commit(List.of(delete("a")));
    store.compact(last);
    assertThat(store.currentRevision()).isEqualTo(last);
    assertThat(range(ALL, ALL, 0)).isEmpty();
    assertThat(store.get("a", last)).isNull();
    try (WatchCursor watch = store.watch(ALL, ALL, last + 1)) {
      assertThat(store.commit(List.of(new Op.Put("a", bytes("2"), Op.ABSENT)))).isEqualTo(last + 1);
      assertThat(watch.next(LONG).events().stream().map(e -> text(e)))
          .containsExactly("a=2@4 since 4");
    }
  }

  @Test
  void aWatchThatFellBehindACompactionIsTold() throws Exception {
    for (int i = 0; i < 5; i++) {
      store.commit(List.of(put("a", "" + i)));
    }
    try (WatchCursor behind = store.watch(ALL, ALL, 2);
        WatchCursor atHead = store.watch(ALL, ALL, 7)) {
      store.compact(6);
      try {
        // What was on its way before the compaction may still come, but then all of it.
        List<Long> told = new ArrayList<>();
        while (told.size() < 5) {
          behind.next(LONG).events().forEach(event -> told.add(event.modRevision()));
        }
        assertThat(sendsAhead()).isTrue();
        assertThat(told).containsExactly(2L, 3L, 4L, 5L, 6L);
      } catch (CompactedException e) {
        assertThat(e.compacted()).isEqualTo(6);
      }
      assertThat(atHead.next(Duration.ZERO).revision()).isEqualTo(6);
      store.commit(List.of(put("a", "x")));
      assertThat(atHead.next(LONG).events()).hasSize(1);
    }
  }

  // --- time to live

  @Test
  void aTimeToLiveThatMakesNoSenseIsRefused() {
    for (Duration ttl : List.of(Duration.ofSeconds(-1), Duration.ofSeconds(Long.MAX_VALUE))) {
      assertThatThrownBy(() -> store.commit(List.of(new Op.Put("a", bytes("1"), Op.ANY, ttl))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // --- closing

  @Test
  void aClosedStoreRefuses() throws Exception {
    store.commit(List.of(put("a", "1")));
    store.commit(List.of(live("b", "1", 1)));
    pass(1);
    RangeCursor range = store.range(ALL, ALL, 0);
    WatchCursor watch = store.watch(ALL, ALL, 2);
    store.close();
    store.close();
    assertThatThrownBy(() -> store.commit(List.of(put("a", "2"))))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.get("a", 0)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.range(ALL, ALL, 0)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.watch(ALL, ALL, 2)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.currentRevision()).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.compact(1)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> expireAll()).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> watch.next(LONG)).isInstanceOf(StoreException.class);
    assertThatThrownBy(range::next).isInstanceOf(StoreException.class);
    store.stats();
    range.close();
    watch.close();
  }

  // --- helpers

  RevisionStore store() {
    return store;
  }

  void pass(long seconds) {
    now = now.plusSeconds(seconds);
  }

  /** Returns how many keys were deleted. */
  long expireAll() throws StoreException {
    long before = store.stats().expiredKeys();
    while (store.expire(7)) {
      // Until nothing is due.
    }
    return store.stats().expiredKeys() - before;
  }

  static Op live(String key, String value, long seconds) {
    return new Op.Put(key, bytes(value), Op.ANY, Duration.ofSeconds(seconds));
  }

  private void assertConflict(Op op, String key, long expected, long actual) {
    assertThatThrownBy(() -> store.commit(List.of(op)))
        .isInstanceOfSatisfying(
            RevisionConflictException.class,
            e -> {
              assertThat(e.key()).isEqualTo(key);
              assertThat(e.expected()).isEqualTo(expected);
              assertThat(e.actual()).isEqualTo(actual);
            });
  }

  List<String> range(String start, String end, long revision) throws Exception {
    List<String> found = new ArrayList<>();
    try (RangeCursor cursor = store.range(start, end, revision)) {
      for (KeyValue kv = cursor.next(); kv != null; kv = cursor.next()) {
        found.add(text(kv));
      }
    }
    return found;
  }

  List<String> keys(String start, String end) throws Exception {
    return range(start, end, 0).stream().map(text -> text.split("=", 2)[0]).toList();
  }

  private List<String> eventKeys(String start, String end) throws Exception {
    return batch(start, end, 1).events().stream().map(Event::key).toList();
  }

  private Batch batch(String start, String end, long from) throws Exception {
    try (WatchCursor watch = store.watch(start, end, from)) {
      return watch.next(LONG);
    }
  }

  /** The events of a watch from a revision until its progress reaches another. */
  List<String> events(String start, String end, long from, long until) throws Exception {
    List<String> seen = new ArrayList<>();
    try (WatchCursor watch = store.watch(start, end, from)) {
      for (long at = 0; at < until; ) {
        Batch batch = watch.next(Duration.ZERO);
        batch.events().forEach(e -> seen.add(text(e)));
        at = batch.revision();
      }
    }
    return seen;
  }

  static Op put(String key, String value) {
    return new Op.Put(key, bytes(value), Op.ANY);
  }

  static Op delete(String key) {
    return new Op.Delete(key, Op.ANY);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static String text(KeyValue kv) {
    return kv == null
        ? "absent"
        : "%s=%s@%d since %d"
            .formatted(
                kv.key(), new String(kv.value(), UTF_8), kv.modRevision(), kv.createRevision());
  }

  static String text(Event event) {
    return event.isDelete()
        ? "-%s@%d".formatted(event.key(), event.modRevision())
        : text(
            new KeyValue(event.key(), event.value(), event.createRevision(), event.modRevision()));
  }
}
