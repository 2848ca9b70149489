package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.simulation.Scheduler;
import dev.rheo.store.CompactedException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreException.Fault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a cache reacts to a store that cannot be read, for the moment or for good. */
@Timeout(60)
class StoreFaultsTest {
  @TempDir Path directory;

  private final MemoryRevisionStore memory = new MemoryRevisionStore();
  private final AtomicInteger watches = new AtomicInteger();
  private volatile RevisionStore present = memory;
  private volatile Fault fault;
  private volatile boolean busy;

  /**
   * The store, whose watches fail while there is a fault, and which is written to whenever it is
   * asked how far it is.
   */
  private RevisionStore failing() {
    return (RevisionStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {RevisionStore.class},
            (_, method, arguments) -> {
              if (method.getName().equals("watch")) {
                watches.incrementAndGet();
                if (fault != null) {
                  throw new StoreException(fault, "it is " + fault, "/a/path failed", false, null);
                }
              }
              if (busy && method.getName().equals("currentRevision")) {
                write();
              }
              try {
                return method.invoke(present, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void anObstacleIsToldUntilItIsGone() throws Exception {
    fault = Fault.PASSING;
    try (World world = new World(failing(), directory, World.small())) {
      World.until(() -> watches.get() > 2);
      assertThat(world.cache.ready()).isFalse();
      assertThat(world.cache.obstacle()).isEqualTo("the store cannot be read: it is PASSING");
      fault = null;
      World.until(world.cache::ready);
      assertThat(world.cache.obstacle()).isNull();
    }
  }

  /** As when etcd is restored from a backup under a server that runs. */
  @Test
  void aStoreThatBeginsAnotherHistoryIsReadAgainAndItsReadersEnd() throws Exception {
    for (int i = 0; i < 20; i++) {
      write();
    }
    try (World world = new World(failing(), directory, World.small())) {
      World.until(world.cache::ready);
      long before = world.cache.revision();
      EventReader reader = world.pods().events(before, Scope.ALL);
      assertThat(reader.next()).isNull();
      MemoryRevisionStore restored = new MemoryRevisionStore();
      for (int i = 0; i < 5; i++) {
        restored.commit(List.of(new Op.Put("/registry/pods/a/r" + i, new byte[] {'{', '}'}, 0)));
      }
      fault = Fault.SILENT;
      present = restored;
      assertThat(world.cache.ready())
          .as("nobody takes the old state for the present one")
          .isFalse();
      memory.close();
      fault = null;
      World.until(world.cache::ready);
      assertThat(world.cache.revision()).isEqualTo(restored.currentRevision()).isLessThan(before);
      assertThatThrownBy(reader::next).isInstanceOf(CompactedException.class);
      long next =
          restored.commit(List.of(new Op.Put("/registry/pods/a/new", new byte[] {'{', '}'}, 0)));
      World.until(() -> world.cache.revision() == next);
      assertThat(world.cache.stats().storeRevision()).isEqualTo(next);
    }
  }

  private void write() throws Exception {
    long revision = memory.currentRevision();
    memory.commit(List.of(new Op.Put("/registry/pods/a/p" + revision, new byte[] {'{', '}'}, 0)));
  }

  /** Whoever starts is never as far as the store while others write all the time. */
  @Test
  void writersDoNotKeepACacheFromBecomingReady() throws Exception {
    for (int i = 0; i < 20; i++) {
      write();
    }
    long before = memory.currentRevision();
    busy = true;
    try (World world = new World(failing(), directory, World.small())) {
      World.until(world.cache::ready);
      assertThat(world.cache.revision()).isGreaterThanOrEqualTo(before);
    }
  }

  @Test
  void damageIsNotTriedAgain() throws Throwable {
    Scheduler scheduler = new Scheduler(1);
    scheduler.run(
        "main",
        () -> {
          fault = Fault.DAMAGED;
          try (WatchCache cache = simulated(scheduler)) {
            cache.start();
            scheduler.sleep(Duration.ofSeconds(1).toNanos());
            assertThat(cache.obstacle()).isEqualTo("the store cannot be read: it is DAMAGED");
            assertThat(cache.ready()).isFalse();
            assertThat(watches).hasValue(1);
            fault = null;
            // A retry would succeed.
            scheduler.sleep(Duration.ofDays(1).toNanos());
            assertThat(watches).hasValue(1);
            assertThat(cache.ready()).isFalse();
          }
        });
  }

  private WatchCache simulated(Scheduler scheduler) {
    return new WatchCache(
        failing(),
        directory,
        List.of(Objects.PODS),
        World.small(),
        FormBounds.NONE,
        new FaultyFiles(),
        new SimulatedThreads(scheduler));
  }
}
