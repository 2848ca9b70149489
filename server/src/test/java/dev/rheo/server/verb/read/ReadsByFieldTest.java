package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.options;
import static dev.rheo.server.verb.read.Queries.watchList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.options.ListOptions;
import dev.rheo.cache.WatchCache;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.HashedWheelTimer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lists and watches of the pods of a node: what a scan would find, at the cost of what is found.
 */
class ReadsByFieldTest {
  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final Random random = new Random(17);
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType pods = registry.get("", "v1", "pods");
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), () -> registry);
  private final Reads.ResponseOptions json = new Reads.ResponseOptions(encodings.json(pods), false);

  /** At each revision, the node of each pod. */
  private final TreeMap<Long, TreeMap<String, String>> states = new TreeMap<>();

  private WatchCache cache;
  private Reads reads;

  @BeforeEach
  void start() throws Exception {
    states.put(1L, new TreeMap<>());
    cache = Caches.start(store, directory, registry);
    reads = new Reads(store, cache, timer, System::nanoTime, random);
  }

  @AfterEach
  void stop() {
    cache.close();
    store.close();
    timer.stop();
  }

  private Op op(String key, String node) {
    int slash = key.indexOf('/');
    String namespace = key.substring(0, slash);
    String name = key.substring(slash + 1);
    String json =
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"resourceVersion\":\"\"},\"spec\":{\"nodeName\":\"%s\"}}"
            .formatted(name, namespace, node);
    return new Op.Put(
        pods.storage().key(namespace, name), json.getBytes(StandardCharsets.UTF_8), Op.ANY);
  }

  /** Creates, binds, changes or deletes a pod. */
  private void write() throws Exception {
    TreeMap<String, String> state = new TreeMap<>(states.lastEntry().getValue());
    String key = "ns" + random.nextInt(3) + "/p" + random.nextInt(30);
    long revision;
    if (state.containsKey(key) && random.nextInt(3) == 0) {
      state.remove(key);
      revision = store.commit(List.of(new Op.Delete("/registry/pods/" + key, Op.ANY)));
    } else {
      String node = random.nextInt(4) == 0 ? "" : "n" + random.nextInt(5);
      state.put(key, node);
      revision = store.commit(List.of(op(key, node)));
    }
    states.put(revision, state);
  }

  private JsonNode list(@Nullable String namespace, Map<String, String> pairs) throws Exception {
    try (Drawing drawing =
        new Drawing(reads.list(pods, namespace, options(false, pairs), json).body(), random)) {
      return Drawing.json(drawing.text());
    }
  }

  private static List<String> keys(JsonNode list) {
    List<String> keys = new ArrayList<>();
    for (JsonNode item : list.get("items")) {
      keys.add(item.at("/metadata/namespace").asText() + "/" + item.at("/metadata/name").asText());
    }
    return keys;
  }

  private List<String> expected(long revision, @Nullable String namespace, String node) {
    return states.floorEntry(revision).getValue().entrySet().stream()
        .filter(e -> namespace == null || e.getKey().startsWith(namespace + "/"))
        .filter(e -> e.getValue().equals(node))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void pagesByNodeAreThoseOfAScan() throws Exception {
    for (int i = 0; i < 150; i++) {
      write();
    }
    for (int round = 0; round < 300; round++) {
      write();
      String namespace = random.nextBoolean() ? null : "ns" + random.nextInt(4);
      String node = random.nextInt(4) == 0 ? "" : "n" + random.nextInt(6);
      Map<String, String> query = new TreeMap<>();
      query.put("fieldSelector", "spec.nodeName=" + node);
      if (random.nextBoolean()) {
        long revision = random.nextLong(2, store.currentRevision() + 1);
        query.put("resourceVersion", Long.toString(revision));
        query.put("resourceVersionMatch", random.nextBoolean() ? "Exact" : "NotOlderThan");
      }
      int limit = random.nextInt(6);
      if (limit > 0) {
        query.put("limit", Integer.toString(limit));
      }
      JsonNode page = list(namespace, query);
      long shown = page.at("/metadata/resourceVersion").asLong();
      if ("Exact".equals(query.get("resourceVersionMatch"))) {
        assertThat(query).containsEntry("resourceVersion", Long.toString(shown));
      }
      List<String> found = new ArrayList<>(keys(page));
      query.remove("resourceVersion");
      query.remove("resourceVersionMatch");
      while (page.at("/metadata").has("continue")) {
        assertThat(page.get("items")).hasSize(limit);
        assertThat(page.at("/metadata").has("remainingItemCount")).isFalse();
        write();
        query.put("continue", page.at("/metadata/continue").asText());
        page = list(namespace, query);
        assertThat(page.at("/metadata/resourceVersion").asLong()).isEqualTo(shown);
        // All candidates are selected, so no page is announced that would be empty.
        assertThat(page.get("items")).isNotEmpty();
        found.addAll(keys(page));
      }
      assertThat(found).isEqualTo(expected(shown, namespace, node));
    }
  }

  @Test
  void aWatchListByNodeIsTheStateAndThenItsChanges() throws Exception {
    for (int i = 0; i < 150; i++) {
      write();
    }
    long revision = store.currentRevision();
    List<String> initial = expected(revision, null, "n1");
    assertThat(initial).hasSizeGreaterThan(3);
    ListOptions options = watchList("fieldSelector", "spec.nodeName=n1");
    Body body = reads.watch(pods, null, options, null, json, Caches.UNCOUNTED).body();
    try (Drawing watch = new Drawing(body, random)) {
      List<JsonNode> lines = watch.news(initial.size() + 1);
      assertThat(
              lines.stream()
                  .limit(initial.size())
                  .map(
                      line ->
                          line.at("/object/metadata/namespace").asText()
                              + "/"
                              + line.at("/object/metadata/name").asText()))
          .isEqualTo(initial);
      assertThat(Drawing.told(lines.getLast())).isEqualTo("BOOKMARK @" + revision);
      store.commit(List.of(op("ns0/other", "n2")));
      long bound = store.commit(List.of(op("ns0/new", "n1")));
      long moved = store.commit(List.of(op("ns0/new", "n2")));
      assertThat(watch.news(2).stream().map(Drawing::told))
          .containsExactly("ADDED new@" + bound, "DELETED new@" + moved);
    }
  }

  /** A scan of these pods would take several turns. */
  @Test
  void neitherAListNorInitialEventsVisitThePodsOfOtherNodes() throws Exception {
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < 4 * ItemBody.EFFORT_PER_DRAW; i++) {
      ops.add(op("ns%d/p%05d".formatted(i % 3, i), "n" + i % 500));
      if (ops.size() == 1000) {
        store.commit(ops);
        ops.clear();
      }
    }
    ops.add(op("ns2/q", "one"));
    store.commit(ops);
    assertThat(cache.awaitRevision(store.currentRevision(), Duration.ofMinutes(1))).isTrue();
    Map<String, String> query = new TreeMap<>();
    query.put("fieldSelector", "spec.nodeName=one");
    assertThat(turns(reads.list(pods, null, options(false, query), json).body())).isZero();
    query.put("fieldSelector", "metadata.name=q");
    assertThat(turns(reads.list(pods, null, options(false, query), json).body())).isZero();
    assertThat(turns(reads.list(pods, "ns2", options(false, query), json).body())).isZero();
    query.put("fieldSelector", "spec.restartPolicy=Always");
    assertThat(turns(reads.list(pods, null, options(false, query), json).body())).isPositive();
    query.put("fieldSelector", "spec.nodeName=one");
    query.put("sendInitialEvents", "true");
    query.put("resourceVersionMatch", "NotOlderThan");
    assertThat(
            turns(
                reads.watch(pods, null, options(true, query), null, json, Caches.UNCOUNTED).body()))
        .isZero();
  }

  /** Draws what there is for now; counts the turns that ended for want of effort. */
  private static int turns(Body body) throws Exception {
    ByteBuf out = Unpooled.directBuffer(64 << 10, 64 << 10);
    Semaphore wakes = new Semaphore(0);
    boolean watch = body.toString().startsWith("a watch");
    int turns = 0;
    try (body) {
      body.onReady(wakes::release);
      for (Body.State state = body.draw(out); state != Body.State.END; state = body.draw(out)) {
        if (state == Body.State.MORE) {
          turns++;
        } else if (watch && out.readableBytes() > 0) {
          break;
        } else {
          wakes.acquire();
        }
      }
      return turns;
    } finally {
      out.release();
    }
  }
}
