package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeleteTest {
  @TempDir Path spool;
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void refused(int code, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private JsonNode pod(String name, String node) {
    return cluster.create(
        "pods",
        "ns",
        "{'metadata':{'name':'"
            + name
            + "'},'spec':{'nodeName':'"
            + node
            + "','containers':[{'name':'c','image':'i'}]}}");
  }

  @Test
  void anObjectIsRemovedAndAStatusTellsSo() {
    JsonNode made = cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    JsonNode status = cluster.delete("configmaps", "ns", "a");
    assertThat(status.path("status").asText()).isEqualTo("Success");
    assertThat(status.path("details").path("name").asText()).isEqualTo("a");
    assertThat(status.path("details").path("kind").asText()).isEqualTo("configmaps");
    assertThat(status.path("details").path("uid")).isEqualTo(made.path("metadata").path("uid"));
    assertThat(cluster.stored("configmaps", "ns", "a")).isNull();
    refused(404, () -> cluster.delete("configmaps", "ns", "a"));
  }

  private static String version(JsonNode object) {
    return object.path("metadata").path("resourceVersion").asText();
  }

  @Test
  void aCompletedDeletionTellsItsRevision() {
    for (String resource : List.of("configmaps", "serviceaccounts")) {
      JsonNode made = cluster.create(resource, "ns", "{'metadata':{'name':'a'}}");
      JsonNode dry = cluster.delete(resource, "ns", "a", Map.of("dryRun", "All"));
      assertThat(version(dry)).isEqualTo(version(made));
      JsonNode answer = cluster.delete(resource, "ns", "a");
      assertThat(version(answer)).isEqualTo(Long.toString(cluster.revision()));
    }
    pod("p", "");
    JsonNode pod = cluster.delete("pods", "ns", "p");
    assertThat(version(pod)).isEqualTo(Long.toString(cluster.revision()));
  }

  @Test
  void aPodThatIsGoneBeforeItsRemovalIsToldWithoutARevision() {
    RevisionStore memory = new MemoryRevisionStore();
    RevisionStore racing =
        intercepted(
            memory,
            operations -> {
              if (operations.getFirst() instanceof RevisionStore.Op.Delete removal
                  && removal.key().startsWith("/registry/pods/")) {
                memory.commit(
                    List.of(new RevisionStore.Op.Delete(removal.key(), RevisionStore.Op.ANY)));
              }
            });
    try (Cluster raced = new Cluster(spool.resolve("raced"), racing, new Random(1))) {
      raced.namespace("ns");
      raced.create(
          "pods",
          "ns",
          "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
      JsonNode pod = raced.delete("pods", "ns", "p");
      assertThat(pod.path("metadata").has("deletionTimestamp")).isTrue();
      assertThat(pod.path("metadata").has("resourceVersion")).isFalse();
      assertThat(raced.stored("pods", "ns", "p")).isNull();
    }
  }

  /** Something that happens before a commit. */
  private interface BeforeCommit {
    void run(List<RevisionStore.Op> operations) throws Exception;
  }

  @SuppressWarnings("unchecked")
  private static RevisionStore intercepted(RevisionStore store, BeforeCommit before) {
    return (RevisionStore)
        Proxy.newProxyInstance(
            DeleteTest.class.getClassLoader(),
            new Class<?>[] {RevisionStore.class},
            (_, method, arguments) -> {
              if (method.getName().equals("commit")) {
                before.run((List<RevisionStore.Op>) arguments[0]);
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void someDeletionsAreAnsweredWithTheObject() {
    cluster.create("serviceaccounts", "ns", "{'metadata':{'name':'a'}}");
    assertThat(cluster.delete("serviceaccounts", "ns", "a").path("kind").asText())
        .isEqualTo("ServiceAccount");
  }

  @Test
  void preconditions() {
    JsonNode made = cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    String uid = made.path("metadata").path("uid").asText();
    assertThatThrownBy(() -> cluster.delete("configmaps", "ns", "a", Map.of("uid", "x")))
        .hasMessageContaining("the UID in the precondition (x) does not match the UID in record");
    refused(409, () -> cluster.delete("configmaps", "ns", "a", Map.of("resourceVersion", "1")));
    cluster.delete(
        "configmaps",
        "ns",
        "a",
        Map.of(
            "uid", uid, "resourceVersion", made.path("metadata").path("resourceVersion").asText()));
    assertThat(cluster.stored("configmaps", "ns", "a")).isNull();
  }

  @Test
  void finalizersKeepTheObjectAndMarkIt() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a','finalizers':['x.io/f']}}");
    JsonNode marked = cluster.delete("configmaps", "ns", "a");
    assertThat(marked.path("kind").asText()).isEqualTo("ConfigMap");
    assertThat(marked.path("metadata").path("deletionTimestamp").asText())
        .isEqualTo("2026-01-02T03:04:05Z");
    assertThat(marked.path("metadata").path("deletionGracePeriodSeconds").asInt(-1)).isZero();
    long before = cluster.revision();
    cluster.now = cluster.now.plusSeconds(100);
    assertThat(cluster.delete("configmaps", "ns", "a")).isEqualTo(marked);
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void propagation() {
    for (String[] row :
        new String[][] {
          {"Orphan", "[\"orphan\"]"}, {"Foreground", "[\"foregroundDeletion\"]"},
        }) {
      cluster.create("configmaps", "ns", "{'metadata':{'name':'" + row[0].toLowerCase() + "'}}");
      JsonNode marked =
          cluster.delete(
              "configmaps", "ns", row[0].toLowerCase(), Map.of("propagationPolicy", row[0]));
      assertThat(marked.path("metadata").path("finalizers").toString()).isEqualTo(row[1]);
    }
    cluster.create("configmaps", "ns", "{'metadata':{'name':'b'}}");
    cluster.delete("configmaps", "ns", "b", Map.of("propagationPolicy", "Background"));
    assertThat(cluster.stored("configmaps", "ns", "b")).isNull();
    cluster.create("configmaps", "ns", "{'metadata':{'name':'c','finalizers':['orphan']}}");
    cluster.delete("configmaps", "ns", "c", Map.of("propagationPolicy", "Background"));
    assertThat(cluster.stored("configmaps", "ns", "c")).isNull();
    // Events are not garbage collected, so there are no dependents to wait for.
    cluster.create(
        "events",
        "ns",
        "{'metadata':{'name':'e'},'involvedObject':{'namespace':'ns','kind':'Pod','name':'p'}}");
    cluster.delete("events", "ns", "e", Map.of("propagationPolicy", "Foreground"));
    assertThat(cluster.stored("events", "ns", "e")).isNull();
  }

  @Test
  void aPodWithoutANodeIsRemovedAtOnceButSeenMarked() throws Exception {
    pod("p", "");
    long before = cluster.revision();
    JsonNode answer = cluster.delete("pods", "ns", "p");
    assertThat(answer.path("kind").asText()).isEqualTo("Pod");
    assertThat(cluster.stored("pods", "ns", "p")).isNull();
    List<RevisionStore.Event> events = new ArrayList<>();
    try (var watch = cluster.store.watch("/registry/pods/", "/registry/pods0", before + 1)) {
      while (events.size() < 2) {
        events.addAll(watch.next(Duration.ofSeconds(5)).events());
      }
    }
    assertThat(events.get(1).isDelete()).isTrue();
    JsonNode last = new ObjectMapper().readTree(events.get(0).value());
    assertThat(last.path("metadata").has("deletionTimestamp")).isTrue();
  }

  @Test
  void aRunningPodHasItsGracePeriod() {
    pod("p", "n");
    JsonNode marked = cluster.delete("pods", "ns", "p");
    assertThat(marked.path("metadata").path("deletionGracePeriodSeconds").asInt()).isEqualTo(30);
    assertThat(marked.path("metadata").path("deletionTimestamp").asText())
        .isEqualTo("2026-01-02T03:04:35Z");
    assertThat(marked.path("metadata").path("generation").asInt()).isEqualTo(2);
    // A longer grace period changes nothing.
    long before = cluster.revision();
    cluster.delete("pods", "ns", "p", Map.of("gracePeriodSeconds", "60"));
    cluster.delete("pods", "ns", "p");
    assertThat(cluster.revision()).isEqualTo(before);
    // A shorter one takes effect.
    JsonNode shorter = cluster.delete("pods", "ns", "p", Map.of("gracePeriodSeconds", "5"));
    assertThat(shorter.path("metadata").path("deletionTimestamp").asText())
        .isEqualTo("2026-01-02T03:04:10Z");
    assertThat(cluster.stored("pods", "ns", "p")).isNotNull();
    cluster.delete("pods", "ns", "p", Map.of("gracePeriodSeconds", "0"));
    assertThat(cluster.stored("pods", "ns", "p")).isNull();
  }

  @Test
  void dryRun() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    long before = cluster.revision();
    assertThat(
            cluster
                .delete("configmaps", "ns", "a", Map.of("dryRun", "All"))
                .path("status")
                .asText())
        .isEqualTo("Success");
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void namespacesThatMustStay() {
    cluster.namespace("default");
    assertThatThrownBy(() -> cluster.delete("namespaces", "", "default"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(403))
        .hasMessage("namespaces \"default\" is forbidden: this namespace may not be deleted");
  }

  @Test
  void aNamespaceBeginsToTerminate() {
    JsonNode marked = cluster.delete("namespaces", "", "ns");
    assertThat(marked.path("status").path("phase").asText()).isEqualTo("Terminating");
    assertThat(marked.path("spec").path("finalizers").path(0).asText()).isEqualTo("kubernetes");
    assertThat(marked.path("metadata").has("deletionTimestamp")).isTrue();
    long before = cluster.revision();
    cluster.delete("namespaces", "", "ns");
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void bindings() {
    pod("p", "");
    ObjectPath path = cluster.path("pods", "ns", "p", "binding");
    String binding =
        "{'kind':'Binding','apiVersion':'v1','metadata':{'name':'p','annotations':{'a':'b'}},"
            + "'target':{'kind':'Node','name':'n1','zone':'z'}}";
    WriteResult result =
        cluster.writes.create(path, Cluster.body(binding), WriteOptions.none(), Cluster.USER);
    assertThat(result.code()).isEqualTo(201);
    assertThat(Cluster.json(result).path("status").asText()).isEqualTo("Success");
    assertThat(result.warnings()).containsExactly("unknown field \"target.zone\"");
    JsonNode bound = cluster.stored("pods", "ns", "p");
    assertThat(bound.path("spec").path("nodeName").asText()).isEqualTo("n1");
    assertThat(bound.path("metadata").path("annotations").path("a").asText()).isEqualTo("b");
    assertThat(bound.path("status").path("conditions").path(0).path("type").asText())
        .isEqualTo("PodScheduled");
    assertThatThrownBy(
            () ->
                cluster.writes.create(
                    path, Cluster.body(binding), WriteOptions.none(), Cluster.USER))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(409))
        .hasMessage(
            "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node"
                + " \"n1\"");
  }

  @Test
  void evictionsKeepWithinTheBudget() {
    pod("p", "n");
    pod("q", "n");
    for (String name : List.of("p", "q")) {
      cluster.patch(
          cluster.path("pods", "ns", name),
          MediaType.MERGE_PATCH,
          "{'metadata':{'labels':{'a':'b'}}}");
      cluster.patch(
          cluster.path("pods", "ns", name, "status"),
          MediaType.MERGE_PATCH,
          "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}");
    }
    cluster.create(
        "policy/v1/poddisruptionbudgets",
        "ns",
        "{'metadata':{'name':'b'},'spec':{'maxUnavailable':1,'selector':{'matchLabels':{'a':'b'}}}}");
    cluster.patch(
        cluster.path("policy/v1/poddisruptionbudgets", "ns", "b", "status"),
        MediaType.MERGE_PATCH,
        "{'status':{'disruptionsAllowed':1,'observedGeneration':9,'currentHealthy':1,"
            + "'desiredHealthy':2,'expectedPods':2}}");
    evict("p");
    assertThat(cluster.stored("pods", "ns", "p").path("metadata").has("deletionTimestamp"))
        .isTrue();
    JsonNode budget = cluster.stored("policy/v1/poddisruptionbudgets", "ns", "b");
    assertThat(budget.path("status").path("disruptionsAllowed").asInt(-1)).isZero();
    assertThat(budget.path("status").path("disruptedPods").has("p")).isTrue();
    JsonNode condition = budget.at("/status/conditions/0");
    assertThat(condition.path("type").asText()).isEqualTo("DisruptionAllowed");
    assertThat(condition.path("status").asText()).isEqualTo("False");
    assertThat(condition.path("reason").asText()).isEqualTo("InsufficientPods");
    assertThat(condition.path("observedGeneration").asInt()).isEqualTo(9);
    assertThat(condition.path("lastTransitionTime").asText()).isEqualTo("2026-01-02T03:04:05Z");
    assertThatThrownBy(() -> evict("q"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(429);
              assertThat(e.status().details().causes().getFirst().message())
                  .isEqualTo("The disruption budget b needs 2 healthy pods and has 1 currently");
            });
  }

  /** A tree of many small parts takes many times what its form takes. */
  @Test
  void aDeletionCostsTheFormAndNotTheTree() {
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      data.append(i == 0 ? "" : ",").append("'k").append(i).append("':''");
    }
    for (String more : List.of("", ",'finalizers':['a/b']")) {
      cluster.create(
          "configmaps", "ns", "{'metadata':{'name':'a'" + more + "},'data':{" + data + "}}");
      cluster.settle();
      int form = cluster.stored("configmaps", "ns", "a").toString().length();
      CountingMeter peak = new CountingMeter();
      Meter.runWithin(peak, () -> cluster.delete("configmaps", "ns", "a"));
      assertThat(peak.most()).isBetween(form / 2L, 2L * form + (16 << 10));
    }
    assertThat(cluster.stored("configmaps", "ns", "a").path("metadata").has("deletionTimestamp"))
        .isTrue();
    assertThat(cluster.stored("configmaps", "ns", "a").path("data")).hasSize(5000);
  }

  private void evict(String name) {
    cluster.writes.create(
        cluster.path("pods", "ns", name, "eviction"),
        Cluster.body(
            "{'kind':'Eviction','apiVersion':'policy/v1','metadata':{'name':'" + name + "'}}"),
        WriteOptions.none(),
        Cluster.USER);
  }

  @Test
  void aDeletionThatFailsHalfwayIsNotToldAsOneThatChangedNothing() {
    RevisionStore failing =
        intercepted(
            new MemoryRevisionStore(),
            operations -> {
              if (operations.getFirst() instanceof RevisionStore.Op.Delete) {
                throw new StoreException(
                    StoreException.Fault.UNWRITABLE, "the disk is full", "at /x", false, null);
              }
            });
    try (Cluster half = new Cluster(spool.resolve("half"), failing, new Random(1))) {
      half.namespace("ns");
      half.create(
          "pods",
          "ns",
          "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
      half.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
      refused(503, () -> half.delete("configmaps", "ns", "a"));
      assertThatThrownBy(() -> half.delete("pods", "ns", "p"))
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(500))
          .hasMessageContaining("whether the write was made is not known: the disk is full");
      assertThat(half.stored("pods", "ns", "p").path("metadata").has("deletionTimestamp")).isTrue();
    }
  }

  @Test
  void theLongestGracePeriod() {
    cluster.create(
        "pods",
        "ns",
        "{'metadata':{'name':'p'},'spec':{'nodeName':'n','terminationGracePeriodSeconds':"
            + Long.MAX_VALUE
            + ",'containers':[{'name':'c','image':'i'}]}}");
    JsonNode metadata = cluster.delete("pods", "ns", "p").path("metadata");
    assertThat(metadata.path("deletionTimestamp").asText()).hasSize(20);
    metadata =
        cluster.delete("pods", "ns", "p", Map.of("gracePeriodSeconds", "30")).path("metadata");
    assertThat(metadata.path("deletionTimestamp").asText()).isEqualTo("2026-01-02T03:04:35Z");
  }

  @Test
  void namesThatNoKeyCanHoldAreNotThere() {
    String name = "a".repeat(1100);
    refused(404, () -> cluster.delete("configmaps", "ns", name));
    refused(404, () -> cluster.create("configmaps", name, "{'metadata':{'name':'a'}}"));
    refused(
        422,
        () ->
            cluster.create(
                "rbac.authorization.k8s.io/v1/clusterroles",
                "",
                "{'metadata':{'name':'" + name + "'}}"));
    refused(
        422,
        () ->
            cluster.create(
                "rbac.authorization.k8s.io/v1/clusterroles",
                "",
                "{'metadata':{'name':'a\\u0000'}}"));
  }
}
