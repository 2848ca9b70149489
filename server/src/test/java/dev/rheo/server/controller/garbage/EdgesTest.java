package dev.rheo.server.controller.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdgesTest {
  private static List<String> dependents(Edges edges, long owner) {
    List<String> found = new ArrayList<>();
    edges.<RuntimeException>each(
        owner,
        dependent -> {
          found.add(dependent.collection() + "/" + dependent.key());
          return true;
        });
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void isASetOfEdges(long seed) {
    Random random = new Random(seed);
    Edges edges = new Edges();
    Map<Long, TreeSet<String>> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long owner = random.nextInt(20) == 0 ? Edges.MANY : Edges.hash("o" + random.nextInt(60));
      int collection = random.nextInt(3) * 30_000;
      int size = random.nextInt(200) == 0 ? 1000 : 30;
      String key = "ns/%s-%d".formatted("x".repeat(size), random.nextInt(40));
      TreeSet<String> of = model.computeIfAbsent(owner, _ -> new TreeSet<>());
      if (random.nextInt(5) < 3) {
        edges.add(owner, collection, key);
        of.add(collection + "/" + key);
      } else {
        edges.remove(owner, collection, key);
        of.remove(collection + "/" + key);
      }
      if (random.nextInt(4000) == 0) {
        edges.removeCollection(30_000);
        model.values().forEach(keys -> keys.removeIf(k -> k.startsWith("30000/")));
      }
    }
    model.forEach(
        (owner, keys) -> {
          List<String> expected = new ArrayList<>(keys);
          if (owner != Edges.MANY) {
            expected.addAll(model.getOrDefault(Edges.MANY, new TreeSet<>()));
          }
          assertThat(dependents(edges, owner)).containsExactlyInAnyOrderElementsOf(expected);
        });
    assertThat(edges.count()).isEqualTo(model.values().stream().mapToInt(TreeSet::size).sum());
    for (int collection : List.of(0, 30_000, 60_000)) {
      edges.removeCollection(collection);
    }
    assertThat(edges.count()).isZero();
    assertThat(edges.bytes()).isZero();
  }

  /** Keys as those of a Deployment's pods, three for each owner. */
  @Test
  void anEdgeTakesSomeTensOfBytes() {
    Random random = new Random(1);
    Edges edges = new Edges();
    int pods = 100_000;
    for (int i = 0; i < pods; i += 3) {
      long owner = Edges.hash(new UUID(random.nextLong(), random.nextLong()).toString());
      String set = "namespace-%d/some-deployment-%d-7c5ddbdf54".formatted(i % 50, i);
      for (int pod = 0; pod < 3; pod++) {
        edges.add(owner, 12, set + "-" + Integer.toString(random.nextInt(1 << 24), 36));
      }
    }
    double each = (double) edges.bytes() / edges.count();
    System.out.printf("an edge takes %.1f bytes, %d take %d%n", each, edges.count(), edges.bytes());
    assertThat(each).isLessThan(45);
  }

  @Test
  void aReaderSeesEveryEdgeThatIsThereThroughout() throws Exception {
    Edges edges = new Edges();
    long owner = Edges.hash("owner");
    for (int i = 0; i < 500; i++) {
      edges.add(owner, 1, "ns/stays-%04d".formatted(i));
    }
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> reader =
          threads.submit(
              () -> {
                int seen = 0;
                do {
                  List<String> found = dependents(edges, owner);
                  assertThat(found).doesNotHaveDuplicates().isSorted();
                  assertThat(found.stream().filter(key -> key.contains("stays"))).hasSize(500);
                  seen++;
                } while (!stop.get());
                return seen;
              });
      Random random = new Random(1);
      for (int i = 0; i < 20_000; i++) {
        String key = "ns/stays-%04d-goes-%d".formatted(random.nextInt(500), random.nextInt(3));
        if (random.nextBoolean()) {
          edges.add(owner, 1, key.replace("stays", "s"));
          edges.add(owner, 1, key.replace("stays", "t"));
        } else {
          edges.remove(owner, 1, key.replace("stays", "s"));
          edges.remove(owner, 1, key.replace("stays", "t"));
        }
      }
      stop.set(true);
      reader.get();
    }
  }
}
