package dev.rheo.server.controller.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.WatchCursor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random graphs of owners, circles included, of which random objects are deleted by random policies
 * while others are created. The parameter is the seed; {@code -Drheo.torture=N} tries N times as
 * many, {@code -Drheo.seed=N} tries one. In the end:
 *
 * <ul>
 *   <li>no object is left all of whose owners are gone, and none whose deletion has begun;
 *   <li>no object names an owner that is gone beside one that is there;
 *   <li>an object that nobody deleted is there if all of its owners were deleted as orphaning, or
 *       if it has none, or one that is there;
 *   <li>no owner in foreground has gone while a dependent blocked it.
 * </ul>
 */
@Timeout(120)
class GarbageSimulationTest {
  private static final List<String> POLICIES =
      List.of(DeleteOptions.BACKGROUND, DeleteOptions.FOREGROUND, DeleteOptions.ORPHAN);

  private static final List<String> RESOURCES = List.of("configmaps", "secrets", "serviceaccounts");
  private static final List<String> KINDS = List.of("ConfigMap", "Secret", "ServiceAccount");

  @TempDir Path directory;

  static LongStream seeds() {
    Long seed = Long.getLong("rheo.seed");
    return seed != null
        ? LongStream.of(seed)
        : LongStream.rangeClosed(1, 6L * Integer.getInteger("rheo.torture", 1));
  }

  /** An object as it was created. */
  private static final class Node {
    final int kind;
    final String name;
    final String uid;
    final List<Node> owners = new ArrayList<>();

    /** The policy by which it was deleted, or null. */
    String policy;

    /** Whether an owner was deleted already when it became one. */
    boolean late;

    /** Whether its deletion had begun when it got an owner. */
    boolean doomed;

    Node(int kind, String name, String uid) {
      this.kind = kind;
      this.name = name;
      this.uid = uid;
    }

    String reference(boolean blocks) {
      return Garbage.owner("v1", KINDS.get(kind), name, uid, blocks);
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private Garbage garbage;

  @ParameterizedTest
  @MethodSource("seeds")
  void inTheEndEverythingIsWhereItBelongs(long seed) throws Exception {
    Random random = new Random(seed);
    // With an odd seed it notes so little that it has to look through all objects again.
    try (Garbage running = new Garbage(new Cluster(directory), seed % 2 == 0 ? 10_000 : 4)) {
      garbage = running;
      boolean early = seed % 3 != 0;
      if (early) {
        garbage.start();
      }
      for (int step = 0; step < 150; step++) {
        int dice = random.nextInt(10);
        if (dice < 6 || nodes.size() < 5) {
          create(random, step);
        } else if (dice < 7) {
          link(random);
        } else {
          delete(random);
        }
      }
      if (!early) {
        garbage.start();
      }
      garbage.settle();
      check();
      checkHistory();
    }
  }

  private void create(Random random, int step) {
    int kind = random.nextInt(KINDS.size());
    String name = "n" + step;
    List<Node> owners = new ArrayList<>();
    List<String> references = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0 && !nodes.isEmpty(); i--) {
      Node owner = nodes.get(random.nextInt(nodes.size()));
      if (!owners.contains(owner)) {
        owners.add(owner);
        references.add(owner.reference(random.nextBoolean()));
      }
    }
    String uid =
        garbage.make(RESOURCES.get(kind), "ns", name, "", references.toArray(String[]::new));
    Node node = new Node(kind, name, uid);
    node.owners.addAll(owners);
    node.late = owners.stream().anyMatch(owner -> owner.policy != null);
    nodes.add(node);
  }

  /** Adds an owner, which may close a circle. */
  private void link(Random random) {
    Node node = nodes.get(random.nextInt(nodes.size()));
    Node owner = nodes.get(random.nextInt(nodes.size()));
    JsonNode present = garbage.cluster.stored(RESOURCES.get(node.kind), "ns", node.name);
    if (present == null || node == owner || node.owners.contains(owner)) {
      return;
    }
    List<String> references = new ArrayList<>();
    present.path("metadata").path("ownerReferences").forEach(one -> references.add(one.toString()));
    references.add(owner.reference(random.nextBoolean()));
    try {
      garbage.cluster.patch(
          garbage.cluster.path(RESOURCES.get(node.kind), "ns", node.name),
          "application/merge-patch+json",
          "{'metadata':{'resourceVersion':'','ownerReferences':[%s]}}"
              .formatted(String.join(",", references)));
      node.owners.add(owner);
      node.late |= owner.policy != null;
      JsonNode linked = metadata(node);
      node.doomed |= linked == null || linked.has("deletionTimestamp");
    } catch (ApiException e) {
      assertThat(e.reason()).isEqualTo("NotFound");
    }
  }

