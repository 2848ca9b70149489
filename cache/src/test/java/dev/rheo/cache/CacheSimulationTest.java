package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.CompactedException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random writes, readers, compactions, restarts and faults, checked against a model that knows
 * every state and every event. Invariants after each step:
 *
 * <ul>
 *   <li>Order: a reader gets the events of its scope, each once, in order, with both versions.
 *   <li>Honesty: a reader that cannot continue gets a CompactedException, and only if the store or
 *       the budgets gave up its history.
 *   <li>Freshness: the state of the cache is exactly that of the revision that it reports.
 *   <li>Isolation: held snapshots do not change; stalled readers delay nobody.
 *   <li>Wake-ups: each event of its scope wakes a reader that waits.
 * </ul>
 */
class CacheSimulationTest {
  @TempDir Path directory;

  static IntStream seeds() {
    return IntStream.range(1, 1 + 12 * Integer.getInteger("rheo.torture", 1));
  }

  /** One change in the model. */
  private record Change(
      long revision, String key, @Nullable String form, @Nullable String previous) {
    boolean admitted(Scope scope) {
      int slash = key.indexOf('/');
      return (scope.namespace() == null || key.substring(0, slash).equals(scope.namespace()))
          && (scope.name() == null || key.substring(slash + 1).equals(scope.name()))
          && (scope.fieldValue() == null
              || has(form, scope.fieldValue())
              || has(previous, scope.fieldValue()));
    }

    private static boolean has(@Nullable String form, String node) {
      return form != null && form.contains("\"nodeName\":\"" + node + "\"");
    }
  }

  private final class Reader {
    final Scope scope;
    final EventReader reader;
    final boolean waits;

    /** Index in the model's changes of the next one to examine. */
    int next;

    volatile boolean woken = true;
    boolean ended;
    final long after;
    final List<String> log = new ArrayList<>();

    Reader(Scope scope, long after, boolean waits) throws CompactedException {
      this.scope = scope;
      this.after = after;
      this.reader = world.pods().events(after, scope);
      this.waits = waits;
      while (next < changes.size() && changes.get(next).revision <= after) {
        next++;
      }
      if (waits) {
        reader.onEvent(() -> woken = true);
      }
    }

    @Nullable Change expected() {
      while (next < changes.size() && !changes.get(next).admitted(scope)) {
        next++;
      }
      return next < changes.size() ? changes.get(next) : null;
    }

    /** Takes events; a reader that waits does nothing until it is woken. */
    void poll(int most) throws Exception {
      for (int i = 0; i < most && !ended && woken; i++) {
        CacheEvent event;
        woken = !waits;
        try {
          event = reader.next();
        } catch (CompactedException e) {
          assertThat(e.compacted()).isGreaterThan(reader.position());
          assertThat(mayLose).as("history given up").isTrue();
          ended = true;
          return;
        } catch (IOException e) {
          assertThat(world.files.readsFail || faults).isTrue();
          woken = true;
          return;
        }
        if (event == null) {
          woken |= reader.skipped();
          long position = reader.position();
          Change expected = expected();
          assertThat(expected == null || expected.revision > position)
              .as("passed over %s at %d", expected, position)
              .isTrue();
          return;
        }
        woken = true;
        Change expected = expected();
        assertThat(expected).as("event %d", event.revision()).isNotNull();
        next++;
        assertThat(event.revision())
            .as("%s from %d, waits %s, %s", scope, after, waits, log)
            .isEqualTo(expected.revision);
        log.add(event.revision() + "/" + reader.position() + "/" + world.cache.stats().rebuilds());
        check(event.current(), expected.form, expected.key);
        check(event.previous(), expected.previous, expected.key);
      }
    }

    private void check(@Nullable Entry entry, @Nullable String form, String key) throws Exception {
      assertThat(entry == null).isEqualTo(form == null);
      if (entry != null) {
        assertThat(entry.key()).isEqualTo(key);
        try {
          assertThat(world.read(entry)).isEqualTo(form);
        } catch (IOException e) {
          assertThat(world.files.readsFail || faults).isTrue();
        }
      }
    }
  }

