package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.codec.json.SelectableField;
import dev.rheo.store.CompactedException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resources are added and removed under the follower, while others are read. */
class ComingAndGoingTest {
  private static final CachedResource WIDGETS = widgets("widgets", "/registry/widgets/");

  @TempDir Path directory;

  private static CachedResource widgets(String name, String prefix) {
    return new CachedResource(
        name, prefix, true, List.of(SelectableField.string("spec.nodeName").withIndex()));
  }

  private static long put(World world, String key, String text) throws Exception {
    int slash = key.indexOf('/');
    byte[] value = Objects.pod(key.substring(0, slash), key.substring(slash + 1), "a", "n", text);
    return world.store.commit(List.of(new Op.Put("/registry/widgets/" + key, value, Op.ANY)));
  }

  private static long delete(World world, String key) throws Exception {
    return world.store.commit(List.of(new Op.Delete("/registry/widgets/" + key, Op.ANY)));
  }

  private static World ready(World world) {
    World.until(world.cache::ready);
    return world;
  }

  private static ResourceCache add(World world) throws Exception {
    return world.cache.add(WIDGETS, World.LONG);
  }

  /** A store that does something once, between opening a range and reading it. */
  private static RevisionStore interrupted(RevisionStore store, AtomicReference<Callable<?>> once) {
    return (RevisionStore)
        Proxy.newProxyInstance(
            ComingAndGoingTest.class.getClassLoader(),
            new Class<?>[] {RevisionStore.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(store, arguments);
                Callable<?> first = method.getName().equals("range") ? once.getAndSet(null) : null;
                if (first != null) {
                  first.call();
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void anAddedResourceHasWhatTheStoreHasAndFollowsIt() throws Exception {
    try (World world = ready(new World(directory, World.small()))) {
      put(world, "ns/a", "1");
      long last = put(world, "ns/b", "1");
      world.sync();
      assertThatThrownBy(() -> world.cache.resource("widgets"))
          .isInstanceOf(NotCachedException.class);
      ResourceCache widgets = add(world);
      assertThat(world.cache.resource("widgets")).isSameAs(widgets);
      assertThat(Objects.forms(world.cache, widgets.snapshot()))
          .containsOnlyKeys("ns/a", "ns/b")
          .containsEntry("ns/b", Objects.form("ns", "b", "a", "n", "1", "" + last));
      long begins = widgets.snapshot().revision();
      assertThat(widgets.oldestRevision()).isEqualTo(begins).isGreaterThanOrEqualTo(last);
      EventReader events = widgets.events(begins, Scope.field("spec.nodeName", "n"));
      long updated = put(world, "ns/a", "2");
      world.sync();
      CacheEvent event = events.next();
      assertThat(event.revision()).isEqualTo(updated);
      assertThat(world.read(event.previous())).contains("\"text\":\"1\"");
      assertThat(Objects.forms(world.cache, widgets.snapshotAt(begins)))
          .containsEntry("ns/b", Objects.form("ns", "b", "a", "n", "1", "" + last));
      assertThatThrownBy(() -> widgets.events(last - 1, Scope.ALL))
          .isInstanceOf(CompactedException.class);
      assertThatThrownBy(() -> widgets.snapshotAt(last - 1)).isInstanceOf(CompactedException.class);
      // What the cache has from the store's history, it has of an added resource after a rebuild.
      world.cache.spoolFailed(new IOException("as the test wants it"));
      World.until(() -> world.cache.stats().rebuilds() == 2 && world.cache.ready());
      assertThat(Objects.forms(world.cache, widgets.snapshot())).containsOnlyKeys("ns/a", "ns/b");
      assertThat(widgets.events(last - 1, Scope.ALL).next().revision()).isEqualTo(last);
    }
  }

  @Test
  void changesDuringTheLoadAreNeitherLostNorUndoneAndOthersAreRead() throws Exception {
    AtomicReference<Callable<?>> meanwhile = new AtomicReference<>();
    RevisionStore store = interrupted(new MemoryRevisionStore(), meanwhile);
    try (World world = ready(new World(store, directory, World.small()))) {
      for (String key : List.of("ns/kept", "ns/changed", "ns/deleted", "ns/again")) {
        put(world, key, "old");
      }
      world.sync();
      AtomicBoolean followed = new AtomicBoolean();
      meanwhile.set(
          () -> {
            put(world, "ns/changed", "new");
            put(world, "ns/changed", "newest");
            delete(world, "ns/deleted");
            delete(world, "ns/again");
            put(world, "ns/again", "new");
            put(world, "ns/created", "new");
            put(world, "ns/fleeting", "new");
            delete(world, "ns/fleeting");
            world.pod("ns", "p", "n", "");
            // The follower goes on, and so do the readers of other resources.
            world.sync();
            followed.set(world.pods().get("ns/p") != null);
            return null;
          });
      ResourceCache widgets = add(world);
      assertThat(followed).isTrue();
      compare(world, widgets);
      assertThat(widgets.snapshot().size()).isEqualTo(4);
      EventReader events = widgets.events(widgets.oldestRevision(), Scope.ALL);
      delete(world, "ns/changed");
      world.sync();
      assertThat(world.read(events.next().previous())).contains("newest");
    }
  }

  @Test
  void aBatchThatIsLostDuringTheLoadIsNotMissing() throws Exception {
    AtomicReference<Callable<?>> meanwhile = new AtomicReference<>();
    RevisionStore store = interrupted(new MemoryRevisionStore(), meanwhile);
    try (World world = ready(new World(store, directory, World.small()))) {
      put(world, "ns/a", "old");
      world.sync();
      meanwhile.set(
          () -> {
            long errors = world.cache.stats().spoolErrors();
            world.files.writesFail = true;
            put(world, "ns/a", "new");
            World.until(() -> world.cache.stats().spoolErrors() > errors);
            world.files.writesFail = false;
            world.sync();
            return null;
          });
      compare(world, add(world));
    }
  }

  @Test
  void aBuildDuringTheLoadTakesTheResourceAlong() throws Exception {
    AtomicReference<Callable<?>> meanwhile = new AtomicReference<>();
    RevisionStore store = interrupted(new MemoryRevisionStore(), meanwhile);
    try (World world = ready(new World(store, directory, World.small()))) {
      put(world, "ns/a", "old");
      world.sync();
      meanwhile.set(
          () -> {
            world.cache.spoolFailed(new IOException("as the test wants it"));
            World.until(() -> world.cache.stats().rebuilds() == 2 && world.cache.ready());
            return null;
          });
      compare(world, add(world));
      assertThat(world.cache.stats().liveBytes()).isPositive();
      world.cache.remove("widgets");
      assertThat(world.cache.stats().liveBytes()).isZero();
    }
  }

  @Test
  void whatCannotBeAddedLeavesNothing() throws Exception {
    try (World world = ready(new World(directory, World.small()))) {
      put(world, "ns/a", "1");
      world.sync();
      assertThatThrownBy(() -> world.cache.add(widgets("pods", "/registry/other/"), World.LONG))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () -> world.cache.add(widgets("others", "/registry/pods/others/"), World.LONG))
          .isInstanceOf(IllegalArgumentException.class);
      world.files.writesFail = true;
      assertThatThrownBy(() -> add(world)).isInstanceOf(IOException.class);
      world.files.writesFail = false;
      assertThat(world.cache.stats().resources()).hasSize(2);
      assertThat(world.cache.stats().liveBytes()).isZero();
      assertThat(world.cache.stats().historyBytes()).isZero();
      compare(world, add(world));
    }
    WatchCache unbuilt =
        new WatchCache(new MemoryRevisionStore(), directory, List.of(Objects.PODS), World.small());
    assertThatThrownBy(() -> unbuilt.add(WIDGETS, Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class);
    unbuilt.start();
    // It waits for the build, and nothing of the first attempt is in its way.
    assertThat(unbuilt.add(WIDGETS, World.LONG).snapshot().size()).isZero();
    unbuilt.close();
    assertThatThrownBy(() -> unbuilt.add(widgets("late", "/registry/late/"), World.LONG))
        .isInstanceOf(IOException.class);
  }

  /**
   * More is loaded at once than the spool writes at once: the disk is full after the first part.
   */
  @Test
  void aLoadThatIsWrittenInPartLeavesNothing() throws Exception {
    try (World world = ready(new World(directory, World.small(1 << 20)))) {
      world.pod("ns", "p", "n", "x");
      for (int i = 0; i < 60; i++) {
        put(world, "ns/w" + i, "x".repeat(10_000));
      }
      world.sync();
      long live = world.cache.stats().liveBytes();
      world.files.writesLeft.set(1);
      assertThatThrownBy(() -> add(world)).isInstanceOf(IOException.class);
      world.files.writesLeft.set(Integer.MAX_VALUE);
      assertThat(world.cache.stats().liveBytes()).isEqualTo(live);
      assertThat(world.cache.stats().historyBytes()).isZero();
      compare(world, add(world));
      compare(world, world.pods());
    }
  }

  @Test
  void theReadersOfARemovedResourceAreTold() throws Exception {
    try (World world = ready(new World(directory, World.small()))) {
      put(world, "ns/a", "1");
      world.sync();
      ResourceCache widgets = add(world);
      long begins = widgets.oldestRevision();
      Snapshot held = widgets.snapshot();
      List<EventReader> waiting = new ArrayList<>();
      Semaphore woken = new Semaphore(0);
      for (Scope scope : List.of(Scope.ALL, Scope.namespace("ns"), Scope.object("ns", "a"))) {
        EventReader reader = widgets.events(begins, scope);
        reader.onEvent(woken::release);
        assertThat(reader.next()).isNull();
        waiting.add(reader);
      }
      put(world, "ns/a", "2");
      EventReader behind = widgets.events(begins, Scope.ALL);
      world.sync();
      World.until(() -> woken.availablePermits() == waiting.size());
      for (EventReader reader : waiting) {
        assertThat(reader.next()).isNotNull();
        assertThat(reader.next()).isNull();
      }
      woken.drainPermits();
      world.cache.remove("widgets");
      assertThat(woken.tryAcquire(waiting.size(), 20, TimeUnit.SECONDS)).isTrue();
      waiting.add(behind);
      for (EventReader reader : waiting) {
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(reader::next).isInstanceOf(NotCachedException.class);
        }
      }
      for (Callable<?> read :
          List.<Callable<?>>of(
              widgets::snapshot,
              widgets::oldestRevision,
              () -> widgets.snapshotAt(begins),
              () -> widgets.get("ns/a"),
              () -> widgets.events(begins, Scope.ALL),
              () -> world.cache.resource("widgets"))) {
        assertThatThrownBy(read::call).isInstanceOf(NotCachedException.class);
      }
      assertThat(Objects.forms(world.cache, held)).containsOnlyKeys("ns/a");
      // Another resource may take its place, and is not taken for it.
      ResourceCache next = add(world);
      compare(world, next);
      assertThatThrownBy(widgets::snapshot).isInstanceOf(NotCachedException.class);
      assertThatThrownBy(behind::next).isInstanceOf(NotCachedException.class);
      assertThatThrownBy(() -> next.events(begins, Scope.ALL))
          .isInstanceOf(CompactedException.class);
    }
  }

  @Test
  void nothingOfARemovedResourceIsLeft() throws Exception {
    FormKind kind =
        new FormKind("copies") {
          @Override
          protected Made make(Source source) {
            return Made.plain(source.json());
          }
        };
    try (World world = ready(new World(directory, World.small()))) {
      world.pod("ns", "p", "n", "x".repeat(100));
      world.sync();
      CacheStats before = world.cache.stats();
      ResourceCache widgets = add(world);
      for (int i = 0; i < 2000; i++) {
        put(world, "ns/w" + i % 700, "x".repeat(i));
      }
      world.sync();
      Snapshot old = widgets.snapshotAt(world.cache.revision() - 700);
      FormsTest.read(world, kind, old.get("ns/w0"), 0);
      FormsTest.read(world, kind, widgets.get("ns/w699"), 0);
      CacheStats full = world.cache.stats();
      assertThat(full.forms().count()).isEqualTo(2);
      assertThat(full.snapshotBytes()).isPositive();
      assertThat(full.logBytes()).isGreaterThan(before.logBytes());
      assertThat(full.liveBytes()).isGreaterThan(before.liveBytes());
      assertThat(full.historyBytes()).isPositive();

      kind.release();
      world.cache.remove("widgets");
      CacheStats after = world.cache.stats();
      assertThat(after.resources()).isEqualTo(before.resources());
      assertThat(after.forms().count()).isZero();
      assertThat(after.snapshotBytes()).isZero();
      assertThat(after.logBytes()).isEqualTo(before.logBytes());
      assertThat(after.decodedEvents()).isEqualTo(before.decodedEvents());
      assertThat(after.liveBytes()).isEqualTo(before.liveBytes());
      assertThat(after.historyBytes()).isEqualTo(before.historyBytes());
      // The files are cleaned, but for the head.
      World.until(() -> world.cache.stats().segments() <= 2);
      // A reader of the snapshot gets no form that would stay behind.
      FormReader reader = new FormReader(world.cache);
      Semaphore made = new Semaphore(0);
      reader.make(kind, old.get("ns/w1"), 0, null, made::release);
      assertThat(made.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> reader.form(kind, old.get("ns/w1"), 0))
          .isInstanceOf(NotCachedException.class);
      assertThat(world.cache.stats().forms().failures()).isZero();
      assertThat(Objects.forms(world.cache, world.pods().snapshot())).containsOnlyKeys("ns/p");
    }
  }

  /** Cleaning moves records while resources come and go, and neither loses those of the other. */
  @Test
  void segmentsAreCleanedMeanwhile() throws Exception {
    Random random = new Random(3);
    try (World world = ready(new World(directory, World.small()))) {
      for (int i = 0; i < 60; i++) {
        for (int k = 0; k < 40; k++) {
          put(world, "ns/w" + random.nextInt(30), "x".repeat(random.nextInt(9000)));
          world.pod("ns", "p" + random.nextInt(30), "n", "x".repeat(random.nextInt(9000)));
        }
        if (random.nextBoolean()) {
          world.sync();
          world.store.compact(world.store.currentRevision() - 20);
          world.clock.addAndGet(Duration.ofMinutes(10).toNanos());
        }
        ResourceCache widgets = add(world);
        world.sync();
        compare(world, widgets);
        put(world, "ns/w0", "y".repeat(random.nextInt(9000)));
        world.sync();
        compare(world, widgets);
        compare(world, world.pods());
        world.cache.remove("widgets");
      }
      World.until(() -> world.cache.stats().segmentsCleaned() > 0);
      compare(world, world.pods());
      CacheStats stats = world.cache.stats();
      assertThat(stats.rebuilds()).isEqualTo(1);
      assertThat(stats.resources()).hasSize(2);
    }
  }

  /** The current objects are those of the store, byte for byte. */
  private static void compare(World world, ResourceCache resource) throws Exception {
    Map<String, String> expected = new TreeMap<>();
    String prefix = resource.resource().keyPrefix();
    try (RevisionStore.RangeCursor range = world.store.range(prefix, Members.endOf(prefix), 0)) {
      for (var next = range.next(); next != null; next = range.next()) {
        expected.put(
            next.key().substring(prefix.length()), Objects.at(next.value(), next.modRevision()));
      }
    }
    assertThat(Objects.forms(world.cache, resource.snapshot())).isEqualTo(expected);
  }
}
