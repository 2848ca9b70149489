package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreException.Fault;
import dev.rheo.testing.Await;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
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
  private volatile Fault fault;

  /** The store, whose watches fail while there is a fault. */
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
              try {
                return method.invoke(memory, arguments);
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

  @Test
  void damageIsNotTriedAgain() throws Exception {
    fault = Fault.DAMAGED;
    try (World world = new World(failing(), directory, World.small())) {
      World.until(() -> world.cache.obstacle() != null);
      assertThat(world.cache.obstacle()).isEqualTo("the store cannot be read: it is DAMAGED");
      assertThat(world.cache.ready()).isFalse();
      int tried = watches.get();
      fault = null;
      // A retry would come after 20 ms and succeed.
      Await.holds("no retry", Duration.ofMillis(200), () -> watches.get() == tried);
      assertThat(tried).isEqualTo(1);
      assertThat(world.cache.ready()).isFalse();
    }
  }
}