  private record Held(Snapshot snapshot, Map<String, String> state) {}

  private final List<Change> changes = new ArrayList<>();
  private final TreeMap<Long, Map<String, String>> states = new TreeMap<>();
  private final Map<String, String> state = new TreeMap<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Held> held = new ArrayList<>();
  private World world;
  private Random random;

  /** Something was compacted, so readers may lose their position. */
  private boolean mayLose;

  /** Reads were made to fail in this run. */
  private boolean faults;

  @ParameterizedTest
  @MethodSource("seeds")
  void theRulesHold(int seed) throws Exception {
    random = new Random(seed);
    FlakyStore store = new FlakyStore(new MemoryRevisionStore());
    CacheSettings settings =
        new CacheSettings(
            2 * Segment.BLOCK,
            128 << 10,
            2L << 20,
            1L << 20,
            1L << 20,
            512,
            64 << 10,
            Duration.ofMinutes(5),
            2,
            8L << 20,
            1L << 20,
            2);
    world = new World(store, directory, settings);
    states.put(1L, Map.of());
    try {
      for (int step = 0; step < 3000; step++) {
        step(store);
        if (!readers.isEmpty()) {
          readers.get(random.nextInt(readers.size())).poll(random.nextInt(50));
        }
      }
      heal(store);
      finish();
    } finally {
      world.files.writesFail = false;
      store.stalled = false;
      world.close();
    }
  }

  private void step(FlakyStore store) throws Exception {
    switch (random.nextInt(100)) {
      case 0 -> compact();
      case 1 -> restart(store);
      case 2 -> store.failures.set(random.nextInt(3));
      case 3 -> world.files.writesFail = true;
      case 4 -> heal(store);
      case 5 -> world.files.cold = random.nextBoolean();
      case 6 -> world.clock.addAndGet(Duration.ofMinutes(random.nextInt(4)).toNanos());
      case 7 -> {
        if (random.nextInt(4) == 0) {
          faults = true;
          world.files.readsFail = true;
        }
      }
      case 8 -> store.stalled = true;
      case 9, 10, 11, 12 -> open();
      case 13, 14 -> {
        if (!readers.isEmpty()) {
          readers.remove(random.nextInt(readers.size())).reader.close();
        }
      }
      case 15, 16, 17 -> look();
      case 18, 19, 20 -> lookBack();
      default -> write();
    }
  }

  private void write() throws Exception {
    List<Op> ops = new ArrayList<>();
    Map<String, byte[]> written = new HashMap<>();
    List<String> keys = new ArrayList<>();
    int count = random.nextInt(10) == 0 ? 3 : 1;
    for (int i = 0; i < count; i++) {
      String namespace = "ns" + random.nextInt(3);
      String name = "p" + random.nextInt(12);
      String key = namespace + "/" + name;
      if (keys.contains(key)) {
        continue;
      }
      keys.add(key);
      if (state.containsKey(key) && random.nextInt(3) == 0) {
        ops.add(new Op.Delete("/registry/pods/" + key, Op.ANY));
      } else {
        String text = "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 20_000 : 300));
        byte[] value = Objects.pod(namespace, name, "app", "n" + random.nextInt(4), text);
        written.put(key, value);
        ops.add(new Op.Put("/registry/pods/" + key, value, Op.ANY));
      }
    }
    long revision = world.store.commit(ops);
    for (String key : keys) {
      byte[] value = written.get(key);
      String form = value == null ? null : Objects.at(value, revision);
      String previous = form == null ? state.remove(key) : state.put(key, form);
      changes.add(new Change(revision, key, form, previous));
    }
    states.put(revision, new TreeMap<>(state));
  }

