package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.options;
import static dev.rheo.server.verb.read.Queries.watchList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.ShardHash;
import dev.rheo.api.select.ShardSelector;
import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.WatchCache;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.verb.watch.WatchMetrics;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RocksRevisionStore;
import dev.rheo.store.RocksSettings;
import io.netty.util.HashedWheelTimer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shards of a collection are together the collection, in lists and in watches. */
class ShardedReadsTest {
  private static final int[] SPLITS = {1, 2, 3, 7};
  private static final List<String> KEYS = List.of("uid", "namespace");

  /** No decoded events are kept but those of the last chunk, so that most come from the spool. */
  private static final CacheSettings FROM_SPOOL =
      new CacheSettings(
          8L << 20,
          64 << 20,
          16L << 30,
          2L << 30,
          48L << 20,
          1,
          16L << 20,
          Duration.ofMinutes(5),
          2,
          8L << 30,
          32L << 20,
          2);

  @TempDir Path directory;

  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final Random random = new Random(Long.getLong("rheo.seed", 5));
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType configMaps = registry.get("", "v1", "configmaps");
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), () -> registry);
  private final Reads.ResponseOptions json =
      new Reads.ResponseOptions(encodings.json(configMaps), false);

  /** The uids of the objects that exist, by key. */
  private final Map<String, String> uids = new TreeMap<>();

  private RevisionStore store;
  private WatchCache cache;
  private Reads reads;

  private void start(String engine) throws Exception {
    store =
        engine.equals("memory")
            ? new MemoryRevisionStore()
            : RocksRevisionStore.open(directory.resolve("store"), RocksSettings.defaults());
    cache = Caches.start(store, directory, registry, FROM_SPOOL);
    reads = new Reads(store, cache, timer, System::nanoTime, random);
  }

  @AfterEach
  void stop() throws Exception {
    cache.close();
    store.close();
    timer.stop();
  }

  /** Creates, updates or deletes an object. An object that is created again has another uid. */
  private long change() throws Exception {
    // The hash spreads what differs at its beginning; the last letter moves it little.
    String namespace = random.nextInt(5) + "-namespace";
    String name = "o" + random.nextInt(12);
    String key = namespace + "/" + name;
    if (uids.containsKey(key) && random.nextInt(3) == 0) {
      uids.remove(key);
      return store.commit(
          List.of(new Op.Delete(configMaps.storage().key(namespace, name), Op.ANY)));
    }
    String uid =
        uids.computeIfAbsent(key, any -> new UUID(random.nextLong(), random.nextLong()).toString());
    return put(namespace, name, uid, random.nextBoolean() ? "red" : "blue");
  }

  private long put(String namespace, String name, String uid, String color) throws Exception {
    String object =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"uid\":\"%s\",\"resourceVersion\":\"\",\"labels\":{\"color\":\"%s\"}},\"data\":{\"k\":\"%d\"}}"
            .formatted(name, namespace, uid, color, random.nextInt());
    return store.commit(
        List.of(
            new Op.Put(
                configMaps.storage().key(namespace, name),
                object.getBytes(StandardCharsets.UTF_8),
                Op.ANY)));
  }

  private static List<String> split(String key, int shards) {
    List<String> split = new ArrayList<>();
    BigInteger all = BigInteger.ONE.shiftLeft(64);
    for (int i = 0; i < shards; i++) {
      BigInteger from = all.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(shards));
      BigInteger to = all.multiply(BigInteger.valueOf(i + 1)).divide(BigInteger.valueOf(shards));
      split.add("shardRange(object.metadata.%s, '0x%016x', '0x%016x')".formatted(key, from, to));
    }
    return split;
  }

  private JsonNode list(String... pairs) throws Exception {
    try (Drawing drawing =
        new Drawing(reads.list(configMaps, null, options(false, pairs), json).body(), random)) {
      String text = drawing.text();
      assertThat(drawing.state()).isEqualTo(Body.State.END);
      return Drawing.json(text);
    }
  }

  /** {@code namespace/name uid} and the version of each object, after a check that it is new. */
  private static void collect(JsonNode list, Map<String, String> into) {
    for (JsonNode item : list.get("items")) {
      assertThat(into.put(identity(item), version(item))).isNull();
    }
  }

  private static String identity(JsonNode object) {
    JsonNode metadata = object.get("metadata");
    return metadata.get("namespace").asText()
        + "/"
        + metadata.get("name").asText()
        + " "
        + metadata.get("uid").asText();
  }

  private static String version(JsonNode object) {
    return object.at("/metadata/resourceVersion").asText();
  }

  private static String[] with(String[] pairs, String... more) {
    List<String> all = new ArrayList<>(List.of(pairs));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private void assertPartition(String... pairs) throws Exception {
    Map<String, String> whole = new TreeMap<>();
    collect(list(pairs), whole);
    for (String key : KEYS) {
      for (int shards : SPLITS) {
        Map<String, String> union = new TreeMap<>();
        Map<String, String> paged = new TreeMap<>();
        for (String shard : split(key, shards)) {
          String[] sharded = with(pairs, "shardSelector", shard);
          JsonNode list = list(sharded);
          assertThat(list.at("/metadata/shardInfo/selector").asText()).isEqualTo(shard);
          collect(list, union);
          collectPages(sharded, paged);
        }
        assertThat(union).isEqualTo(whole);
        assertThat(paged).isEqualTo(whole);
      }
    }
  }

  /** The rest of a list is asked for with the token and the selectors, as clients do. */
  private void collectPages(String[] pairs, Map<String, String> into) throws Exception {
    String token = "";
    do {
      String[] page =
          token.isEmpty()
              ? with(pairs, "limit", "3")
              : with(selectors(pairs), "limit", "3", "continue", token);
      JsonNode list = list(page);
      assertThat(list.get("items").size()).isLessThanOrEqualTo(3);
      assertThat(list.at("/metadata").has("remainingItemCount")).isFalse();
      assertThat(list.at("/metadata/shardInfo/selector").asText()).isNotEmpty();
      collect(list, into);
      token = list.at("/metadata/continue").asText();
    } while (!token.isEmpty());
  }

  private static String[] selectors(String[] pairs) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].endsWith("Selector")) {
        kept.add(pairs[i]);
        kept.add(pairs[i + 1]);
      }
    }
    return kept.toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "rocksdb"})
  void theShardsOfACollectionAreItsPartition(String engine) throws Exception {
    start(engine);
    long middle = 0;
    for (int i = 0; i < 300; i++) {
      long revision = change();
      middle = i == 150 ? revision : middle;
    }
    assertPartition();
    assertPartition("labelSelector", "color=red");
    assertPartition("fieldSelector", "metadata.namespace=3-namespace");
    assertPartition("resourceVersion", "" + middle, "resourceVersionMatch", "Exact");
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "rocksdb"})
  void aWatchOfAShardReplaysToItsList(String engine) throws Exception {
    start(engine);
    for (int i = 0; i < 100; i++) {
      change();
    }
    String key = KEYS.get(random.nextInt(KEYS.size()));
    List<String> split = split(key, 3);
    String[] selector =
        random.nextBoolean() ? new String[] {"labelSelector", "color=red"} : new String[0];
    List<Drawing> lists = new ArrayList<>();
    List<Drawing> watches = new ArrayList<>();
    String from = Long.toString(store.currentRevision());
    List<Map<String, String>> begin = new ArrayList<>();
    for (String shard : split) {
      String[] sharded = with(selector, "shardSelector", shard);
      lists.add(watch(watchList(sharded)));
      Map<String, String> state = new TreeMap<>();
      collect(list(sharded), state);
      begin.add(state);
    }
    for (int i = 0; i < 600; i++) {
      change();
    }
    for (String shard : split) {
      putLast(key, ShardSelector.parse(shard));
    }
    for (int i = 0; i < split.size(); i++) {
      // It begins in the past, so its events come from the spool.
      watches.add(
          watch(
              options(
                  true,
                  with(
                      selector,
                      "shardSelector",
                      split.get(i),
                      "resourceVersion",
                      from,
                      "allowWatchBookmarks",
                      "true"))));
    }
    Map<String, String> union = new TreeMap<>();
    for (int i = 0; i < split.size(); i++) {
      Map<String, String> expected = new TreeMap<>();
      collect(list(with(selector, "shardSelector", split.get(i))), expected);
      assertThat(replay(lists.get(i), new TreeMap<>())).isEqualTo(expected);
      assertThat(replay(watches.get(i), begin.get(i))).isEqualTo(expected);
      union.putAll(expected);
    }
    Map<String, String> whole = new TreeMap<>();
    collect(list(selector), whole);
    assertThat(union).isEqualTo(whole);
  }

  private Drawing watch(ListOptions options) throws Exception {
    return new Drawing(
        reads.watch(configMaps, null, options, null, json, Caches.UNCOUNTED).body(), random);
  }

  /** Creates the object that is the last one of its shard. */
  private void putLast(String key, ShardSelector shard) throws Exception {
    int i = 0;
    while (!shard.matches(ShardHash.of(i + "-end"))) {
      i++;
    }
    boolean byUid = key.equals("uid");
    put(byUid ? "ns" : i + "-end", "last-" + i, byUid ? i + "-end" : "any", "red");
  }

  /** Applies the events of a watch up to the last one of its shard. */
  private static Map<String, String> replay(Drawing watch, Map<String, String> state)
      throws Exception {
    try (watch) {
      byte[] events =
          watch.until(bytes -> new String(bytes, StandardCharsets.UTF_8).contains("\"last-"));
      for (JsonNode event : Drawing.lines(events)) {
        JsonNode object = event.get("object");
        switch (event.get("type").asText()) {
          case "ADDED" -> assertThat(state.put(identity(object), version(object))).isNull();
          case "MODIFIED" -> assertThat(state.put(identity(object), version(object))).isNotNull();
          case "DELETED" -> assertThat(state.remove(identity(object))).isNotNull();
          default -> assertThat(event.get("type").asText()).isEqualTo("BOOKMARK");
        }
      }
      return state;
    }
  }

  @Test
  void changesOfOtherShardsAreCounted() throws Exception {
    start("memory");
    int[] filtered = new int[1];
    int[] events = new int[1];
    WatchMetrics metrics =
        new WatchMetrics() {
          @Override
          public void event(int bytes, boolean initial) {
            events[0]++;
          }

          @Override
          public void initial(boolean difference) {}

          @Override
          public void unchanged(int objects) {}

          @Override
          public void ofAnotherShard() {
            filtered[0]++;
          }

          @Override
          public void initialDone() {}

          @Override
          public void ended() {}
        };
    String shard = split("uid", 2).getFirst();
    ListOptions options =
        options(
            true, "shardSelector", shard, "resourceVersion", "1", "allowWatchBookmarks", "true");
    long last = 0;
    for (int i = 0; i < 50; i++) {
      last = change();
    }
    try (Drawing watch =
        new Drawing(reads.watch(configMaps, null, options, null, json, metrics).body(), random)) {
      long until = last;
      watch.until(bytes -> events[0] + filtered[0] == until - 1);
      assertThat(events[0]).isPositive();
      assertThat(filtered[0]).isPositive();
    }
  }
}
