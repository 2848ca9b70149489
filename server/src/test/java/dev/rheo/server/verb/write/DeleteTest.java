package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.server.types.TypeChanges;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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
  void collections() {
    cluster.namespace("other");
    for (int i = 0; i < 40; i++) {
      cluster.create(
          "configmaps",
          i % 4 == 0 ? "other" : "ns",
          "{'metadata':{'name':'c" + i + "','labels':{'parity':'" + i % 2 + "'}}}");
    }
    deleteCollection("ns", Map.of("labelSelector", List.of("parity=1")));
    assertThat(count("ns")).isEqualTo(10);
    assertThat(count("other")).isEqualTo(10);
    deleteCollection("ns", Map.of("fieldSelector", List.of("metadata.name=c2")));
    assertThat(count("ns")).isEqualTo(9);
    deleteCollection("ns", Map.of("limit", List.of("4")));
    assertThat(count("ns")).isEqualTo(5);
    deleteCollection("ns", Map.of());
    assertThat(count("ns")).isZero();
    assertThat(count("other")).isEqualTo(10);
    // A request across all namespaces can only read.
    refused(405, () -> deleteCollection("", Map.of()));
    assertThat(count("other")).isEqualTo(10);
    refused(400, () -> deleteCollection("ns", Map.of("fieldSelector", List.of("data.x=1"))));
  }

  @Test
  void aCollectionIsAnsweredWithWhatWasThere() {
    JsonNode a = cluster.create("configmaps", "ns", "{'metadata':{'name':'a'},'data':{'k':'v'}}");
    for (String name : List.of("b", "c", "d")) {
      cluster.create("configmaps", "ns", "{'metadata':{'name':'" + name + "'}}");
    }
    long before = cluster.revision();
    JsonNode page = deleteCollection("ns", Map.of("limit", List.of("2")));
    assertThat(page.path("kind").asText()).isEqualTo("ConfigMapList");
    assertThat(page.path("apiVersion").asText()).isEqualTo("v1");
    assertThat(page.path("metadata").path("resourceVersion").asLong()).isEqualTo(before);
    JsonNode first = page.path("items").path(0);
    assertThat(first.path("metadata")).isEqualTo(a.path("metadata"));
    assertThat(first.path("data")).isEqualTo(a.path("data"));
    assertThat(first.has("kind") || first.has("apiVersion")).isFalse();
    assertThat(page.path("items").findValuesAsText("name")).containsExactly("a", "b");

    // The token continues in the same namespace.
    cluster.create("configmaps", "ns", "{'metadata':{'name':'new'}}");
    String token = page.path("metadata").path("continue").asText();
    JsonNode rest = deleteCollection("ns", Map.of("continue", List.of(token)));
    assertThat(rest.path("items").findValuesAsText("name")).containsExactly("c", "d");
    assertThat(rest.path("metadata").has("continue")).isFalse();
    assertThat(count("ns")).isEqualTo(1);
    deleteCollection("ns", Map.of());
    assertThat(deleteCollection("ns", Map.of()).path("items")).isEmpty();
  }

  @Test
  void aCollectionInAnotherVersionIsAnsweredInIt() {
    cluster.create("events", "ns", "{'metadata':{'name':'e'},'message':'hello'}");
    cluster.settle();
    JsonNode list =
        Cluster.json(
            cluster.writes.deleteCollection(
                cluster.path("events.k8s.io/v1/events", "ns", ""),
                ListOptions.none(),
                DeleteOptions.none(),
                Cluster.USER));
    assertThat(list.path("apiVersion").asText()).isEqualTo("events.k8s.io/v1");
    assertThat(list.path("items").path(0).path("note").asText()).isEqualTo("hello");
  }

  @Test
  void aCollectionThatIsConvertedIsToldIfItIsSmall() {
    String note = "x".repeat(1000);
    for (int i = 0; i < 20; i++) {
      cluster.create("events", "ns", "{'metadata':{'name':'e" + i + "'},'message':'" + note + "'}");
    }
    cluster.settle();
    JsonNode answer =
        Cluster.json(
            cluster.writes.deleteCollection(
                cluster.path("events.k8s.io/v1/events", "ns", ""),
                ListOptions.none(),
                DeleteOptions.none(),
                Cluster.USER));
    assertThat(answer.path("kind").asText()).isEqualTo("Status");
    assertThat(answer.path("status").asText()).isEqualTo("Success");
  }

  @Test
  void aCollectionTooLargeToTellIsAnsweredWithAStatus() {
    String large = "x".repeat(DeletedList.MAX_BYTES / 2 + 1);
    for (String name : List.of("a", "b", "c")) {
      cluster.create(
          "configmaps", "ns", "{'metadata':{'name':'" + name + "'},'data':{'k':'" + large + "'}}");
    }
    assertThat(
            deleteCollection("ns", Map.of("limit", List.of("1")))
                .path("items")
                .findValuesAsText("name"))
        .containsExactly("a");
    JsonNode status = deleteCollection("ns", Map.of());
    assertThat(status.path("kind").asText()).isEqualTo("Status");
    assertThat(status.path("status").asText()).isEqualTo("Success");
    assertThat(count("ns")).isZero();
  }

  @Test
  void aCollectionCostsWhatItsLargestObjectsCost() {
    for (int i = 0; i < 1500; i++) {
      cluster.create("configmaps", "ns", "{'metadata':{'name':'n" + i + "'}}");
    }
    Set<Meter> open = ConcurrentHashMap.newKeySet();
    AtomicLong mostOfOne = new AtomicLong();
    AtomicLong own = new AtomicLong();
    Meter request =
        new Counted(own, new AtomicLong()) {
          @Override
          protected Meter onAnother() {
            Meter one =
                new Counted(new AtomicLong(), mostOfOne) {
                  @Override
                  public void close() {
                    open.remove(this);
                  }
                };
            open.add(one);
            return one;
          }
        };
    Meter.<JsonNode, RuntimeException>within(request, () -> deleteCollection("ns", Map.of()));
    assertThat(count("ns")).isZero();
    assertThat(open).isEmpty();
    // The list is dropped at 128 KiB, and has cost twice as much by then.
    assertThat(mostOfOne.get()).isBetween(1L << 10, 512L << 10);
    assertThat(own.get()).isLessThan(64 << 10);
  }

  private static class Counted extends Meter {
    private final AtomicLong charged;
    private final AtomicLong most;

    Counted(AtomicLong charged, AtomicLong most) {
      this.charged = charged;
      this.most = most;
    }

    @Override
    protected void onCharge(long bytes) {
      long now = charged.addAndGet(bytes);
      most.accumulateAndGet(now, Math::max);
    }

    @Override
    protected void onCheck() {}

    @Override
    protected long charged() {
      return charged.get();
    }

    @Override
    protected void onRelease(long bytes) {
      charged.set(Math.min(charged.get(), bytes));
    }
  }

  @Test
  void aCollectionThatIsNotCachedYetIsNotTakenForEmpty() {
    try (WatchCache building =
        new WatchCache(
            cluster.store,
            spool.resolve("building"),
            cluster.registry.stored().stream().map(TypeChanges::cached).toList(),
            CacheSettings.defaults())) {
      Writes writes =
          new Writes(
              cluster.store,
              building,
              cluster.registry,
              () -> cluster.now,
              new Random(1),
              () -> true);
      Map<String, List<String>> any = Map.of("resourceVersion", List.of("0"));
      refused(
          429,
          () ->
              writes.deleteCollection(
                  cluster.path("configmaps", "ns", ""),
                  ListOptions.parse(any, false, FeatureGates.defaults()),
                  DeleteOptions.none(),
                  Cluster.USER));
    }
  }

  private JsonNode deleteCollection(String namespace, Map<String, List<String>> query) {
    cluster.settle();
    ListOptions list = ListOptions.parse(query, false, FeatureGates.defaults());
    WriteResult result =
        cluster.writes.deleteCollection(
            cluster.path("configmaps", namespace, ""),
            list.withFieldSelector(
                list.fieldSelector().resolve(cluster.type("configmaps")::fieldLabel)),
            DeleteOptions.none(),
            Cluster.USER);
    assertThat(result.code()).isEqualTo(200);
    return Cluster.json(result);
  }

  private int count(String namespace) {
    cluster.settle();
    return cluster.cache.resource("configmaps").snapshot().size(namespace + "/");
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
    assertThatThrownBy(() -> evict("q"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(429);
              assertThat(e.status().details().causes().getFirst().message())
                  .isEqualTo("The disruption budget b needs 2 healthy pods and has 1 currently");
            });
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
    RevisionStore memory = new MemoryRevisionStore();
    RevisionStore failing =
        (RevisionStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RevisionStore.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("commit")
                      && ((List<?>) arguments[0]).getFirst() instanceof RevisionStore.Op.Delete) {
                    throw new StoreException(
                        StoreException.Fault.UNWRITABLE, "the disk is full", "at /x", false, null);
                  }
                  try {
                    return method.invoke(memory, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
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
