package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WakeUpTest {
  @TempDir Path directory;

  /** Readers that truly wait: whoever is not woken for an event makes the test fail. */
  @Test
  void noEventIsMissedBetweenLookingAndWaiting() throws Exception {
    int events = 20_000 * Integer.getInteger("rheo.torture", 1);
    try (World world = new World(directory, World.small())) {
      world.sync();
      long start = world.cache.revision();
      List<CompletableFuture<Void>> done = new ArrayList<>();
      List<Scope> scopes =
          List.of(
              Scope.ALL,
              Scope.ALL,
              Scope.namespace("ns1"),
              Scope.object("ns2", "a"),
              Scope.object(null, "b"),
              Scope.field("spec.nodeName", "n1"));
      List<AtomicInteger> expected = new ArrayList<>();
      for (Scope scope : scopes) {
        AtomicInteger count = new AtomicInteger();
        expected.add(count);
        done.add(read(world, scope, start, count));
      }
      Random random = new Random(1);
      for (int i = 0; i < events; i++) {
        String namespace = "ns" + random.nextInt(3);
        String name = random.nextBoolean() ? "a" : "b";
        String node = "n" + random.nextInt(3);
        world.pod(namespace, name, node, "");
        if (random.nextInt(50) == 0) {
          // Let the readers run dry, so that they wait.
          world.sync();
        }
      }
      world.put("end/end", Objects.pod("end", "end", "end", "end", ""));
      world.sync();
      for (CompletableFuture<Void> reader : done) {
        reader.get(60, TimeUnit.SECONDS);
      }
    }
  }

  /**
   * Reads until it has seen all that its scope admits, which it counts on a second, polled reader.
   */
  private static CompletableFuture<Void> read(
      World world, Scope scope, long start, AtomicInteger seen) throws Exception {
    EventReader reader = world.pods().events(start, scope);
    Semaphore woken = new Semaphore(0);
    reader.onEvent(woken::release);
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (EventReader check = world.pods().events(start, Scope.ALL)) {
                Filter filter = new Filter(scope);
                long last = start;
                boolean end = false;
                while (!end) {
                  // What is to come next, according to a reader that polls everything.
                  CacheEvent next = check.next();
                  if (next == null) {
                    Thread.yield();
                    continue;
                  }
                  end = next.current() != null && next.current().key().equals("end/end");
                  if (!filter.admits(next)) {
                    continue;
                  }
                  CacheEvent event = reader.next();
                  while (event == null) {
                    if (!reader.skipped() && !woken.tryAcquire(20, TimeUnit.SECONDS)) {
                      throw new AssertionError("not woken for " + next.revision() + " in " + scope);
                    }
                    event = reader.next();
                  }
                  if (event.revision() != next.revision() || event.revision() <= last) {
                    throw new AssertionError(event.revision() + " instead of " + next.revision());
                  }
                  last = event.revision();
                  seen.incrementAndGet();
                }
                reader.close();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }

  @Test
  void fiveThousandNodesAreNotWokenForAnother() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.sync();
      AtomicInteger wakes = new AtomicInteger();
      List<EventReader> readers = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        EventReader reader =
            world.pods().events(world.cache.revision(), Scope.field("spec.nodeName", "node" + i));
        reader.onEvent(wakes::incrementAndGet);
        assertThat(reader.next()).isNull();
        readers.add(reader);
      }
      for (int i = 0; i < 2000; i++) {
        world.pod("ns", "p" + i % 100, "elsewhere", "" + i);
      }
      long revision = world.pod("ns", "mine", "node4711", "");
      world.sync();
      World.until(() -> world.cache.routed().revision() == revision);
      assertThat(wakes.get()).isEqualTo(1);
      // The other events were passed over, not examined.
      CacheEvent event = readers.get(4711).next();
      assertThat(event.revision()).isEqualTo(revision);
      assertThat(readers.get(4711).next()).isNull();
      assertThat(readers.get(17).position()).isEqualTo(revision);
      readers.forEach(EventReader::close);
      assertThat(world.cache.stats().waitingReaders()).isZero();
    }
  }
}
