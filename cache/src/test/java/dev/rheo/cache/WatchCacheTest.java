package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.CompactedException;
import dev.rheo.store.RevisionStore.Op;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchCacheTest {
  @TempDir Path directory;
  private World world;

  @BeforeEach
  void begin() throws Exception {
    world = new World(directory, World.small());
    World.until(world.cache::ready);
  }

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void putsTheRevisionIntoTheFormAndKnowsWhereThingsStand() throws Exception {
    long revision = world.pod("ns", "a", "n1", "text");
    world.sync();
    Entry entry = world.pods().get("ns/a");
    String form = world.read(entry);
    assertThat(form).isEqualTo(Objects.form("ns", "a", "a", "n1", "text", "" + revision));
    assertThat(entry.revision()).isEqualTo(revision);
    assertThat(
            form.substring(entry.revisionOffset(), entry.revisionOffset() + entry.revisionLength()))
        .isEqualTo("" + revision);
    assertThat(form.substring(entry.metadataOffset(), entry.metadataEnd()))
        .startsWith("\"metadata\":{\"name\"")
        .endsWith("\"labels\":{\"app\":\"a\"}}");
    assertThat(entry.length()).isEqualTo(form.length());
    assertThat(entry.namespace()).isEqualTo("ns");
    assertThat(entry.name()).isEqualTo("a");
    assertThat(entry.labels().get("app")).isEqualTo("a");
    assertThat(entry.labels().get("none")).isNull();
    assertThat(entry.fields().get("spec.nodeName")).isEqualTo("n1");
    assertThat(entry.fields().get("metadata.name")).isEqualTo("a");
    assertThat(entry.fields().get("metadata.namespace")).isEqualTo("ns");
    assertThat(entry.fields().get("status.phase")).isNull();
  }

  @Test
  void aSnapshotStaysAsItWas() throws Exception {
    world.pod("a", "x", "n", "1");
    world.pod("b", "y", "n", "1");
    world.sync();
    Snapshot before = world.pods().snapshot();
    world.pod("a", "x", "n", "2");
    world.delete("b/y");
    world.pod("b", "z", "n", "1");
    world.sync();
    assertThat(Objects.forms(world.cache, before).values()).allMatch(f -> f.contains("\"1\""));
    assertThat(before.size()).isEqualTo(2);
    assertThat(before.size("b/")).isEqualTo(1);
    assertThat(Objects.forms(world.cache, world.pods().snapshot())).containsOnlyKeys("a/x", "b/z");
    EntryCursor fromY = before.entries("b/", "b/y");
    assertThat(fromY.next().key()).isEqualTo("b/y");
    assertThat(fromY.next()).isNull();
  }

  @Test
  void eventsComeInOrderWithBothVersions() throws Exception {
    long start = world.store.currentRevision();
    long created = world.pod("ns", "a", "n1", "1");
    long updated = world.pod("ns", "a", "n2", "2");
    long deleted = world.delete("ns/a");
    world.sync();
    EventReader reader = world.pods().events(start, Scope.ALL);
    CacheEvent event = reader.next();
    assertThat(event.revision()).isEqualTo(created);
    assertThat(event.previous()).isNull();
    event = reader.next();
    assertThat(event.revision()).isEqualTo(updated);
    assertThat(world.read(event.previous())).contains("n1");
    assertThat(world.read(event.current())).contains("n2");
    event = reader.next();
    assertThat(event.revision()).isEqualTo(deleted);
    assertThat(event.current()).isNull();
    assertThat(event.previous().revision()).isEqualTo(updated);
    assertThat(reader.next()).isNull();
    assertThat(reader.skipped()).isFalse();
    assertThat(reader.position()).isEqualTo(deleted);
    // A reader that begins after the first event does not get it.
    assertThat(world.pods().events(created, Scope.ALL).next().revision()).isEqualTo(updated);
  }

  @Test
  void severalChangesOfOneRevisionAreAllHandedOutBeforeThePositionIsTheirs() throws Exception {
    long revision =
        world.store.commit(
            List.of(
                new Op.Put("/registry/pods/a/x", Objects.pod("a", "x", "l", "n", ""), Op.ANY),
                new Op.Put("/registry/minions/n", Objects.node("n", ""), Op.ANY),
                new Op.Put("/registry/pods/a/y", Objects.pod("a", "y", "l", "n", ""), Op.ANY)));
    world.sync();
    EventReader reader = world.pods().events(revision - 1, Scope.ALL);
    assertThat(reader.next().current().key()).isEqualTo("a/x");
    assertThat(reader.position()).isEqualTo(revision - 1);
    assertThat(reader.next().current().key()).isEqualTo("a/y");
    assertThat(reader.position()).isEqualTo(revision);
    assertThat(reader.next()).isNull();
    assertThat(world.cache.resource("nodes").get("n").name()).isEqualTo("n");
    assertThat(world.cache.resource("nodes").get("n").namespace()).isEmpty();
  }

  @Test
  void wakesOnlyThoseWhomTheEventConcerns() throws Exception {
    long first = world.pod("ns", "a", "n1", "1");
    // Once this event is routed, it does not wake the readers below.
    World.until(() -> world.cache.routed().revision() == first);
    List<AtomicInteger> woken = new ArrayList<>();
    List<EventReader> readers = new ArrayList<>();
    for (Scope scope :
        List.of(
            Scope.ALL,
            Scope.namespace("ns"),
            Scope.namespace("other"),
            Scope.object("ns", "a"),
            Scope.object("ns", "b"),
            Scope.object(null, "a"),
            Scope.field("spec.nodeName", "n1"),
            Scope.field("spec.nodeName", "n2"),
            Scope.field("spec.nodeName", "n3"),
            Scope.field("metadata.name", "a"))) {
      AtomicInteger count = new AtomicInteger();
      EventReader reader = world.pods().events(world.cache.revision(), scope);
      reader.onEvent(count::incrementAndGet);
      assertThat(reader.next()).isNull();
      woken.add(count);
      readers.add(reader);
    }
    assertThat(world.cache.stats().waitingReaders()).isEqualTo(10);
    long revision = world.pod("ns", "a", "n2", "2");
    World.until(() -> world.cache.routed().revision() == revision);
    world.delete("ns/a");
    world.sync();
    World.until(() -> world.cache.routed().revision() > revision);
    assertThat(woken.stream().map(AtomicInteger::get))
        .containsExactly(1, 1, 0, 1, 0, 1, 1, 1, 0, 1);
    for (int i = 0; i < 10; i++) {
      EventReader reader = readers.get(i);
      boolean concerned = woken.get(i).get() == 1;
      assertThat(reader.position()).isEqualTo(concerned ? revision - 1 : revision + 1);
      CacheEvent event = reader.next();
      if (concerned) {
        assertThat(event.revision()).isEqualTo(revision);
      } else {
        assertThat(event).isNull();
      }
      reader.close();
    }
    assertThat(world.cache.stats().waitingReaders()).isZero();
  }

  @Test
  void aReaderThatIsClosedWhileItWaitsLeavesNothing() throws Exception {
    world.sync();
    for (int i = 0; i < 10_000; i++) {
      EventReader reader =
          world.pods().events(world.cache.revision(), Scope.field("spec.nodeName", "n" + i));
      reader.onEvent(() -> {});
      assertThat(reader.next()).isNull();
      assertThat(world.cache.stats().waitingReaders()).isEqualTo(1);
      reader.close();
    }
    assertThat(world.cache.stats().waitingReaders()).isZero();
  }

  @Test
  void givesUpAfterManyEventsThatDoNotConcernItAndSaysSo() throws Exception {
    long start = world.store.currentRevision();
    for (int i = 0; i < 2500; i++) {
      world.pod("ns", "a", "n", "" + i);
    }
    long wanted = world.pod("other", "a", "n", "");
    world.sync();
    EventReader reader = world.pods().events(start, Scope.namespace("other"));
    assertThat(reader.next()).isNull();
    assertThat(reader.skipped()).isTrue();
    assertThat(reader.next()).isNull();
    assertThat(reader.skipped()).isTrue();
    assertThat(reader.next().revision()).isEqualTo(wanted);
    assertThat(reader.next()).isNull();
    assertThat(reader.skipped()).isFalse();
  }

  @Test
  void takesWhatItLooksAtFromTheAllowanceOfItsTurn() throws Exception {
    long start = world.store.currentRevision();
    for (int i = 0; i < 5000; i++) {
      world.pod("ns", "a", "n", "" + i);
    }
    long wanted = world.pod("other", "a", "n", "");
    world.sync();
    // Most of these events are no longer kept decoded, and are read from the spool again.
    EventReader reader = world.pods().events(start, Scope.namespace("other"));
    WorkBudget effort = new WorkBudget(0);
    reader.within(effort);
    assertThat(reader.next()).isNull();
    assertThat(reader.skipped()).isTrue();
    assertThat(reader.position()).isEqualTo(start);
    int turns = 0;
    for (CacheEvent event = null; event == null; turns++) {
      long before = reader.position();
      effort.renew(1000);
      event = reader.next();
      if (event == null) {
        assertThat(reader.skipped()).isTrue();
        assertThat(reader.position() - before).isBetween(1L, 1000L);
      } else {
        assertThat(event.revision()).isEqualTo(wanted);
      }
    }
    // An event that must be decoded costs more than one that is kept decoded.
    assertThat(turns)
        .isBetween(4500 * WorkBudget.DECODING / 1000, 5100 * WorkBudget.DECODING / 1000);
  }

  @Test
  void awaitingARevisionThatIsFarAheadCostsNothingWithEachCommit() throws Exception {
    world.sync();
    long far = world.cache.revision() + 1_000_000;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      assertThat(world.cache.awaitRevision(far, World.LONG)).isFalse();
                    } catch (InterruptedException e) {
                      // The test is over.
                    }
                  }));
    }
    World.until(() -> world.cache.waits().waiting() == 500);
    long before = world.cache.waits().wakeUps();
    for (int i = 0; i < 200; i++) {
      world.pod("ns", "a", "n", "" + i);
      world.sync();
    }
    assertThat(world.cache.waits().wakeUps() - before).isLessThanOrEqualTo(200);
    assertThat(world.cache.waits().waiting()).isEqualTo(500);
    threads.forEach(Thread::interrupt);
    World.until(() -> world.cache.waits().waiting() == 0);
  }

  @Test
  void anObjectThatCannotBeReadCountsAsAbsent() throws Exception {
    world.pod("ns", "a", "n", "1");
    world.sync();
    long start = world.cache.revision();
    world.put("ns/a", "not JSON".getBytes(StandardCharsets.UTF_8));
    world.put("ns/b", "{\"kind\":\"Pod\"}".getBytes(StandardCharsets.UTF_8));
    world.pod("ns", "c", "n", "1");
    world.sync();
    assertThat(Objects.forms(world.cache, world.pods().snapshot())).containsOnlyKeys("ns/c");
    EventReader reader = world.pods().events(start, Scope.ALL);
    CacheEvent gone = reader.next();
    assertThat(gone.previous().key()).isEqualTo("ns/a");
    assertThat(gone.current()).isNull();
    assertThat(reader.next().current().key()).isEqualTo("ns/c");
    assertThat(world.cache.stats().undecodable()).isEqualTo(2);
  }

  @Test
  void historySurvivesARestart() throws Exception {
    List<Long> revisions = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      revisions.add(world.pod("ns", "p" + i % 7, "n", "" + i));
    }
    long compacted = revisions.get(100);
    world.store.compact(compacted);
    world.restart();
    world.sync();
    World.until(world.cache::ready);
    assertThat(world.pods().oldestRevision()).isEqualTo(compacted);
    EventReader reader = world.pods().events(compacted, Scope.ALL);
    for (int i = 101; i < 300; i++) {
      CacheEvent event = reader.next();
      assertThat(event.revision()).isEqualTo(revisions.get(i));
      assertThat(world.read(event.current())).contains("\"text\":\"" + i + "\"");
      assertThat(world.read(event.previous())).contains("\"text\":\"" + (i - 7) + "\"");
    }
    assertThat(reader.next()).isNull();
    assertThatThrownBy(() -> world.pods().events(compacted - 1, Scope.ALL))
        .isInstanceOf(CompactedException.class);
  }

  @Test
  void everyRetainedRevisionCanBeSeenExactly() throws Exception {
    Map<Long, Map<String, String>> states = new TreeMap<>();
    Map<String, String> state = new TreeMap<>();
    java.util.Random random = new java.util.Random(7);
    world.sync();
    for (int i = 0; i < 3000; i++) {
      String name = "p" + random.nextInt(40);
      long revision;
      if (random.nextInt(3) == 0 && state.containsKey("ns/" + name)) {
        revision = world.delete("ns/" + name);
        state.remove("ns/" + name);
      } else {
        byte[] value = Objects.pod("ns", name, "a", "n", "" + i);
        revision = world.put("ns/" + name, value);
        state.put("ns/" + name, Objects.at(value, revision));
      }
      states.put(revision, new TreeMap<>(state));
    }
    world.sync();
    List<Long> order = new ArrayList<>(states.keySet());
    java.util.Collections.shuffle(order, random);
    for (long revision : order.subList(0, 300)) {
      Snapshot snapshot = world.pods().snapshotAt(revision);
      assertThat(snapshot.revision()).isEqualTo(revision);
      assertThat(Objects.forms(world.cache, snapshot)).isEqualTo(states.get(revision));
    }
    assertThat(world.cache.stats().snapshotBytes()).isLessThan(2L << 20);
    long half = states.keySet().stream().skip(1500).findFirst().orElseThrow();
    world.store.compact(half);
    World.until(() -> world.pods().oldestRevision() == half);
    assertThatThrownBy(() -> world.pods().snapshotAt(half - 1))
        .isInstanceOf(CompactedException.class);
    assertThat(Objects.forms(world.cache, world.pods().snapshotAt(half)))
        .isEqualTo(states.get(half));
  }

  /** The events from which it is made are still there, but the floor has passed it. */
  @Test
  void aStateThatIsCompactedWhileItIsMadeIsNotGivenOut() throws Exception {
    world.pod("ns", "a", "n", "x");
    Op elsewhere = new Op.Put("/registry/minions/n", Objects.node("n", ""), Op.ANY);
    long revision = world.store.commit(List.of(elsewhere));
    long compacted = world.store.commit(List.of(elsewhere));
    // The oldest of these are no longer on the heap.
    for (int i = 0; i < 600; i++) {
      world.pod("ns", "a", "n", "x".repeat(1000));
    }
    world.sync();
    world.files.beforeBlocking =
        () -> {
          world.files.beforeBlocking = () -> {};
          try {
            world.store.compact(compacted);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
          World.until(() -> world.pods().oldestRevision() == compacted);
        };
    assertThatThrownBy(() -> world.pods().snapshotAt(revision))
        .isInstanceOfSatisfying(
            CompactedException.class, e -> assertThat(e.compacted()).isEqualTo(compacted));
    assertThat(world.cache.stats().snapshotBytes()).isZero();
  }

  @Test
  void aReaderWhoseHistoryIsGoneIsTold() throws Exception {
    world.sync();
    long start = world.cache.revision();
    EventReader behind = world.pods().events(start, Scope.ALL);
    for (int i = 0; i < 10; i++) {
      world.pod("ns", "a", "n", "" + i);
    }
    world.sync();
    assertThat(behind.next().revision()).isEqualTo(start + 1);
    world.store.compact(start + 5);
    World.until(() -> world.pods().oldestRevision() == start + 5);
    World.until(() -> world.cache.stats().resources().getFirst().events() == 5);
    assertThatThrownBy(behind::next).isInstanceOf(CompactedException.class);
    assertThatThrownBy(behind::next).isInstanceOf(CompactedException.class);
    assertThat(world.pods().events(start + 5, Scope.ALL).next().revision()).isEqualTo(start + 6);
  }

  @Test
  void historyIsGivenUpUnderItsBudgetButNotWhatIsYoung() throws Exception {
    world.close();
    CacheSettings tight =
        new CacheSettings(
            1 << 20,
            1 << 20,
            1L << 30,
            1L << 20,
            64L << 20,
            512,
            1 << 20,
            Duration.ofMinutes(5),
            2,
            8L << 20,
            1L << 20,
            2);
    world = new World(directory, tight);
    world.sync();
    World.until(world.cache::ready);
    String text = "x".repeat(10_000);
    for (int i = 0; i < 400; i++) {
      world.pod("ns", "a", "n", text + i);
    }
    world.sync();
    World.until(() -> world.cache.stats().historyBytes() > 3L << 20);
    long young = world.pods().oldestRevision();
    assertThat(young).isEqualTo(1);
    // The current revision is marked first; then the mark becomes old.
    world.clock.addAndGet(Duration.ofSeconds(2).toNanos());
    world.pod("ns", "b", "n", "");
    world.sync();
    long old = world.cache.revision();
    World.until(
        () -> {
          world.clock.addAndGet(Duration.ofMinutes(1).toNanos());
          return world.cache.stats().historyBytes() < 2L << 20;
        });
    assertThat(world.pods().oldestRevision()).isLessThanOrEqualTo(old);
    Entry entry = world.pods().get("ns/a");
    assertThat(world.read(entry)).contains(text + 399);
  }

  @Test
  void awaitsARevision() throws Exception {
    world.sync();
    long next = world.cache.revision() + 1;
    assertThat(world.cache.awaitRevision(next, Duration.ofMillis(20))).isFalse();
    Thread waiter = Thread.ofVirtual().unstarted(() -> {});
    AtomicInteger result = new AtomicInteger();
    waiter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    result.set(world.cache.awaitRevision(next, World.LONG) ? 1 : 2);
                  } catch (InterruptedException e) {
                    result.set(3);
                  }
                });
    world.pod("ns", "a", "n", "");
    waiter.join();
    assertThat(result.get()).isEqualTo(1);
  }

  @Test
  void readsLargeAndSmallFormsInPieces() throws Exception {
    java.util.Random random = new java.util.Random(3);
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      int size = random.nextInt(10) == 0 ? random.nextInt(300_000) : random.nextInt(2000);
      byte[] value = Objects.pod("ns", "p" + i, "a", "n", "y".repeat(size));
      long revision = world.put("ns/p" + i, value);
      expected.put("ns/p" + i, Objects.at(value, revision));
    }
    world.sync();
    for (boolean direct : new boolean[] {true, false}) {
      ByteBuffer dst = direct ? ByteBuffer.allocateDirect(1 << 20) : ByteBuffer.allocate(1 << 20);
      FormReader[] readers = {new FormReader(world.cache), new FormReader(world.cache)};
      EntryCursor[] cursors = {
        world.pods().snapshot().entries("", null), world.pods().snapshot().entries("", null)
      };
      for (int i = 0; i < 600; i++) {
        // Two readers on one thread displace each other's windows.
        Entry entry = cursors[i % 2].next();
        dst.clear();
        while (dst.position() < entry.length()) {
          int most = 1 + random.nextInt(random.nextBoolean() ? 100_000 : 100);
          int before = dst.position();
          int read = readers[i % 2].read(entry, dst.position(), most, dst);
          assertThat(read).isBetween(1, most);
          assertThat(dst.position()).isEqualTo(before + read);
        }
        byte[] bytes = new byte[entry.length()];
        dst.flip().get(bytes);
        assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(expected.get(entry.key()));
      }
    }
  }
}
