package dev.rheo.client.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.client.wire.ObjectHead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What handlers are told of a store. */
class ChangesTest {
  /** A handler that checks that it sees a chain without a gap for each key. */
  private static class Checked implements Receiver<String> {
    final Map<String, String> seen = new HashMap<>();
    final List<String> told = new ArrayList<>();
    final AtomicReference<String> fault = new AtomicReference<>();
    int synced;

    /** Whether a round of listing is under way; null as long as none has been told. */
    Boolean listing;

    private static String key(String object) {
      return object.substring(0, object.indexOf('@'));
    }

    private void expect(String key, String before, String what) {
      if (!Objects.equals(seen.get(key), before)) {
        fault.compareAndSet(null, what + " after " + seen.get(key) + ", not after " + before);
      }
    }

    @Override
    public void added(String object, boolean initial) {
      expect(key(object), null, "added " + object);
      seen.put(key(object), object);
      told.add("+" + object);
    }

    @Override
    public void updated(String before, String object) {
      expect(key(object), before, "updated " + object);
      seen.put(key(object), object);
      told.add("~" + object);
    }

    @Override
    public void deleted(String object, boolean lastKnown) {
      if (seen.remove(key(object)) == null) {
        fault.compareAndSet(null, "deleted " + object + ", which was not there");
      }
      told.add("-" + object);
    }

    @Override
    public void listing() {
      if (Boolean.TRUE.equals(listing)) {
        fault.compareAndSet(null, "a round begins within another");
      }
      listing = true;
      told.add("(");
    }

    @Override
    public void listed(String version, boolean empty) {
      if (Boolean.FALSE.equals(listing)) {
        fault.compareAndSet(null, "a round ends that has not begun");
      }
      listing = false;
      told.add(empty ? ") empty" : ") " + version);
    }

    @Override
    public void synced() {
      synced++;
    }

    @Override
    public void failed(Throwable failure) {
      fault.compareAndSet(null, failure.toString());
    }
  }

  private static LiveStore<String> store(int bound) {
    return new LiveStore<>(Packing.objects(), Map.of(), bound);
  }

  private static void put(LiveStore<String> store, String key, int version, int round) {
    store.put(
        new ObjectHead("", key, "" + version, version), key, round, key + "@" + version, null);
    store.tell();
  }

  @Test
  void sweepDeletesWhatTheRoundDidNotName() {
    LiveStore<String> store = store(100);
    Checked handler = new Checked();
    Reader<String> reader = Reader.open(store, handler, Runnable::run);
    int first = store.newRound();
    put(store, "a", 1, first);
    put(store, "b", 2, first);
    assertThat(reader.synced()).isFalse();
    assertThat(store.sweep(first, "2")).isZero();
    assertThat(reader.synced()).isTrue();
    int broken = store.newRound();
    assertThat(store.markIfSame(new ObjectHead("", "b", "2", 2), "b", broken)).isTrue();
    // The round broke off. The next one names a in a new state, and c.
    int second = store.newRound();
    assertThat(store.markIfSame(new ObjectHead("", "a", "5", 5), "a", second)).isFalse();
    put(store, "a", 5, second);
    put(store, "c", 4, second);
    assertThat(store.list()).containsExactlyInAnyOrder("a@5", "b@2", "c@4");
    assertThat(store.sweep(second, "5")).isEqualTo(1);
    assertThat(handler.told)
        .containsExactly("(", "+a@1", "+b@2", ") 2", "(", "~a@5", "+c@4", "-b@2", ") 5");
    assertThat(handler.synced).isEqualTo(1);
    assertThat(handler.fault.get()).isNull();
  }

  @Test
  void oneVersionOfTwoHistoriesIsNotTheSame() {
    LiveStore<String> store = store(100);
    put(store, "a", 1, 1);
    assertThat(store.markIfSame(new ObjectHead("", "a", "1", 99), "a", 2)).isFalse();
  }

