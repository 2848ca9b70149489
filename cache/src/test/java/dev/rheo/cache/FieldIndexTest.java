package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.Op;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The indexes of snapshots, over random histories. Faults are for the simulation. */
class FieldIndexTest {
  @TempDir Path directory;

  /** Each retained state, current, kept or restored from the history, has indexes of its own. */
  @Test
  void theIndexOfEachSnapshotIsThatOfItsRevision() throws Exception {
    Random random = new Random(11);
    try (World world = new World(directory, World.small())) {
      World.until(world.cache::ready);
      List<Snapshot> kept = new ArrayList<>();
      Set<String> present = new HashSet<>();
      for (int step = 0; step < 6000; step++) {
        String namespace = "ns" + random.nextInt(4);
        String name = "p" + random.nextInt(60);
        if (random.nextInt(4) == 0 && present.remove(namespace + "/" + name)) {
          world.delete(namespace + "/" + name);
        } else {
          present.add(namespace + "/" + name);
          // Large enough for the segment compactor to move records.
          String node = random.nextInt(6) == 0 ? "" : "n" + random.nextInt(8);
          world.pod(namespace, name, node, "x".repeat(random.nextInt(3000)));
        }
        if (step % 100 == 99) {
          world.sync();
          world.store.compact(Math.max(1, world.cache.revision() - 300));
          world.clock.addAndGet(Duration.ofSeconds(1).toNanos());
          Snapshot now = world.pods().snapshot();
          ScopeAudit.check(now);
          kept.add(now);
          long oldest = world.pods().oldestRevision();
          long revision = random.nextLong(Math.max(oldest, now.revision() - 200), now.revision());
          ScopeAudit.check(world.pods().snapshotAt(revision));
        }
      }
      World.until(() -> world.cache.stats().segmentsCleaned() > 0);
      ScopeAudit.check(world.pods().snapshot());
      kept.forEach(ScopeAudit::check);
      world.restart();
      world.sync();
      ScopeAudit.check(world.pods().snapshot());
    }
  }

  @Test
  void aFieldWithoutAnIndexDoesNotNarrow() throws Exception {
    try (World world = new World(directory, World.small())) {
      World.until(world.cache::ready);
      world.put("ns/a", Objects.pod("ns", "a", "app", "n1", ""));
      world.sync();
      Snapshot pods = world.pods().snapshot();
      Scope unknown = new Scope("ns", null, "status.phase", "Running");
      assertThat(ScopeAudit.drain(pods.entries(unknown, null))).hasSize(1);
      assertThat(Objects.PODS.indexed()).containsExactly("spec.nodeName");
    }
  }

  @Test
  void theNameOfAClusterScopedObjectIsItsKey() throws Exception {
    try (World world = new World(directory, World.small())) {
      World.until(world.cache::ready);
      for (String name : List.of("a", "a-1", "b")) {
        world.store.commit(
            List.of(new Op.Put("/registry/minions/" + name, Objects.node(name, ""), Op.ANY)));
      }
      world.sync();
      Snapshot nodes = world.cache.resource("nodes").snapshot();
      assertThat(ScopeAudit.drain(nodes.entries(Scope.object(null, "a"), null)))
          .containsExactly(nodes.get("a"));
      assertThat(ScopeAudit.drain(nodes.entries(Scope.object(null, "c"), null))).isEmpty();
    }
  }
}
