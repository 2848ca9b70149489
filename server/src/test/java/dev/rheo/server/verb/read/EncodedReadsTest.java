package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.options;
import static dev.rheo.server.verb.read.Queries.watchList;
import static dev.rheo.server.verb.read.WatchStreams.events;
import static dev.rheo.server.verb.read.WatchStreams.inflated;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.options.HeldState;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.ShardHash;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.encoding.Format;
import dev.rheo.server.verb.read.WatchStreams.Told;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import io.netty.util.HashedWheelTimer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists, watches and objects have the same content in every format. */
class EncodedReadsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");

  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final Random random = new Random(11);
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType configMaps = registry.get("", "v1", "configmaps");
  private final Encodings encodings =
      new Encodings(Clock.fixed(NOW, ZoneOffset.UTC), FeatureGates.defaults(), () -> registry);
  private WatchCache cache;
  private Reads reads;

  /** The objects in the store, as they must be read. */
  private final Map<String, ObjectNode> state = new TreeMap<>();

  @BeforeEach
  void start() throws Exception {
    cache = Caches.start(store, directory, registry);
    reads = new Reads(store, cache, timer, System::nanoTime, random);
    for (int i = 0; i < 40; i++) {
      put("c" + i, i % 3 == 0 ? "red" : "blue", i == 7 ? 200_000 : random.nextInt(3000));
    }
  }

  @AfterEach
  void stop() {
    cache.close();
    store.close();
    timer.stop();
  }

  private long put(String name, String color, int size) throws Exception {
    StringBuilder text = new StringBuilder("\\u00e9\\u4e16\\n  yes: no\\t\\\"");
    while (text.length() < size) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    String json =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"ns\",\"uid\":\"u-%s\",\"resourceVersion\":\"\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\",\"labels\":{\"color\":\"%s\"},\"managedFields\":[{\"manager\":\"m\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:data\":{\"f:k\":{}}}}]},\"data\":{\"k\":\"%s\",\"no\":\"1e3\"},\"binaryData\":{\"b\":\"AAEC/w==\"}}"
            .formatted(name, name, color, text);
    long revision =
        store.commit(
            List.of(
                new Op.Put(
                    configMaps.storage().key("ns", name),
                    json.getBytes(StandardCharsets.UTF_8),
                    Op.ANY)));
    ObjectNode object = (ObjectNode) JSON.readTree(json);
    ((ObjectNode) object.get("metadata")).put("resourceVersion", Long.toString(revision));
    state.put(name, object);
    return revision;
  }

  private ObjectNode delete(String name) throws Exception {
    long revision =
        store.commit(List.of(new Op.Delete(configMaps.storage().key("ns", name), Op.ANY)));
    ObjectNode last = state.remove(name);
    ((ObjectNode) last.get("metadata")).put("resourceVersion", Long.toString(revision));
    return last;
  }

  private static final String DROP = ";drop=metadata.managedFields";

  static List<Arguments> all() {
    List<Arguments> all = new ArrayList<>();
    for (Format format : Format.values()) {
      for (String drop : List.of("", DROP)) {
        for (boolean partial : new boolean[] {false, true}) {
          for (boolean gzip : new boolean[] {false, true}) {
            all.add(Arguments.of(format.contentType() + drop, partial, gzip));
          }
        }
      }
    }
    return all;
  }

  static List<Arguments> watchable() {
    return all().stream()
        .filter(a -> !a.get()[0].toString().startsWith("application/yaml"))
        .toList();
  }

  private Reads.ResponseOptions how(String accept, String as, boolean list, boolean gzip) {
    String header = as.isEmpty() ? accept : accept + ";as=" + as + ";g=meta.k8s.io;v=v1";
    NegotiatedMediaType accepted = encodings.negotiation().accept(header, false);
    return new Reads.ResponseOptions(encodings.find(configMaps, accepted, list, ""), gzip);
  }

  private byte[] list(Reads.ResponseOptions how, String... pairs) throws Exception {
    Reads.Answer answer = reads.list(configMaps, "ns", options(false, pairs), how);
    try (Drawing drawing = new Drawing(answer.body(), random)) {
      byte[] bytes = drawing.bytes();
      assertThat(drawing.state()).isEqualTo(Body.State.END);
      assertThat(answer.gzipped()).isEqualTo(how.gzip());
      return how.gzip() ? Drawing.unzip(bytes) : bytes;
    }
  }

  private static JsonNode tree(Format format, byte[] bytes, String apiVersion, String kind)
      throws Exception {
    return switch (format) {
      case JSON -> JSON.readTree(bytes);
      case YAML -> YAML.readTree(bytes);
      case PROTOBUF -> ProtobufCodec.builtIn().toTree(bytes);
      case CBOR -> CborForms.toTree(bytes, TypeTable.builtIn().type(apiVersion, kind));
    };
  }

  private static final String META = "meta.k8s.io/v1";

  /** An object as an item of a list, or as the object of an event. */
  private static ObjectNode shown(String accept, ObjectNode object, boolean partial, boolean item) {
    ObjectNode shown = object.deepCopy();
    if (accept.endsWith(DROP)) {
      ((ObjectNode) shown.get("metadata")).remove("managedFields");
    }
    if (partial) {
      shown.retain("metadata");
      shown.put("kind", "PartialObjectMetadata").put("apiVersion", META);
    } else if (item) {
      shown.remove(List.of("kind", "apiVersion"));
    }
    return shown;
  }

  private static boolean carriesKinds(Format format) {
    return format != Format.PROTOBUF;
  }

  @ParameterizedTest
  @MethodSource("all")
  void aListIsTheState(String accept, boolean partial, boolean gzip) throws Exception {
    Reads.ResponseOptions how = how(accept, partial ? "PartialObjectMetadataList" : "", true, gzip);
    String kind = partial ? "PartialObjectMetadataList" : "ConfigMapList";
    String apiVersion = partial ? META : "v1";
    // In the second round the forms already exist.
    for (int round = 0; round < 2; round++) {
      JsonNode list = tree(how.encoding().format(), list(how), apiVersion, kind);
      assertThat(list.get("kind").asText()).isEqualTo(kind);
      assertThat(list.get("apiVersion").asText()).isEqualTo(apiVersion);
      assertThat(list.at("/metadata/resourceVersion").asText())
          .isEqualTo(Long.toString(store.currentRevision()));
      List<ObjectNode> expected = new ArrayList<>();
      for (ObjectNode object : state.values()) {
        ObjectNode item = shown(accept, object, partial, true);
        if (!carriesKinds(how.encoding().format())) {
          item.remove(List.of("kind", "apiVersion"));
        }
        expected.add(item);
      }
      assertThat(list.get("items").valueStream().toList()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aPageIsCutAndSelectedAsInJson(String accept, boolean partial, boolean gzip)
      throws Exception {
    String kind = partial ? "PartialObjectMetadataList" : "ConfigMapList";
    Reads.ResponseOptions how = how(accept, partial ? kind : "", true, false);
    JsonNode page =
        tree(
            how.encoding().format(),
            list(how, "limit", "4", "labelSelector", "color=red"),
            partial ? META : "v1",
            kind);
    List<String> red =
        state.values().stream()
            .filter(o -> o.at("/metadata/labels/color").asText().equals("red"))
            .map(o -> o.at("/metadata/name").asText())
            .toList();
    assertThat(Drawing.names(page)).isEqualTo(red.subList(0, 4));
    String token = page.at("/metadata/continue").asText();
    JsonNode rest =
        tree(
            how.encoding().format(),
            list(how, "continue", token, "limit", "500", "labelSelector", "color=red"),
            partial ? META : "v1",
            kind);
    assertThat(Drawing.names(rest)).isEqualTo(red.subList(4, red.size()));
    assertThat(
            rest.at("/metadata").has("continue")
                && !rest.at("/metadata/continue").asText().isEmpty())
        .isFalse();
    JsonNode none =
        tree(
            how.encoding().format(),
            list(how, "labelSelector", "color=green"),
            partial ? META : "v1",
            kind);
    assertThat(none.path("items").size()).isZero();
    assertThat(none.at("/metadata/resourceVersion").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("all")
  void anObjectIsWhole(String accept, boolean partial, boolean gzip) throws Exception {
    Reads.ResponseOptions how = how(accept, partial ? "PartialObjectMetadata" : "", false, gzip);
    for (String name : List.of("c0", "c7")) {
      Reads.Answer answer = reads.find(configMaps, "ns", name, "").answer(how);
      try (Drawing drawing = new Drawing(answer.body(), random)) {
        byte[] bytes = answer.gzipped() ? Drawing.unzip(drawing.bytes()) : drawing.bytes();
        assertThat(answer.gzipped()).isEqualTo(gzip && name.equals("c7"));
        JsonNode object =
            tree(
                how.encoding().format(),
                bytes,
                partial ? META : "v1",
                partial ? "PartialObjectMetadata" : "ConfigMap");
        assertThat(object).isEqualTo(shown(accept, state.get(name), partial, false));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("watchable")
  void aWatchListIsTheStateABookmarkAndEachChange(String accept, boolean partial, boolean gzip)
      throws Exception {
    Reads.ResponseOptions how = how(accept, partial ? "PartialObjectMetadata" : "", false, gzip);
    Format format = how.encoding().format();
    String apiVersion = partial ? META : "v1";
    String kind = partial ? "PartialObjectMetadata" : "ConfigMap";
    ListOptions options = watchList("labelSelector", "color=red");
    List<Told> expected = new ArrayList<>();
    for (ObjectNode object : state.values()) {
      if (object.at("/metadata/labels/color").asText().equals("red")) {
        expected.add(new Told("ADDED", shown(accept, object, partial, false)));
      }
    }
    int initial = expected.size();
    Body body = reads.watch(configMaps, "ns", options, null, how, Caches.UNCOUNTED).body();
    try (Drawing drawing = new Drawing(body, random)) {
      // Events can be read as they are written, before the stream ends.
      byte[] begun =
          drawing.until(
              bytes ->
                  events(format, gzip ? inflated(bytes) : bytes, apiVersion, kind).size()
                      > initial);
      if (gzip) {
        // Go's reader delivers the last stored bytes only after an empty stored block (sync flush).
        assertThat(begun).endsWith(0, 0, 0xFF, 0xFF);
      }
      List<Told> first = events(format, gzip ? inflated(begun) : begun, apiVersion, kind);
      assertThat(first.subList(0, initial)).isEqualTo(expected);
      Told bookmark = first.get(initial);
      assertThat(bookmark.type()).isEqualTo("BOOKMARK");
      assertThat(bookmark.object().get("kind").asText()).isEqualTo(kind);
      assertThat(bookmark.object().at("/metadata/annotations/k8s.io~1initial-events-end").asText())
          .isEqualTo("true");
      assertThat(bookmark.object().at("/metadata/resourceVersion").asText())
          .isEqualTo(Long.toString(store.currentRevision()));
      expected.add(bookmark);

      put("c3", "red", 5000);
      expected.add(new Told("MODIFIED", shown(accept, state.get("c3"), partial, false)));
      put("new", "red", 100_000);
      expected.add(new Told("ADDED", shown(accept, state.get("new"), partial, false)));
      // Reported with its last selected state and the revision at which it left the selector.
      ObjectNode left = state.get("c6").deepCopy();
      long at = put("c6", "blue", 10);
      ((ObjectNode) left.get("metadata")).put("resourceVersion", Long.toString(at));
      expected.add(new Told("DELETED", shown(accept, left, partial, false)));
      put("c1", "blue", 10);
      expected.add(new Told("DELETED", shown(accept, delete("c0"), partial, false)));
      int live = expected.size();
      drawing.until(
          bytes -> events(format, gzip ? inflated(bytes) : bytes, apiVersion, kind).size() >= live);
      byte[] all = drawing.finish().bytes();
      assertThat(drawing.state()).isEqualTo(Body.State.END);
      // The stream is complete, with a correct checksum at its end.
      List<Told> told = events(format, gzip ? Drawing.unzip(all) : all, apiVersion, kind);
      assertThat(told.subList(0, live)).isEqualTo(expected);
      assertThat(told).hasSize(live + 1);
      assertThat(told.getLast().type()).isEqualTo("BOOKMARK");
    }
  }

  @ParameterizedTest
  @MethodSource("watchable")
  void whatAClientHoldsIsNamedInsteadOfSent(String accept, boolean partial, boolean gzip)
      throws Exception {
    Reads.ResponseOptions how = how(accept, partial ? "PartialObjectMetadata" : "", false, gzip);
    Format format = how.encoding().format();
    String kind = partial ? "PartialObjectMetadata" : "ConfigMap";
    HeldState held = new HeldState(store.history(), store.currentRevision(), null, 0);
    put("c3", "blue", 5000);
    put("c7", "red", 10);
    delete("c9");
    Body body =
        reads
            .watch(
                configMaps,
                "ns",
                watchList("labelSelector", "color=red"),
                held,
                how,
                Caches.UNCOUNTED)
            .body();
    try (Drawing drawing = new Drawing(body, random)) {
      byte[] bytes =
          drawing.until(
              b -> events(format, gzip ? inflated(b) : b, partial ? META : "v1", kind).size() >= 3);
      List<Told> told = events(format, gzip ? inflated(bytes) : bytes, partial ? META : "v1", kind);
      assertThat(told).extracting(Told::type).containsExactly("ADDED", "BOOKMARK", "BOOKMARK");
      assertThat(told.get(0).object()).isEqualTo(shown(accept, state.get("c7"), partial, false));
      JsonNode unchanged = told.get(1).object();
      assertThat(unchanged.get("kind").asText()).isEqualTo(kind);
      assertThat(unchanged.get("apiVersion").asText()).isEqualTo(partial ? META : "v1");
      assertThat(unchanged.at("/metadata/resourceVersion").asText())
          .isEqualTo(Long.toString(store.currentRevision()));
      assertThat(unchanged.at("/metadata/annotations/rheo.dev~1unchanged").asText())
          .isEqualTo(
              state.values().stream()
                  .filter(o -> o.at("/metadata/labels/color").asText().equals("red"))
                  .map(o -> o.at("/metadata/name").asText())
                  .filter(name -> !name.equals("c7"))
                  .map(name -> "ns/" + name)
                  .collect(Collectors.joining(" ")));
      assertThat(
              told.get(2).object().at("/metadata/annotations/k8s.io~1initial-events-end").asText())
          .isEqualTo("true");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Metadata", "Object"})
  void aTableNamesWhatAClientHolds(String include) throws Exception {
    HeldState held = new HeldState(store.history(), store.currentRevision(), null, 0);
    put("c7", "red", 10);
    NegotiatedMediaType accepted =
        encodings.negotiation().accept("application/json;as=Table;g=meta.k8s.io;v=v1", true);
    Reads.ResponseOptions how =
        new Reads.ResponseOptions(encodings.find(configMaps, accepted, null, include), false);
    Body body =
        reads
            .watch(
                configMaps,
                "ns",
                watchList("fieldSelector", "metadata.name!=c0"),
                held,
                how,
                Caches.UNCOUNTED)
            .body();
    try (Drawing drawing = new Drawing(body, random)) {
      List<JsonNode> events = drawing.lines(3);
      assertThat(events).hasSize(3);
      assertThat(events.get(0).at("/object/rows/0/cells/0").asText()).isEqualTo("c7");
      assertThat(
              events
                  .get(1)
                  .at("/object/rows/0/object/metadata/annotations/rheo.dev~1unchanged")
                  .asText()
                  .split(" "))
          .hasSize(38)
          .contains("ns/c1")
          .doesNotContain("ns/c0", "ns/c7");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aListOfAShardTellsIt(String accept, boolean partial, boolean gzip) throws Exception {
    String kind = partial ? "PartialObjectMetadataList" : "ConfigMapList";
    Reads.ResponseOptions how = how(accept, partial ? kind : "", true, false);
    String shard = "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')";
    JsonNode list =
        tree(
            how.encoding().format(),
            list(how, "shardSelector", shard),
            partial ? META : "v1",
            kind);
    assertThat(list.at("/metadata/shardInfo/selector").asText()).isEqualTo(shard);
    List<String> expected =
        state.keySet().stream().filter(name -> ShardHash.of("u-" + name) >= 0).toList();
    assertThat(expected).hasSizeBetween(1, state.size() - 1);
    assertThat(Drawing.names(list)).isEqualTo(expected);
  }

  @Test
  void aTableOfAShardTellsItToo() throws Exception {
    String shard = "shardRange(object.metadata.uid, '0x8000000000000000', '0x10000000000000000')";
    JsonNode table =
        JSON.readTree(list(how("application/json", "Table", true, false), "shardSelector", shard));
    assertThat(table.at("/metadata/shardInfo/selector").asText()).isEqualTo(shard);
    assertThat(table.get("rows").valueStream().map(row -> row.at("/cells/0").asText()))
        .containsExactlyElementsOf(
            state.keySet().stream().filter(name -> ShardHash.of("u-" + name) < 0).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Metadata", "Object"})
  void aTableShowsItsObjectsWithoutManagedFields(String include) throws Exception {
    for (String drop : List.of("", DROP)) {
      NegotiatedMediaType accepted =
          encodings
              .negotiation()
              .accept("application/json;as=Table;g=meta.k8s.io;v=v1" + drop, false);
      Encoding encoding = encodings.find(configMaps, accepted, true, include);
      JsonNode table = JSON.readTree(list(new Reads.ResponseOptions(encoding, false)));
      for (JsonNode row : table.get("rows")) {
        assertThat(row.at("/object/metadata").has("managedFields")).isEqualTo(drop.isEmpty());
        assertThat(row.at("/object").has("data")).isEqualTo(include.equals("Object"));
      }
    }
  }

  @Test
  void allWhoLeaveOutManagedFieldsShareOneForm() throws Exception {
    Reads.ResponseOptions how = how("application/json" + DROP, "", true, false);
    byte[] first = list(how);
    long made = cache.stats().forms().made();
    assertThat(made).isEqualTo(state.size());
    assertThat(list(how)).isEqualTo(first);
    Reads.ResponseOptions one = how("application/json" + DROP, "", false, false);
    try (Drawing object =
        new Drawing(reads.find(configMaps, "ns", "c0", "").answer(one).body(), random)) {
      assertThat(object.text()).doesNotContain("managedFields");
    }
    assertThat(cache.stats().forms().made()).isEqualTo(made);
  }

  @Test
  void manyReadersOfACompressedListShareOneForm() throws Exception {
    Reads.ResponseOptions how = how("application/json", "", true, true);
    byte[] first = list(how);
    long made = cache.stats().forms().made();
    assertThat(made).isEqualTo(state.size());
    for (int i = 0; i < 5; i++) {
      assertThat(list(how)).isEqualTo(first);
    }
    // Watches use the same forms, with other bytes around them.
    ListOptions options =
        options(true, "sendInitialEvents", "true", "resourceVersionMatch", "NotOlderThan");
    try (Drawing drawing =
        new Drawing(
            reads
                .watch(
                    configMaps,
                    "ns",
                    options,
                    null,
                    how("application/json", "", false, true),
                    Caches.UNCOUNTED)
                .body(),
            random)) {
      drawing.until(
          bytes -> events(Format.JSON, inflated(bytes), "v1", "ConfigMap").size() == state.size());
    }
    assertThat(cache.stats().forms().made()).isEqualTo(made);
  }

  @Test
  void aTableHasARowForEachObjectAndItsColumnsOnce() throws Exception {
    for (String include : List.of("", "Metadata", "Object", "None")) {
      NegotiatedMediaType accepted =
          encodings
              .negotiation()
              .accept("application/json;as=Table;g=meta.k8s.io;v=v1,application/json", false);
      Encoding encoding = encodings.find(configMaps, accepted, true, include);
      JsonNode table = JSON.readTree(list(new Reads.ResponseOptions(encoding, false)));
      assertThat(table.get("kind").asText()).isEqualTo("Table");
      assertThat(table.get("columnDefinitions").valueStream().map(c -> c.get("name").asText()))
          .containsExactly("Name", "Data", "Age");
      assertThat(table.at("/metadata/resourceVersion").asText())
          .isEqualTo(Long.toString(store.currentRevision()));
      List<JsonNode> rows = table.get("rows").valueStream().toList();
      List<ObjectNode> objects = List.copyOf(state.values());
      assertThat(rows).hasSameSizeAs(objects);
      for (int i = 0; i < rows.size(); i++) {
        String name = objects.get(i).at("/metadata/name").asText();
        assertThat(rows.get(i).get("cells").toString()).isEqualTo("[\"" + name + "\",3,\"60m\"]");
        JsonNode shown = rows.get(i).get("object");
        switch (include) {
          case "None" -> assertThat(shown.isNull()).isTrue();
          case "Object" -> assertThat(shown).isEqualTo(objects.get(i));
          default -> assertThat(shown).isEqualTo(shown("", objects.get(i), true, false));
        }
      }
      Body body =
          reads
              .watch(
                  configMaps,
                  "ns",
                  watchList(),
                  null,
                  new Reads.ResponseOptions(encoding, false),
                  Caches.UNCOUNTED)
              .body();
      try (Drawing drawing = new Drawing(body, random)) {
        List<JsonNode> events = drawing.lines(objects.size() + 1);
        assertThat(events.getFirst().at("/object/columnDefinitions").isArray()).isTrue();
        for (JsonNode event : events.subList(1, events.size())) {
          assertThat(event.at("/object/kind").asText()).isEqualTo("Table");
          assertThat(event.at("/object/columnDefinitions").isNull()).isTrue();
          assertThat(event.at("/object/rows").size()).isEqualTo(1);
        }
        assertThat(events.getLast().get("type").asText()).isEqualTo("BOOKMARK");
      }
    }
  }

  @Test
  void flowSchemasAreATableInTheOrderInWhichTheyAreMatched() throws Exception {
    ResourceType flowSchemas = registry.get("flowcontrol.apiserver.k8s.io", "v1", "flowschemas");
    Map<String, Integer> precedences = Map.of("a", 900, "b", 10_000, "c", 5, "d", 900, "e", 77);
    for (Map.Entry<String, Integer> schema : precedences.entrySet()) {
      String json =
          "{\"kind\":\"FlowSchema\",\"apiVersion\":\"flowcontrol.apiserver.k8s.io/v1\",\"metadata\":{\"name\":\"%s\",\"uid\":\"u\",\"resourceVersion\":\"\"},\"spec\":{\"matchingPrecedence\":%d}}"
              .formatted(schema.getKey(), schema.getValue());
      String key = flowSchemas.storage().key("", schema.getKey());
      store.commit(List.of(new Op.Put(key, json.getBytes(StandardCharsets.UTF_8), Op.ANY)));
    }
    String table = "application/json;as=Table;g=meta.k8s.io;v=v1";
    // Pages of a table are cut in key order, then each page is sorted.
    for (String limit : List.of("500", "3")) {
      NegotiatedMediaType accepted = encodings.negotiation().accept(table, false);
      Reads.ResponseOptions how =
          new Reads.ResponseOptions(encodings.find(flowSchemas, accepted, true, "None"), false);
      Body body = reads.list(flowSchemas, null, options(false, "limit", limit), how).body();
      try (Drawing drawing = new Drawing(body, random)) {
        JsonNode rows = Drawing.json(drawing.text()).get("rows");
        assertThat(rows.valueStream().map(row -> row.at("/cells/0").asText()))
            .containsExactlyElementsOf(
                limit.equals("500") ? List.of("c", "e", "a", "d", "b") : List.of("c", "a", "b"));
      }
    }
  }

  /** A sorted list is held in memory for as long as the reader takes. */
  @Test
  void moreRowsThanArePutInOrderStayAsTheyAre() throws Exception {
    ResourceType flowSchemas = registry.get("flowcontrol.apiserver.k8s.io", "v1", "flowschemas");
    List<Op> operations = new ArrayList<>();
    for (int i = 0; i <= RankedEntries.MOST; i++) {
      String name = "s%04d".formatted(i);
      String json =
          "{\"kind\":\"FlowSchema\",\"apiVersion\":\"flowcontrol.apiserver.k8s.io/v1\",\"metadata\":{\"name\":\"%s\",\"uid\":\"u\",\"resourceVersion\":\"\"},\"spec\":{\"matchingPrecedence\":%d}}"
              .formatted(name, 5000 - i);
      String key = flowSchemas.storage().key("", name);
      operations.add(new Op.Put(key, json.getBytes(StandardCharsets.UTF_8), Op.ANY));
    }
    store.commit(operations);
    String table = "application/json;as=Table;g=meta.k8s.io;v=v1";
    NegotiatedMediaType accepted = encodings.negotiation().accept(table, false);
    Reads.ResponseOptions how =
        new Reads.ResponseOptions(encodings.find(flowSchemas, accepted, true, "None"), false);
    for (boolean whole : new boolean[] {true, false}) {
      String limit = Integer.toString(RankedEntries.MOST + (whole ? 1 : 0));
      Body body = reads.list(flowSchemas, null, options(false, "limit", limit), how).body();
      try (Drawing drawing = new Drawing(body, random)) {
        JsonNode rows = Drawing.json(drawing.text()).get("rows");
        List<String> names = rows.valueStream().map(row -> row.at("/cells/0").asText()).toList();
        assertThat(names).hasSize(Integer.parseInt(limit));
        assertThat(names.getFirst()).isEqualTo(whole ? "s0000" : "s0511");
        assertThat(names.getLast()).isEqualTo(whole ? "s0512" : "s0000");
      }
    }
  }

  @Test
  void aWatchThatCannotBeginSaysSoInItsForm() throws Exception {
    assertThat(cache.awaitRevision(store.currentRevision(), Duration.ofSeconds(10))).isTrue();
    store.compact(store.currentRevision());
    Await.until(
        "the history is gone",
        () ->
            cache.ready()
                && cache.resource("configmaps").oldestRevision() >= store.currentRevision());
    for (boolean gzip : new boolean[] {false, true}) {
      for (String accept :
          List.of("application/json", "application/vnd.kubernetes.protobuf", "application/cbor")) {
        Reads.ResponseOptions how = how(accept, "", false, gzip);
        Body body =
            reads
                .watch(
                    configMaps,
                    "ns",
                    options(true, "resourceVersion", "2"),
                    null,
                    how,
                    Caches.UNCOUNTED)
                .body();
        try (Drawing drawing = new Drawing(body, random)) {
          byte[] bytes = drawing.bytes();
          List<Told> events =
              events(how.encoding().format(), gzip ? Drawing.unzip(bytes) : bytes, "v1", "Status");
          assertThat(events).hasSize(1);
          assertThat(events.getFirst().type()).isEqualTo("ERROR");
          assertThat(events.getFirst().object().get("code").asInt()).isEqualTo(410);
        }
      }
    }
  }
}