  /**
   * Readers of every pace see chains without a gap and end with the store's content; the log stays
   * bounded.
   */
  @Test
  void aChainHasNoGapWhateverTheReadersPace() {
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      int bound = 1 + random.nextInt(20);
      int keys = 1 + random.nextInt(8);
      LiveStore<String> store = store(bound);
      Deque<Runnable> waiting = new ArrayDeque<>();
      List<Checked> handlers = new ArrayList<>();
      List<Reader<String>> readers = new ArrayList<>();
      boolean rounds = false;
      for (int step = 0; step < 600; step++) {
        String key = "k" + random.nextInt(keys);
        int dice = random.nextInt(40);
        if (dice < 22) {
          put(store, key, step + 1, 0);
        } else if (dice < 32) {
          store.delete(key, null, null);
        } else if (dice == 33 && handlers.size() < 5) {
          Checked handler = new Checked();
          handlers.add(handler);
          readers.add(Reader.open(store, handler, waiting::add));
        } else if (dice == 34 && !readers.isEmpty()) {
          readers.get(random.nextInt(readers.size())).resync();
        } else if (dice == 35 && readers.size() > 1) {
          int gone = random.nextInt(readers.size());
          readers.remove(gone).close();
          assertThat(handlers.remove(gone).fault.get()).as("seed %d", seed).isNull();
        } else if (dice == 36 && rounds) {
          store.sweep(0, "");
          rounds = false;
        } else if (dice == 37) {
          store.newRound();
          rounds = true;
        } else if (!waiting.isEmpty() && random.nextInt(1 + seed % 6) == 0) {
          waiting.poll().run();
        }
        assertThat(store.logLength())
            .as("seed %d, step %d", seed, step)
            .isLessThanOrEqualTo(2L * (bound + (readers.size() + 2L) * (keys + 3)));
      }
      while (!waiting.isEmpty()) {
        waiting.poll().run();
      }
      for (Checked handler : handlers) {
        assertThat(handler.fault.get()).as("seed %d", seed).isNull();
        assertThat(handler.seen.values())
            .as("seed %d", seed)
            .containsExactlyInAnyOrderElementsOf(store.list());
      }
      readers.forEach(reader -> assertThat(reader.behind()).isZero());
    }
  }

  /**
   * The hand-over from the writer to readers on other threads, which come and go and fall asleep.
   */
  @Test
  void handOverLosesNothingBetweenThreads() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(6);
    try {
      for (int seed = 0; seed < 60; seed++) {
        Random random = new Random(seed);
        LiveStore<String> store = store(1 + random.nextInt(200));
        List<Checked> handlers = new ArrayList<>();
        List<Reader<String>> readers = new ArrayList<>();
        for (int step = 0; step < 3000; step++) {
          String key = "k" + random.nextInt(30);
          if (random.nextInt(3) == 0) {
            store.delete(key, null, null);
          } else {
            put(store, key, step + 1, 0);
          }
          if (step % 700 == 3) {
            Checked handler = new Checked();
            handlers.add(handler);
            readers.add(Reader.open(store, handler, pool));
          }
          if (step == 1500) {
            store.sweep(0, "");
          }
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (int i = 0; i < readers.size(); i++) {
          // Nothing is pending once a reader is at the end; its last call may still run.
          while (readers.get(i).behind() > 0 && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
          }
          readers.get(i).close();
        }
        pool.submit(() -> {}).get();
        for (Checked handler : handlers) {
          assertThat(handler.fault.get()).as("seed %d", seed).isNull();
        }
      }
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aListOfNothingInAnEmptyStore() {
    LiveStore<String> store = store(100);
    Checked handler = new Checked();
    Reader.open(store, handler, Runnable::run);
    store.sweep(store.newRound(), "7");
    put(store, "a", 8, 1);
    store.sweep(store.newRound(), "9");
    assertThat(handler.told).containsExactly("(", ") empty", "+a@8", "(", "-a@8", ") 9");
  }

  @Test
  void anIndexThatIsAddedWhileTheStoreIsWrittenHasEachObject() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      for (int seed = 0; seed < 200; seed++) {
        LiveStore<String> store = store(100);
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
          put(store, "k" + i, i + 1, 0);
        }
        var writer =
            pool.submit(
                () -> {
                  for (int step = 0; step < 400; step++) {
                    String key = "k" + random.nextInt(50);
                    if (random.nextInt(3) == 0) {
                      store.delete(key, null, null);
                    } else {
                      put(store, key, 100 + step, 0);
                    }
                  }
                });
        store.addIndex("parity", o -> List.of(o.charAt(o.length() - 1) % 2 == 0 ? "even" : "odd"));
        writer.get();
        List<String> indexed = new ArrayList<>(store.byIndex("parity", "even"));
        assertThat(indexed).as("seed %d", seed).allMatch(o -> o.charAt(o.length() - 1) % 2 == 0);
        indexed.addAll(store.byIndex("parity", "odd"));
        assertThat(indexed).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(store.list());
      }
    } finally {
      pool.shutdown();
    }
  }

  /** The index is added between the moment when an object's values are known and its change. */
  @Test
  void anIndexThatIsAddedInTheMiddleOfAChangeHasTheObject() {
    AtomicReference<LiveStore<String>> store = new AtomicReference<>();
    AtomicReference<String> trigger = new AtomicReference<>("put");
    Function<String, List<String>> adds =
        object -> {
          String name = trigger.getAndSet(null);
          if (name != null) {
            store.get().addIndex(name, any -> List.of("all"));
          }
          return List.of();
        };
    store.set(new LiveStore<>(Packing.objects(), Map.of("adds", adds), 100));

    put(store.get(), "a", 1, 0);
    assertThat(store.get().byIndex("put", "all")).containsExactly("a@1");

    trigger.set("delete");
    store.get().delete("a", null, null);
    assertThat(store.get().keysByIndex("delete", "all")).isEmpty();
  }

  @Test
  void aHandlerThatFailsIsToldTheNextChange() {
    LiveStore<String> store = store(100);
    List<String> calls = new ArrayList<>();
    Reader.open(
        store,
        new Checked() {
          @Override
          public void added(String object, boolean initial) {
            calls.add(object);
            throw new StackOverflowError("a handler's fault");
          }

          @Override
          public void failed(Throwable failure) {
            throw new IllegalStateException(failure);
          }
        },
        Runnable::run);
    put(store, "a", 1, 0);
    put(store, "b", 2, 0);
    assertThat(calls).containsExactly("a@1", "b@2");
  }

  /** What the review of the first version found: each was wrong. */
  @Test
  void anIndexThatFailsOnAnObjectIsNotAdded() {
    LiveStore<String> store = store(100);
    put(store, "a", 1, 0);
    assertThatThrownBy(
            () ->
                store.addIndex(
                    "broken",
                    object -> {
                      throw new IllegalStateException("of an index");
                    }))
        .hasMessage("of an index");
    assertThat(store.indexNames()).isEmpty();
    put(store, "a", 2, 0);
    assertThat(store.list()).containsExactly("a@2");
  }

  @Test
  void anIndexThatFailsLaterKeepsNoObject() {
    AtomicReference<Boolean> fails = new AtomicReference<>(false);
    LiveStore<String> store =
        new LiveStore<>(
            Packing.objects(),
            Map.of(
                "first",
                object -> {
                  if (fails.get()) {
                    throw new IllegalStateException("of an index");
                  }
                  return List.of(object.substring(0, 1));
                }),
            100);
    put(store, "a", 1, 0);
    fails.set(true);
    assertThat(store.delete("a", null, null)).isTrue();
    fails.set(false);
    assertThat(store.list()).isEmpty();
    assertThat(store.keysByIndex("first", "a")).isEmpty();
  }

  @Test
  void whoNeverLeavesAnIndexIsNeverMissing() throws Exception {
    LiveStore<String> store =
        new LiveStore<>(Packing.objects(), Map.of("first", o -> List.of(o.substring(0, 1))), 100);
    put(store, "a", 1, 0);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      var missing =
          pool.submit(
              () -> {
                int count = 0;
                for (int i = 0; i < 200_000; i++) {
                  count += store.byIndex("first", "a").isEmpty() ? 1 : 0;
                }
                return count;
              });
      for (int version = 2; !missing.isDone(); version++) {
        put(store, "a", version, 0);
      }
      assertThat(missing.get()).isZero();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void anExecutorWithoutRoomLosesNothing() {
    LiveStore<String> store = store(100);
    Checked handler = new Checked();
    AtomicReference<Boolean> full = new AtomicReference<>(true);
    Reader.open(
        store,
        handler,
        task -> {
          if (full.get()) {
            throw new RejectedExecutionException("full");
          }
          task.run();
        });
    put(store, "a", 1, 0);
    full.set(false);
    put(store, "b", 2, 0);
    assertThat(handler.told).containsExactly("+a@1", "+b@2");
  }
}