  private Scope scope() {
    return switch (random.nextInt(5)) {
      case 0 -> Scope.namespace("ns" + random.nextInt(3));
      case 1 -> Scope.object("ns" + random.nextInt(3), "p" + random.nextInt(12));
      case 2 -> Scope.field("spec.nodeName", "n" + random.nextInt(4));
      case 3 -> Scope.object(null, "p" + random.nextInt(12));
      default -> Scope.ALL;
    };
  }

  private void open() throws Exception {
    long current = world.store.currentRevision();
    long oldest = world.pods().oldestRevision();
    if (oldest > current) {
      return;
    }
    long after = random.nextBoolean() ? current : random.nextLong(oldest, current + 1);
    try {
      readers.add(new Reader(scope(), after, random.nextBoolean()));
    } catch (CompactedException e) {
      assertThat(after).isLessThan(world.pods().oldestRevision());
    }
  }

  private void compact() throws Exception {
    long compacted = Math.max(1, world.store.compactedRevision());
    long current = world.store.currentRevision();
    mayLose = true;
    world.store.compact(random.nextLong(compacted, current + 1));
  }

  private void restart(FlakyStore store) throws Exception {
    heal(store);
    readers.forEach(r -> r.reader.close());
    readers.clear();
    held.clear();
    world.restart();
  }

  private void heal(FlakyStore store) {
    world.files.writesFail = false;
    world.files.readsFail = false;
    store.stalled = false;
    store.failures.set(0);
  }

  /** Checks the current state, now and again later. */
  private void look() throws Exception {
    Snapshot snapshot = world.pods().snapshot();
    if (snapshot.revision() == 0) {
      return;
    }
    Map<String, String> expected = states.get(snapshot.revision());
    assertThat(snapshot.size()).isEqualTo(expected.size());
    compare(snapshot, expected);
    assertThat(snapshot.size("ns1/"))
        .isEqualTo((int) expected.keySet().stream().filter(k -> k.startsWith("ns1/")).count());
    held.add(new Held(snapshot, expected));
    if (held.size() > 5) {
      Held old = held.remove(random.nextInt(held.size()));
      compare(old.snapshot, old.state);
    }
  }

  /** Checks the state at a random retained revision. */
  private void lookBack() throws Exception {
    long oldest = world.pods().oldestRevision();
    long now = world.cache.revision();
    if (oldest > now || now == 0) {
      return;
    }
    long revision = random.nextLong(oldest, now + 1);
    try {
      compare(world.pods().snapshotAt(revision), states.floorEntry(revision).getValue());
    } catch (CompactedException e) {
      assertThat(revision).isLessThan(world.pods().oldestRevision());
    } catch (java.io.UncheckedIOException e) {
      assertThat(faults).isTrue();
    }
  }

  private void compare(Snapshot snapshot, Map<String, String> expected) throws Exception {
    try {
      assertThat(Objects.forms(world.cache, snapshot)).isEqualTo(expected);
    } catch (IOException e) {
      assertThat(faults).isTrue();
    }
  }

  /** Lets everything settle: each reader gets all remaining events, woken if it waits. */
  private void finish() throws Exception {
    world.sync();
    World.until(world.cache::ready);
    compare(world.pods().snapshot(), state);
    for (Reader reader : readers) {
      while (!reader.ended && reader.expected() != null) {
        World.until(() -> reader.woken);
        reader.poll(1000);
      }
      reader.reader.close();
    }
    assertThat(world.cache.stats().waitingReaders()).isZero();
    for (Held old : held) {
      compare(old.snapshot, old.state);
    }
    long live = 0;
    EntryCursor entries = world.pods().snapshot().entries("", null);
    for (Entry e = entries.next(); e != null; e = entries.next()) {
      live += e.headerLength + e.length();
      assertThat(new String(new FormReader(world.cache).readFully(e), StandardCharsets.UTF_8))
          .isEqualTo(state.get(e.key()));
    }
    assertThat(world.cache.stats().liveBytes()).isEqualTo(live);
  }
}
