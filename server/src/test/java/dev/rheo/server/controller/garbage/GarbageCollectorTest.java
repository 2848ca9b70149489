package dev.rheo.server.controller.garbage;

import static dev.rheo.server.controller.garbage.Garbage.blocking;
import static dev.rheo.server.controller.garbage.Garbage.owner;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.testing.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Garbage collection, one rule at a time. The cases of upstream's integration tests are among them;
 * their names are in the comments.
 */
@Timeout(60)
class GarbageCollectorTest {
  @TempDir Path directory;
  private Garbage garbage;

  @BeforeEach
  void start() {
    garbage = new Garbage(directory);
  }

  @AfterEach
  void stop() {
    garbage.close();
  }

  // --- background; TestCascadingDeletion

  @Test
  void dependentsGoWithTheirLastOwner() {
    String goes = garbage.create("ns", "goes");
    String stays = garbage.create("ns", "stays");
    garbage.create("ns", "of-one", owner("goes", goes));
    garbage.create("ns", "of-both", owner("goes", goes), owner("stays", stays));
    garbage.create("ns", "free");
    String child = garbage.create("ns", "child", owner("goes", goes));
    garbage.create("ns", "grandchild", owner("child", child));
    garbage.settle();
    garbage.delete("ns", "goes", "Background");
    garbage.settle();
    for (String name : List.of("goes", "of-one", "child", "grandchild")) {
      assertThat(garbage.exists("ns", name)).as(name).isFalse();
    }
    assertThat(garbage.exists("ns", "free")).isTrue();
    JsonNode left = garbage.metadata("ns", "of-both").path("ownerReferences");
    assertThat(left).hasSize(1);
    assertThat(left.path(0).path("uid").asText()).isEqualTo(stays);
    garbage.delete("ns", "stays", "");
    garbage.settle();
    assertThat(garbage.exists("ns", "of-both")).isFalse();
    assertThat(garbage.collector.edges()).isZero();
  }

  // --- absent owners; TestCreateWithNonExistentOwner

  @Test
  void anObjectWhoseOwnerDoesNotExistIsDeleted() {
    String uid = garbage.create("ns", "owner");
    garbage.create("ns", "nobodys", owner("nobody", "no uid"));
    garbage.create("ns", "anothers", owner("owner", "another uid"));
    garbage.create("ns", "misnamed", owner("nobody", uid));
    garbage.create("ns", "of-other-kind", owner("v1", "Secret", "owner", uid, false));
    garbage.create("ns", "kept", owner("owner", uid), owner("nobody", "no uid"));
    garbage.settle();
    for (String name : List.of("nobodys", "anothers", "misnamed", "of-other-kind")) {
      assertThat(garbage.exists("ns", name)).as(name).isFalse();
    }
    assertThat(garbage.metadata("ns", "kept").path("ownerReferences")).hasSize(1);
  }

  @Test
  void anOwnerMadeAgainIsAnotherOne() {
    String uid = garbage.create("ns", "owner");
    garbage.create("ns", "dependent", owner("owner", uid));
    garbage.settle();
    garbage.delete("ns", "owner", "");
    garbage.create("ns", "owner");
    garbage.settle();
    assertThat(garbage.exists("ns", "dependent")).isFalse();
    assertThat(garbage.exists("ns", "owner")).isTrue();
  }

  // --- TestClusterScopedOwners

  @Test
  void clusterScopedOwnersAndUnknownTypes() {
    String volume = garbage.make("persistentvolumes", "", "volume", "");
    garbage.create("ns", "valid", owner("v1", "PersistentVolume", "volume", volume, false));
    garbage.create("ns", "missing", owner("v1", "PersistentVolume", "nobody", "no uid", false));
    garbage.create("ns", "unknown", owner("unknown.group/v1", "Unknown", "x", "no uid", false));
    garbage.create(
        "ns",
        "partly-unknown",
        owner("nobody", "no uid"),
        owner("unknown.group/v1", "Unknown", "x", "no uid", false));
    garbage.create("ns", "other-version", owner("v2", "ConfigMap", "x", "y", false));
    garbage.settle();
    assertThat(garbage.exists("ns", "missing")).isFalse();
    for (String name : List.of("valid", "unknown", "partly-unknown", "other-version")) {
      assertThat(garbage.exists("ns", name)).as(name).isTrue();
    }
    garbage.delete("persistentvolumes", "", "volume", "Background");
    garbage.settle();
    assertThat(garbage.exists("ns", "valid")).as("its owner is not gone yet").isTrue();
    garbage.removeFinalizers("persistentvolumes", "", "volume");
    garbage.settle();
    assertThat(garbage.exists("ns", "valid")).isFalse();
  }

