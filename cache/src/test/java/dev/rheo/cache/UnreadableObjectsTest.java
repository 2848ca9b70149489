package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.CompactedException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.UnreadableValueException;
import dev.rheo.testing.Await;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a cache does about objects that exist and cannot be read. */
@Timeout(60)
class UnreadableObjectsTest {
  private static final String A = "/registry/pods/ns/a";

  @TempDir Path directory;
  private final MemoryRevisionStore memory = new MemoryRevisionStore();
  private final Set<String> hidden = ConcurrentHashMap.newKeySet();

  /** The store, which cannot give the values of hidden keys. */
  private RevisionStore store() {
    return proxy(RevisionStore.class, memory);
  }

  private <T> T proxy(Class<T> type, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> hide(method, invoke(target, method, arguments))));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Object hide(Method method, Object answer) throws StoreException {
    return switch (answer) {
      case RevisionStore.RangeCursor range -> proxy(RevisionStore.RangeCursor.class, range);
      case RevisionStore.WatchCursor watch -> proxy(RevisionStore.WatchCursor.class, watch);
      case RevisionStore.KeyValue value when hidden.contains(value.key()) -> {
        if (method.getName().equals("get")) {
          throw new UnreadableValueException(value.key(), "no key", null);
        }
        yield new RevisionStore.KeyValue(
            value.key(), RevisionStore.UNREADABLE, value.createRevision(), value.modRevision());
      }
      case RevisionStore.Batch batch ->
          new RevisionStore.Batch(
              batch.events().stream()
                  .map(
                      event ->
                          event.isDelete() || !hidden.contains(event.key())
                              ? event
                              : new RevisionStore.Event(
                                  event.key(),
                                  RevisionStore.UNREADABLE,
                                  event.createRevision(),
                                  event.modRevision()))
                  .toList(),
              batch.revision());
      case null, default -> answer;
    };
  }

  private World world() {
    World world = new World(store(), directory, World.small());
    World.until(world.cache::ready);
    return world;
  }

  @Test
  void theResourceIsIncompleteAndOthersAreNot() throws Exception {
    hidden.add(A);
    try (World world = world()) {
      world.pod("ns", "a", "n", "1");
      world.pod("ns", "b", "n", "1");
      world.sync();
      assertThat(world.pods().unreadable()).isEqualTo(A);
      assertThat(world.pods().get("ns/a")).isNull();
      assertThat(world.pods().get("ns/b")).isNotNull();
      assertThat(world.cache.resource("nodes").unreadable()).isNull();
      assertThat(world.cache.ready()).isTrue();
      assertThat(world.cache.stats().unreadable()).isEqualTo(1);
    }
  }

  @Test
  void aBuildAndItsHistoryFindItToo() throws Exception {
    try (World world = world()) {
      world.pod("ns", "a", "n", "1");
      world.pod("ns", "b", "n", "1");
      world.sync();
      hidden.add(A);
      memory.compact(memory.currentRevision());
      world.restart();
      World.until(world.cache::ready);
      assertThat(world.pods().unreadable()).isEqualTo(A);
      assertThat(world.pods().snapshot().size()).isEqualTo(1);
    }
  }

  @Test
  void waitingReadersAreWoken() throws Exception {
    try (World world = world();
        EventReader events = world.pods().events(world.cache.revision(), Scope.ALL)) {
      AtomicInteger woken = new AtomicInteger();
      events.onEvent(woken::incrementAndGet);
      assertThat(events.next()).isNull();
      hidden.add(A);
      world.pod("ns", "a", "n", "1");
      Await.until("it is woken", () -> woken.get() > 0);
      assertThat(world.pods().unreadable()).isEqualTo(A);
    }
  }

  @Test
  void whatIsWrittenReadablyIsThereAgainAndTheHistoryBeforeIsForgotten() throws Exception {
    try (World world = world()) {
      long first = world.pod("ns", "a", "n", "1");
      hidden.add(A);
      world.pod("ns", "a", "n", "2");
      world.sync();
      assertThat(world.pods().unreadable()).isEqualTo(A);
      hidden.clear();
      long last = world.pod("ns", "a", "n", "3");
      world.sync();
      assertThat(world.pods().unreadable()).isNull();
      assertThat(world.read(world.pods().get("ns/a"))).contains("\"3\"");
      // It would tell of a deletion that was none.
      assertThatThrownBy(() -> world.pods().events(first, Scope.ALL))
          .isInstanceOf(CompactedException.class);
      try (EventReader events = world.pods().events(last, Scope.ALL)) {
        assertThat(events.next()).isNull();
      }
    }
  }

  @Test
  void aDeletedOneIsGone() throws Exception {
    hidden.add(A);
    try (World world = world()) {
      world.pod("ns", "a", "n", "1");
      world.delete("ns/a");
      world.sync();
      assertThat(world.pods().unreadable()).isNull();
      assertThat(world.pods().snapshot().size()).isZero();
    }
  }

  @Test
  void whatCanBeReadByNowIsReadAgain() throws Exception {
    hidden.add(A);
    hidden.add("/registry/pods/ns/b");
    try (World world = world()) {
      long revision = world.pod("ns", "a", "n", "1");
      world.pod("ns", "b", "n", "1");
      world.pod("ns", "c", "n", "1");
      world.sync();
      world.cache.readAgain();
      assertThat(world.cache.stats().unreadable()).isEqualTo(2);
      hidden.remove(A);
      world.cache.readAgain();
      assertThat(world.pods().unreadable()).isEqualTo("/registry/pods/ns/b");
      assertThat(world.pods().get("ns/a").revision()).isEqualTo(revision);
      hidden.clear();
      world.cache.readAgain();
      assertThat(world.pods().unreadable()).isNull();
      assertThat(Objects.forms(world.cache, world.pods().snapshot()))
          .containsOnlyKeys("ns/a", "ns/b", "ns/c");
      long next = world.pod("ns", "a", "n", "2");
      world.sync();
      assertThat(world.pods().get("ns/a").revision()).isEqualTo(next);
      assertThat(world.cache.stats().rebuilds()).isEqualTo(1);
    }
  }

  @Test
  void readersOfEventsBeginAnewWhenObjectsAppearWithoutThem() throws Exception {
    hidden.add(A);
    try (World world = world()) {
      world.pod("ns", "a", "n", "1");
      world.sync();
      try (EventReader events = world.pods().events(world.cache.revision(), Scope.ALL)) {
        AtomicInteger woken = new AtomicInteger();
        events.onEvent(woken::incrementAndGet);
        assertThat(events.next()).isNull();
        hidden.clear();
        world.cache.readAgain();
        assertThat(woken.get()).isPositive();
        assertThatThrownBy(events::next).isInstanceOf(CompactedException.class);
      }
      try (EventReader events = world.pods().events(world.cache.revision(), Scope.ALL)) {
        assertThat(events.next()).isNull();
        long next = world.pod("ns", "a", "n", "2");
        world.sync();
        assertThat(events.next().revision()).isEqualTo(next);
      }
    }
  }

  @Test
  void ofMoreThanAreRememberedNoneIsLost() throws Exception {
    try (World world = world()) {
      int count = UnreadableKeys.MOST + 10;
      for (int i = 0; i < count; i++) {
        hidden.add("/registry/pods/ns/p" + i);
        world.pod("ns", "p" + i, "n", "1");
      }
      world.sync();
      assertThat(world.cache.stats().unreadable()).isEqualTo(UnreadableKeys.MOST);
      hidden.clear();
      world.cache.readAgain();
      World.until(() -> world.cache.ready() && world.pods().unreadable() == null);
      assertThat(world.pods().snapshot().size()).isEqualTo(count);
      assertThat(world.cache.stats().rebuilds()).isEqualTo(2);
    }
  }
}
