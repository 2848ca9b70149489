package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.ShardHash;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.server.typechange.TypeChanges;
import dev.rheo.server.verb.review.ReviewsTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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

/** Deletes the objects of a collection that selectors choose. */
class DeleteCollectionTest {
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
  void aShardOfACollectionIsDeleted() {
    for (int i = 0; i < 40; i++) {
      cluster.create("configmaps", "ns", "{'metadata':{'name':'c" + i + "'}}");
    }
    String shard = "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')";
    JsonNode deleted = deleteCollection("ns", Map.of("shardSelector", List.of(shard)));
    assertThat(deleted.path("metadata").path("shardInfo").path("selector").asText())
        .isEqualTo(shard);
    List<String> uids = deleted.path("items").findValuesAsText("uid");
    assertThat(uids).hasSizeBetween(1, 39).allMatch(uid -> ShardHash.of(uid) >= 0);
    assertThat(count("ns")).isEqualTo(40 - uids.size());
    assertThat(deleteCollection("ns", Map.of()).path("items").findValuesAsText("uid"))
        .allMatch(uid -> ShardHash.of(uid) < 0);
  }

  @Test
  void aCollectionInAnotherVersionIsAnsweredInIt() {
    cluster.create(
        "events",
        "ns",
        "{'metadata':{'name':'e'},'message':'hello','involvedObject':{'namespace':'ns'}}");
    JsonNode list = deleteCollection("events.k8s.io/v1/events", "ns", Map.of());
    assertThat(list.path("apiVersion").asText()).isEqualTo("events.k8s.io/v1");
    assertThat(list.path("items").path(0).path("note").asText()).isEqualTo("hello");
  }

  @Test
  void aCollectionTooLargeToTellIsAnsweredWithAStatus() {
    createLarge(DeletedList.MAX_BYTES / 2 + 1, "a", "b", "c");
    JsonNode status = deleteCollection("ns", Map.of());
    assertThat(status.path("kind").asText()).isEqualTo("Status");
    assertThat(status.path("status").asText()).isEqualTo("Success");
    assertThat(count("ns")).isZero();
  }

  @Test
  void aPageTooLargeToTellEndsEarlier() {
    createLarge(DeletedList.MAX_BYTES / 2 + 1, "a", "b", "c");
    Map<String, List<String>> query = new HashMap<>(Map.of("limit", List.of("3")));
    List<String> deleted = new ArrayList<>();
    for (int left = 2; left >= 0; left--) {
      JsonNode page = deleteCollection("ns", query);
      deleted.addAll(page.path("items").findValuesAsText("name"));
      assertThat(count("ns")).isEqualTo(left);
      assertThat(page.path("metadata").has("continue")).isEqualTo(left > 0);
      query.put("continue", List.of(page.path("metadata").path("continue").asText()));
    }
    assertThat(deleted).containsExactly("a", "b", "c");
  }

  @Test
  void anObjectLargerThanAnyPageIsDeletedByAPageWithoutItems() {
    createLarge(DeletedList.MAX_BYTES, "b");
    createLarge(10, "a", "c");
    Map<String, List<String>> query = new HashMap<>(Map.of("limit", List.of("5")));
    List<List<String>> pages = new ArrayList<>();
    for (int left = 2; left >= 0; left--) {
      JsonNode page = deleteCollection("ns", query);
      assertThat(page.path("kind").asText()).isEqualTo("ConfigMapList");
      pages.add(page.path("items").findValuesAsText("name"));
      assertThat(count("ns")).isEqualTo(left);
      assertThat(page.path("metadata").has("continue")).isEqualTo(left > 0);
      query.put("continue", List.of(page.path("metadata").path("continue").asText()));
    }
    assertThat(pages).containsExactly(List.of("a"), List.of(), List.of("c"));
  }

  private void createLarge(int size, String... names) {
    String large = "x".repeat(size);
    for (String name : names) {
      cluster.create(
          "configmaps", "ns", "{'metadata':{'name':'" + name + "'},'data':{'k':'" + large + "'}}");
    }
  }

  @Test
  void aCollectionCostsWhatItsLargestObjectsCost() {
    for (int i = 0; i < 1500; i++) {
      cluster.create("configmaps", "ns", "{'metadata':{'name':'n" + i + "'}}");
    }
    Set<Meter> open = ConcurrentHashMap.newKeySet();
    AtomicLong mostOfOne = new AtomicLong();
    CountingMeter request =
        new CountingMeter() {
          @Override
          protected Meter onAnother() {
            Meter one =
                new CountingMeter() {
                  @Override
                  public void close() {
                    mostOfOne.accumulateAndGet(most(), Math::max);
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
    assertThat(mostOfOne.get()).isBetween(1L << 10, 64L << 10);
    assertThat(request.charged()).isLessThan(64 << 10);
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
              () -> cluster.registry,
              () -> cluster.now,
              new Random(1),
              () -> true,
              Duration.ZERO,
              ReviewsTest.reviews(),
              List.of(),
              cluster.issuer,
              cluster.allocator);
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
    return deleteCollection("configmaps", namespace, query);
  }

  private JsonNode deleteCollection(
      String resource, String namespace, Map<String, List<String>> query) {
    cluster.settle();
    ListOptions list = ListOptions.parse(query, false, FeatureGates.defaults());
    WriteResult result =
        cluster.writes.deleteCollection(
            cluster.path(resource, namespace, ""),
            list.withFieldSelector(
                list.fieldSelector().resolve(cluster.type(resource)::fieldLabel)),
            DeleteOptions.none(),
            Cluster.USER);
    assertThat(result.code()).isEqualTo(200);
    return Cluster.json(result);
  }

  private int count(String namespace) {
    cluster.settle();
    return cluster.cache.resource("configmaps").snapshot().size(namespace + "/");
  }
}