  @Test
  void aClusterScopedObjectCannotHaveANamespacedOwner() {
    garbage.cluster.namespace("default");
    String uid = garbage.create("ns", "owner");
    String reference = owner("owner", uid);
    garbage.make("persistentvolumes", "", "volume", "", reference);
    garbage.settle();
    assertThat(garbage.exists("persistentvolumes", "", "volume")).isTrue();
    assertThat(warnings("default"))
        .containsExactly(
            "PersistentVolume/volume OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: ,"
                + " name: owner, uid: %s] does not exist in namespace \"\"".formatted(uid));
  }

  private List<String> warnings(String namespace) {
    List<String> told = new ArrayList<>();
    garbage.cluster.settle();
    var events = garbage.cluster.cache.resource("events").snapshot().entries(namespace + "/", null);
    for (var event = events.next(); event != null; event = events.next()) {
      JsonNode tree = garbage.cluster.stored("events", namespace, event.name());
      told.add(
          "%s/%s %s: %s"
              .formatted(
                  tree.path("involvedObject").path("kind").asText(),
                  tree.path("involvedObject").path("name").asText(),
                  tree.path("reason").asText(),
                  tree.path("message").asText()));
    }
    return told;
  }

  // --- TestCrossNamespaceReferences

  @Test
  void anOwnerInAnotherNamespaceCountsAsAbsent() {
    String uid = garbage.create("ns", "parent");
    for (int i = 0; i < 10; i++) {
      garbage.make("secrets", "ns", "child" + i, "", owner("parent", uid));
    }
    garbage.make("secrets", "other", "as-pod", "", owner("v1", "Pod", "parent", uid, false));
    garbage.make("secrets", "other", "as-it-is", "", owner("parent", uid));
    List<String> invalid = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      invalid.add(owner("test/v1", "Invalid" + i, "invalid", "invalid-" + i, false));
    }
    invalid.add(owner("v1", "Pod", "parent", uid, false));
    garbage.make("secrets", "other", "partly", "", invalid.toArray(String[]::new));
    garbage.settle();
    assertThat(garbage.exists("secrets", "other", "as-pod")).isFalse();
    assertThat(garbage.exists("secrets", "other", "as-it-is")).isFalse();
    assertThat(garbage.exists("secrets", "other", "partly")).isTrue();
    for (int i = 0; i < 10; i++) {
      assertThat(garbage.exists("secrets", "ns", "child" + i)).isTrue();
    }
    assertThat(warnings("other"))
        .containsExactly(
            "Secret/as-it-is OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: other,"
                + " name: parent, uid: %s] does not exist in namespace \"other\"".formatted(uid));
  }

  // --- orphaning; TestOrphaning

  @Test
  void orphansStayAndNameTheirOwnerNoMore() {
    String uid = garbage.create("ns", "owner");
    String second = garbage.create("ns", "second");
    for (int i = 0; i < 3; i++) {
      garbage.create("ns", "orphan" + i, owner("owner", uid));
    }
    garbage.create("ns", "half", owner("owner", uid), owner("second", second));
    garbage.delete("ns", "owner", "Orphan");
    garbage.settle();
    assertThat(garbage.exists("ns", "owner")).isFalse();
    for (int i = 0; i < 3; i++) {
      assertThat(garbage.metadata("ns", "orphan" + i).has("ownerReferences")).isFalse();
    }
    assertThat(garbage.metadata("ns", "half").path("ownerReferences")).hasSize(1);
  }

  /** No wait is needed between the creation of a dependent and the owner's deletion. */
  @Test
  void noOrphanIsMissedThatWasCreatedBeforeTheDeletion() {
    for (int i = 0; i < 30; i++) {
      String uid = garbage.create("ns", "owner" + i);
      garbage.make("secrets", "ns", "orphan" + i, "", owner("owner" + i, uid));
      garbage.delete("ns", "owner" + i, "Orphan");
    }
    garbage.settle();
    for (int i = 0; i < 30; i++) {
      assertThat(garbage.exists("ns", "owner" + i)).isFalse();
      assertThat(garbage.exists("secrets", "ns", "orphan" + i)).as("orphan%d", i).isTrue();
    }
  }

  // --- TestStressingCascadingDeletion

  @Test
  void theWaysToAskForAPolicy() {
    record Way(String name, String finalizer, String policy, boolean orphans) {}
    List<Way> ways =
        List.of(
            new Way("by-default", "", "", true),
            new Way("finalizer", "orphan", "", true),
            new Way("finalizer-overridden", "orphan", "Background", false),
            new Way("policy", "", "Orphan", true),
            new Way("foreground", "", "Foreground", false));
    for (Way way : ways) {
      String uid = garbage.make("replicationcontrollers", "ns", way.name, way.finalizer);
      for (int pod = 0; pod < 3; pod++) {
        garbage.make(
            "pods",
            "ns",
            way.name + pod,
            "",
            owner("v1", "ReplicationController", way.name, uid, true));
      }
    }
    for (Way way : ways) {
      garbage.delete("replicationcontrollers", "ns", way.name, way.policy);
    }
    garbage.settle();
    for (Way way : ways) {
      assertThat(garbage.exists("replicationcontrollers", "ns", way.name)).as(way.name).isFalse();
      for (int pod = 0; pod < 3; pod++) {
        assertThat(garbage.exists("pods", "ns", way.name + pod))
            .as(way.name)
            .isEqualTo(way.orphans);
      }
    }
  }

  // --- foreground

  @Test
  void anOwnerInForegroundGoesLast() {
    String uid = garbage.create("ns", "owner");
    garbage.make("configmaps", "ns", "held", "example.com/hold", blocking("owner", uid));
    garbage.create("ns", "blocking", blocking("owner", uid));
    garbage.delete("ns", "owner", "Foreground");
    garbage.settle();
    assertThat(garbage.exists("ns", "blocking")).isFalse();
    assertThat(garbage.metadata("ns", "held").has("deletionTimestamp")).isTrue();
    assertThat(garbage.exists("ns", "owner")).isTrue();
    garbage.removeFinalizers("configmaps", "ns", "held");
    garbage.settle();
    assertThat(garbage.exists("ns", "owner")).isFalse();
  }

  @Test
  void anOwnerGoesWhenADependentNoLongerBlocks() {
    String uid = garbage.create("ns", "owner");
    garbage.make("configmaps", "ns", "held", "example.com/hold", blocking("owner", uid));
    garbage.delete("ns", "owner", "Foreground");
    garbage.settle();
    assertThat(garbage.exists("ns", "owner")).isTrue();
    garbage.cluster.patch(
        garbage.cluster.path("configmaps", "ns", "held"),
        "application/json-patch+json",
        "[{'op':'replace','path':'/metadata/ownerReferences/0/blockOwnerDeletion','value':false}]");
    garbage.settle();
    assertThat(garbage.exists("ns", "owner")).isFalse();
    assertThat(garbage.exists("ns", "held")).isTrue();
  }

  /** TestSolidOwnerDoesNotBlockWaitingOwner. */
  @Test
  void aDependentWithAnotherOwnerDoesNotHoldTheOneThatWaits() {
    String waiting = garbage.create("ns", "waiting");
    String solid = garbage.create("ns", "solid");
    garbage.create("ns", "dependent", blocking("waiting", waiting), owner("solid", solid));
    garbage.delete("ns", "waiting", "Foreground");
    garbage.settle();
    assertThat(garbage.exists("ns", "waiting")).isFalse();
    JsonNode left = garbage.metadata("ns", "dependent").path("ownerReferences");
    assertThat(left).hasSize(1);
    assertThat(left.path(0).path("name").asText()).isEqualTo("solid");
  }

  /** TestNonBlockingOwnerRefDoesNotBlock. */
  @Test
  void referencesThatDoNotBlock() {
    String uid = garbage.create("ns", "owner");
    garbage.make("configmaps", "ns", "one", "x/y", owner("owner", uid));
    garbage.make(
        "configmaps",
        "ns",
        "two",
        "x/y",
        "{'apiVersion':'v1','kind':'ConfigMap','name':'owner','uid':'" + uid + "'}");
    garbage.delete("ns", "owner", "Foreground");
    garbage.settle();
    assertThat(garbage.exists("ns", "owner")).isFalse();
    assertThat(garbage.exists("ns", "one")).isTrue();
    assertThat(garbage.exists("ns", "two")).isTrue();
  }

  /** TestDoubleDeletionWithFinalizer. */
  @Test
  void aSecondDeletionInForeground() {
    garbage.make("pods", "ns", "lucy", "x/y");
    for (int i = 0; i < 2; i++) {
      garbage.delete("pods", "ns", "lucy", "Foreground");
      garbage.settle();
      JsonNode finalizers = garbage.metadata("pods", "ns", "lucy").path("finalizers");
      assertThat(finalizers).hasSize(1);
      assertThat(finalizers.path(0).asText()).isEqualTo("x/y");
    }
    garbage.removeFinalizers("pods", "ns", "lucy");
    garbage.settle();
    assertThat(garbage.exists("pods", "ns", "lucy")).isFalse();
  }

  @Test
  void aChainInForegroundGoesFromItsEnd() {
    String root = garbage.create("ns", "root");
    String middle = garbage.create("ns", "middle", blocking("root", root));
    garbage.make("configmaps", "ns", "leaf", "x/y", blocking("middle", middle));
    garbage.settle();
    garbage.delete("ns", "root", "Foreground");
    Await.until(
        "the leaf is marked", () -> garbage.metadata("ns", "leaf").has("deletionTimestamp"));
    garbage.settle();
    assertThat(garbage.exists("ns", "root")).isTrue();
    assertThat(garbage.exists("ns", "middle")).isTrue();
    garbage.removeFinalizers("configmaps", "ns", "leaf");
    garbage.settle();
    assertThat(garbage.exists("ns", "root")).isFalse();
    assertThat(garbage.exists("ns", "middle")).isFalse();
  }

  @Test
  void aCircleInForegroundGoes() {
    String a = garbage.create("ns", "a");
    String b = garbage.create("ns", "b", blocking("a", a));
    String c = garbage.create("ns", "c", blocking("b", b));
    garbage.cluster.patch(
        garbage.cluster.path("configmaps", "ns", "a"),
        "application/merge-patch+json",
        "{'metadata':{'ownerReferences':[" + blocking("c", c) + "]}}");
    garbage.settle();
    assertThat(garbage.exists("ns", "a")).isTrue();
    garbage.delete("ns", "a", "Foreground");
    garbage.settle();
    for (String name : List.of("a", "b", "c")) {
      assertThat(garbage.exists("ns", name)).as(name).isFalse();
    }
  }

  /** Upstream's collector waits for ever here. */
  @Test
  void aCircleAllOfWhichIsDeletedInForegroundGoes() {
    String a = garbage.make("configmaps", "ns", "a", "x/y");
    String b = garbage.make("configmaps", "ns", "b", "x/y", blocking("a", a));
    garbage.cluster.patch(
        garbage.cluster.path("configmaps", "ns", "a"),
        "application/merge-patch+json",
        "{'metadata':{'ownerReferences':[" + blocking("b", b) + "]}}");
    garbage.delete("ns", "a", "Foreground");
    garbage.delete("ns", "b", "Foreground");
    garbage.settle();
    garbage.removeFinalizer("configmaps", "ns", "a", "x/y");
    garbage.removeFinalizer("configmaps", "ns", "b", "x/y");
    garbage.settle();
    assertThat(garbage.exists("ns", "a")).isFalse();
    assertThat(garbage.exists("ns", "b")).isFalse();
  }

  /** An object that orphans its dependents does so when it is collected, too. */
  @Test
  void aFinalizerOnADependentIsItsPolicy() {
    String root = garbage.create("ns", "root");
    String middle = garbage.make("configmaps", "ns", "middle", "orphan", owner("root", root));
    garbage.create("ns", "leaf", owner("middle", middle));
    garbage.settle();
    garbage.delete("ns", "root", "Background");
    garbage.settle();
    assertThat(garbage.exists("ns", "middle")).isFalse();
    assertThat(garbage.metadata("ns", "leaf").has("ownerReferences")).isFalse();
  }

  // --- limits

  @Test
  void anObjectWithVeryManyOwners() {
    List<String> owners = new ArrayList<>();
    for (int i = 0; i < Edges.MOST_OWNERS + 2; i++) {
      owners.add(blocking("o" + i, garbage.create("ns", "o" + i)));
    }
    garbage.create("ns", "dependent", owners.toArray(String[]::new));
    for (int i = 0; i < Edges.MOST_OWNERS + 1; i++) {
      garbage.delete("ns", "o" + i, List.of("Foreground", "Background", "Orphan").get(i % 3));
    }
    garbage.settle();
    assertThat(garbage.metadata("ns", "dependent").path("ownerReferences")).hasSize(1);
    garbage.delete("ns", "o" + (Edges.MOST_OWNERS + 1), "Foreground");
    garbage.settle();
    assertThat(garbage.exists("ns", "dependent")).isFalse();
    assertThat(garbage.exists("ns", "o" + (Edges.MOST_OWNERS + 1))).isFalse();
  }

  @Test
  void eventsAreLeftAlone() {
    garbage.cluster.create(
        "events",
        "ns",
        "{'metadata':{'name':'e','ownerReferences':[%s]},'involvedObject':{'namespace':'ns'}}"
            .formatted(owner("nobody", "no uid")));
    garbage.settle();
    assertThat(garbage.exists("events", "ns", "e")).isTrue();
  }

  // --- another process

  @Test
  void whatHappenedBeforeTheStartIsDoneAfterIt(@TempDir Path other) {
    garbage.close();
    Cluster cluster = new Cluster(other);
    garbage = new Garbage(cluster, 5);
    String orphaning = garbage.create("ns", "orphaning");
    String foreground = garbage.create("ns", "foreground");
    String background = garbage.create("ns", "background");
    for (int i = 0; i < 20; i++) {
      garbage.create("ns", "orphan" + i, owner("orphaning", orphaning));
      garbage.create("ns", "f" + i, blocking("foreground", foreground));
      garbage.create("ns", "b" + i, owner("background", background));
      String own = garbage.create("ns", "own" + i);
      garbage.create("ns", "of-own" + i, owner("own" + i, own));
      garbage.delete("ns", "own" + i, List.of("Foreground", "Background").get(i % 2));
    }
    garbage.delete("ns", "orphaning", "Orphan");
    garbage.delete("ns", "foreground", "Foreground");
    garbage.delete("ns", "background", "Background");
    // It notes five objects only, and has to look through all of them again and again.
    garbage.start();
    for (String name : List.of("orphaning", "foreground", "background")) {
      assertThat(garbage.exists("ns", name)).as(name).isFalse();
    }
    for (int i = 0; i < 20; i++) {
      assertThat(garbage.metadata("ns", "orphan" + i).has("ownerReferences")).isFalse();
      assertThat(garbage.exists("ns", "f" + i)).isFalse();
      assertThat(garbage.exists("ns", "b" + i)).isFalse();
      assertThat(garbage.exists("ns", "own" + i)).isFalse();
      assertThat(garbage.exists("ns", "of-own" + i)).isFalse();
    }
  }

  @Test
  void twoCollectorsDoNoHarm() {
    try (GarbageCollector second =
        new GarbageCollector(
            garbage.cluster.client,
            garbage.cluster.cache,
            () -> garbage.cluster.registry,
            () -> garbage.cluster.now,
            () -> dev.rheo.codec.io.Meter.another())) {
      second.start();
      for (int i = 0; i < 20; i++) {
        String uid = garbage.create("ns", "owner" + i);
        garbage.create("ns", "child" + i, blocking("owner" + i, uid));
        garbage.delete("ns", "owner" + i, List.of("Foreground", "Background", "Orphan").get(i % 3));
      }
      garbage.settle();
      Await.until("the second is idle", () -> second.isIdle(garbage.cluster.revision()));
      for (int i = 0; i < 20; i++) {
        assertThat(garbage.exists("ns", "owner" + i)).isFalse();
        assertThat(garbage.exists("ns", "child" + i)).isEqualTo(i % 3 == 2);
      }
    }
  }
}
