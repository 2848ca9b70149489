package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WakeUpTest {
  @TempDir Path directory;

  private record Write(String namespace, String name, String node) {}

  /** The readers really wait: one that is not woken for an event fails the test. */
  @Test
  void noEventIsMissedBetweenLookingAndWaiting() throws Exception {
    Random random = new Random(1);
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < 8_000 * Integer.getInteger("rheo.torture", 1); i++) {
      String name = random.nextBoolean() ? "a" : "b";
      writes.add(new Write("ns" + random.nextInt(3), name, "n" + random.nextInt(3)));
    }
    try (World world = new World(directory, World.small())) {
      world.sync();
      long first = world.cache.revision() + 1;
      List<CompletableFuture<Void>> done = new ArrayList<>();
      done.add(read(world, Scope.ALL, expected(writes, first, w -> true)));
      done.add(read(world, Scope.ALL, expected(writes, first, w -> true)));
      done.add(
          read(
              world,
              Scope.namespace("ns1"),
              expected(writes, first, w -> w.namespace.equals("ns1"))));
      done.add(
          read(
              world,
              Scope.object("ns2", "a"),
              expected(writes, first, w -> w.namespace.equals("ns2") && w.name.equals("a"))));
      done.add(
          read(world, Scope.object(null, "b"), expected(writes, first, w -> w.name.equals("b"))));
      done.add(read(world, Scope.field("spec.nodeName", "n1"), ofNode(writes, first, "n1")));
      for (Write write : writes) {
        world.pod(write.namespace, write.name, write.node, "");
        if (random.nextInt(50) == 0) {
          // Let the readers catch up, so that they wait.
          world.sync();
        }
      }
      for (CompletableFuture<Void> reader : done) {
        reader.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static List<Long> expected(List<Write> writes, long first, Predicate<Write> admitted) {
    return IntStream.range(0, writes.size())
        .filter(i -> admitted.test(writes.get(i)))
        .mapToObj(i -> first + i)
        .toList();
  }

  /** Revisions of the writes to objects that have this node before or after. */
  private static List<Long> ofNode(List<Write> writes, long first, String node) {
    Map<String, String> nodes = new HashMap<>();
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < writes.size(); i++) {
      Write write = writes.get(i);
      String before = nodes.put(write.namespace + "/" + write.name, write.node);
      if (write.node.equals(node) || node.equals(before)) {
        expected.add(first + i);
      }
    }
    return expected;
  }

  private static CompletableFuture<Void> read(World world, Scope scope, List<Long> expected)
      throws Exception {
    EventReader reader = world.pods().events(world.cache.revision(), scope);
    Semaphore woken = new Semaphore(0);
    reader.onEvent(woken::release);
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (reader) {
                for (long revision : expected) {
                  CacheEvent event = reader.next();
                  while (event == null) {
                    if (!reader.skipped() && !woken.tryAcquire(20, TimeUnit.SECONDS)) {
                      throw new AssertionError("not woken for " + revision + " in " + scope);
                    }
                    event = reader.next();
                  }
                  if (event.revision() != revision) {
                    throw new AssertionError(event.revision() + " instead of " + revision);
                  }
                }
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
      World.until(world.cache::ready);
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
      World.until(() -> wakes.get() > 0);
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