  private void delete(Random random) {
    Node node = nodes.get(random.nextInt(nodes.size()));
    String policy = POLICIES.get(random.nextInt(POLICIES.size()));
    ObjectPath path = garbage.cluster.path(RESOURCES.get(node.kind), "ns", node.name);
    JsonNode present = garbage.cluster.client.metadata(path);
    if (present == null || present.has("deletionTimestamp")) {
      return;
    }
    // A second deletion could change the policy.
    String version = present.path("resourceVersion").asText();
    try {
      garbage.cluster.client.delete(
          path, new DeleteOptions(null, policy, null, null, version, false));
      node.policy = policy;
    } catch (ApiException e) {
      assertThat(e.reason()).isIn("NotFound", "Conflict");
    }
  }

  private JsonNode metadata(Node node) {
    JsonNode stored = garbage.cluster.stored(RESOURCES.get(node.kind), "ns", node.name);
    return stored == null ? null : stored.path("metadata");
  }

  private void check() {
    Map<String, JsonNode> left = new HashMap<>();
    for (Node node : nodes) {
      JsonNode metadata = metadata(node);
      if (metadata != null) {
        left.put(node.uid, metadata);
      }
    }
    long edges = 0;
    for (JsonNode metadata : left.values()) {
      assertThat(metadata.has("deletionTimestamp")).as("%s", metadata).isFalse();
      for (JsonNode owner : metadata.path("ownerReferences")) {
        assertThat(left).as("an owner of %s", metadata).containsKey(owner.path("uid").asText());
        edges++;
      }
    }
    assertThat(garbage.collector.edges()).isEqualTo(edges);
    for (Node node : nodes) {
      if (node.policy != null) {
        assertThat(left).as("%s, deleted", node.name).doesNotContainKey(node.uid);
      } else if (node.owners.isEmpty()
          || (!node.doomed && node.owners.stream().anyMatch(owner -> left.containsKey(owner.uid)))
          || (!node.late && node.owners.stream().allMatch(GarbageSimulationTest::orphans))) {
        assertThat(left).as("%s, owned by %s", node.name, names(node.owners)).containsKey(node.uid);
      }
    }
  }

  /** Whether it orphaned its dependents, and could not have been collected before that. */
  private static boolean orphans(Node owner) {
    return DeleteOptions.ORPHAN.equals(owner.policy) && owner.owners.isEmpty();
  }

  private static List<String> names(Collection<Node> nodes) {
    return nodes.stream().map(node -> node.name + " " + node.policy).toList();
  }

  /** No owner has gone before those that blocked it when it began to wait for its dependents. */
  private void checkHistory() throws Exception {
    Map<String, JsonNode> state = new HashMap<>();
    Map<String, Long> waitingSince = new HashMap<>();
    Map<String, Long> linkedSince = new HashMap<>();
    long current = garbage.cluster.revision();
    try (WatchCursor watch = garbage.cluster.store.watch("", "", 1)) {
      for (long at = 0; at < current; ) {
        Batch batch = watch.next(Duration.ZERO);
        at = batch.revision();
        for (Event event : batch.events()) {
          if (event.isDelete()) {
            JsonNode gone = state.remove(event.key());
            String uid = gone.path("uid").asText();
            long since = waitingSince.getOrDefault(uid, 0L);
            assertThat(state.values())
                .as("%s, gone at %d", gone.path("name"), event.modRevision())
                .noneMatch(
                    other ->
                        Facts.of(other).blocks(uid)
                            && linkedSince.get(Facts.of(other).uid() + uid) < since);
            continue;
          }
          JsonNode metadata = Cluster.json(event.value()).path("metadata");
          state.put(event.key(), metadata);
          Facts object = Facts.of(metadata);
          if (object.isWaiting()) {
            waitingSince.putIfAbsent(object.uid(), event.modRevision());
          }
          object
              .owners()
              .forEach(
                  owner ->
                      linkedSince.putIfAbsent(object.uid() + owner.uid(), event.modRevision()));
        }
      }
    }
    assertThat(waitingSince.keySet())
        .containsAll(
            nodes.stream()
                .filter(node -> DeleteOptions.FOREGROUND.equals(node.policy))
                .map(node -> node.uid)
                .toList());
  }
}
