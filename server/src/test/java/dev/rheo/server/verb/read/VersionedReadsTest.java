package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.options;
import static dev.rheo.server.verb.read.Queries.watchList;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.options.ListOptions;
import dev.rheo.cache.CacheStats;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.yaml.YamlForms;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.table.TableColumns;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encoding.Frame;
import dev.rheo.server.encoding.Encoding.ObjectInfo;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.encoding.Format;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import io.netty.util.HashedWheelTimer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Resources that are served in two versions: every answer has the bytes that a conversion of each
 * object gives, and each object is converted once for all readers.
 */
class VersionedReadsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
  private static final String PARTIAL = "PartialObjectMetadata";
  private static final byte[] NOTHING = {};

  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final Random random = new Random(17);
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType v1 = registry.get("autoscaling", "v1", "horizontalpodautoscalers");
  private final ResourceType v2 = registry.get("autoscaling", "v2", "horizontalpodautoscalers");
  private final Encodings encodings =
      new Encodings(Clock.fixed(NOW, ZoneOffset.UTC), FeatureGates.defaults(), () -> registry);
  private WatchCache cache;
  private Reads reads;

  /** A version of an object: its JSON in the store, with the revision in place. */
  private record Stored(byte[] json, long revision) {}

  private final Map<String, Stored> state = new TreeMap<>();

  @BeforeEach
  void start() {
    cache = Caches.start(store, directory, registry);
    reads = new Reads(store, cache, timer, System::nanoTime, random);
  }

  @AfterEach
  void stop() {
    cache.close();
    store.close();
    timer.stop();
  }

  private static String json(ResourceType type, String name, String color, String text, String rv) {
    String metadata =
        "\"metadata\":{\"name\":\"%s\",\"namespace\":\"ns\",\"uid\":\"u-%s\",\"resourceVersion\":\"%s\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\",\"labels\":{\"color\":\"%s\"},\"annotations\":{\"x\":\"%s\"}}"
            .formatted(name, name, rv, color, text);
    if (type.kind().equals("Event")) {
      return "{\"kind\":\"Event\",\"apiVersion\":\"v1\","
          + metadata
          + ",\"involvedObject\":{\"kind\":\"Pod\",\"namespace\":\"ns\",\"name\":\"p\",\"apiVersion\":\"v1\"},\"reason\":\"R\",\"message\":\"é\",\"source\":{\"component\":\"c\"},\"firstTimestamp\":\"2026-01-01T00:00:00Z\",\"lastTimestamp\":\"2026-01-01T00:30:00Z\",\"count\":3,\"type\":\"Normal\",\"eventTime\":null,\"reportingComponent\":\"x\",\"reportingInstance\":\"\"}";
    }
    return "{\"kind\":\"HorizontalPodAutoscaler\",\"apiVersion\":\"autoscaling/v2\","
        + metadata
        + ",\"spec\":{\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"d\",\"apiVersion\":\"apps/v1\"},\"minReplicas\":1,\"maxReplicas\":9,\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":42}}},{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":43}}}],\"behavior\":{\"scaleDown\":{\"selectPolicy\":\"Min\",\"policies\":[{\"type\":\"Percent\",\"value\":100,\"periodSeconds\":15}]}}},\"status\":{\"currentReplicas\":3,\"desiredReplicas\":4,\"currentMetrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"current\":{\"averageValue\":\"300m\",\"averageUtilization\":30}}}],\"conditions\":[{\"type\":\"AbleToScale\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\",\"reason\":\"R\",\"message\":\"M\"}]}}";
  }

  private Stored put(ResourceType type, String name, String color, int size) throws Exception {
    StringBuilder text = new StringBuilder("é世\\n  yes: no\\t\\\"");
    while (text.length() < size) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    String given = json(type, name, color, text.toString(), "");
    long revision =
        store.commit(
            List.of(
                new Op.Put(
                    type.storage().key("ns", name),
                    given.getBytes(StandardCharsets.UTF_8),
                    Op.ANY)));
    return remember(name, json(type, name, color, text.toString(), "%d"), revision);
  }

  private Stored remember(String name, String json, long revision) {
    Stored stored = at(json.replace("\"%d\"", "\"" + revision + "\""), revision);
    state.put(name, stored);
    return stored;
  }

  private static Stored at(String json, long revision) {
    return new Stored(json.getBytes(StandardCharsets.UTF_8), revision);
  }

  /** The same object with the revision at which it left the selection. */
  private static Stored left(Stored last, long revision) {
    return at(
        new String(last.json, StandardCharsets.UTF_8)
            .replace(
                "\"resourceVersion\":\"" + last.revision + "\"",
                "\"resourceVersion\":\"" + revision + "\""),
        revision);
  }

  private void fill(ResourceType type, int objects) throws Exception {
    for (int i = 0; i < objects; i++) {
      put(type, "c" + i, "red", i == 1 ? 140_000 : random.nextInt(2000));
    }
  }

  /** A way to ask for an object. */
  private record Accept(String mediaType, String as, String version, String include) {
    boolean table() {
      return as.equals("Table");
    }

    String header(boolean list) {
      return as.isEmpty()
          ? mediaType
          : "%s;as=%s%s;g=meta.k8s.io;v=%s"
              .formatted(mediaType, as, list && !table() ? "List" : "", version);
    }
  }

  private static List<Accept> all() {
    List<Accept> all = new ArrayList<>();
    for (Format format : Format.values()) {
      all.add(new Accept(format.contentType(), "", "", ""));
      all.add(new Accept(format.contentType(), PARTIAL, "v1", ""));
      all.add(new Accept(format.contentType(), PARTIAL, "v1beta1", ""));
    }
    for (String include : List.of("Object", "Metadata", "None")) {
      all.add(new Accept(Format.JSON.contentType(), "Table", "v1", include));
    }
    return all;
  }

  private Encoding encoding(ResourceType type, Accept accept, boolean list) {
    NegotiatedMediaType accepted = encodings.negotiation().accept(accept.header(list), false);
    return encodings.find(type, accepted, list, accept.include);
  }

  /** What an encoding writes of an object inside its frame, made without the cache. */
  private static byte[] inside(ResourceType type, Encoding encoding, boolean item, Stored object)
      throws Exception {
    int indent = item ? YamlForms.ITEM_INDENT : 0;
    ProtobufCodec protobuf = ProtobufCodec.builtIn();
    switch (encoding.part(item).extent()) {
      case NOTHING -> {
        return NOTHING;
      }
      case METADATA -> {
        byte[] json = object.json;
        ObjectHeader header = ObjectHeader.scan(json, List.of());
        int from = header.metadataOffset();
        byte[] member = Arrays.copyOfRange(json, from, header.metadataEnd());
        byte[] closed = Arrays.copyOf(member, member.length + 1);
        closed[member.length] = '}';
        return switch (encoding.format()) {
          case JSON -> member;
          case YAML -> YamlForms.tail(closed, 0, closed.length, indent);
          case PROTOBUF -> protobuf.toPartialMessage(json, from, header.metadataEnd());
          case CBOR ->
              CborForms.tail(
                  closed, 0, closed.length, TypeTable.builtIn().type("meta.k8s.io/v1", PARTIAL));
        };
      }
      default -> {
        byte[] json = type.convert(object.json);
        int from = ObjectHeader.scan(json, List.of()).metadataOffset();
        return switch (encoding.format()) {
          case JSON -> Arrays.copyOfRange(json, from, json.length);
          case YAML -> {
            byte[] tail = YamlForms.tail(json, from, json.length, indent);
            yield Arrays.copyOfRange(tail, item ? YamlForms.itemTailOffset() : 0, tail.length);
          }
          case PROTOBUF ->
              protobuf.toMessage(json, from, json.length, type.apiVersion(), type.kind());
          case CBOR -> CborForms.tail(json, from, json.length, type.objectType());
        };
      }
    }
  }

  private static ObjectInfo info(
      ResourceType type, Encoding encoding, byte[] inside, Stored object, boolean first) {
    byte[] cells =
        encoding.cells() == null
            ? NOTHING
            : TableColumns.of(type)
                .row(ObjectDecoder.decode(object.json, ObjectDecoder.MAX_DEPTH).tree());
    return new ObjectInfo(inside.length, object.revision, cells, first);
  }

  private static byte[] framed(Frame frame, byte[] inside) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(frame.before());
    out.writeBytes(inside);
    out.writeBytes(frame.after());
    return out.toByteArray();
  }

  private byte[] expectedList(ResourceType type, Encoding encoding) throws Exception {
    ByteArrayOutputStream items = new ByteArrayOutputStream();
    long size = 0;
    for (Stored object : state.values()) {
      byte[] inside = inside(type, encoding, true, object);
      ObjectInfo info = info(type, encoding, inside, object, items.size() == 0);
      items.writeBytes(framed(encoding.item(info), inside));
      size += encoding.sized() ? encoding.itemSize(inside.length) : 0;
    }
    ListMetadata meta = new ListMetadata(store.currentRevision(), "", 0, "");
    return framed(
        new Frame(encoding.listHead(meta, size), encoding.listEnd(meta, false)),
        items.toByteArray());
  }

  private static byte[] expectedObject(ResourceType type, Encoding encoding, Stored object)
      throws Exception {
    byte[] inside = inside(type, encoding, false, object);
    return framed(encoding.object(info(type, encoding, inside, object, true)), inside);
  }

  /** What can be decompressed of a gzip member that has not ended. */
  private static byte[] inflated(byte[] bytes) {
    Inflater inflater = new Inflater(true);
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      inflater.setInput(bytes, Math.min(10, bytes.length), Math.max(0, bytes.length - 10));
      for (int n = inflater.inflate(buffer); n > 0; n = inflater.inflate(buffer)) {
        out.write(buffer, 0, n);
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    } finally {
      inflater.end();
    }
  }

  private byte[] drawn(Reads.Answer answer, Random sizes) throws Exception {
    try (Drawing drawing = new Drawing(answer.body(), sizes)) {
      byte[] bytes = drawing.bytes();
      assertThat(drawing.state()).isEqualTo(Body.State.END);
      return answer.gzipped() ? Drawing.unzip(bytes) : bytes;
    }
  }

  private byte[] list(ResourceType type, Accept accept, boolean gzip, Random sizes)
      throws Exception {
    Encoding encoding = encoding(type, accept, true);
    Reads.ResponseOptions how = new Reads.ResponseOptions(encoding, gzip);
    Reads.Answer answer = reads.list(type, "ns", options(false), how);
    assertThat(answer.gzipped()).isEqualTo(gzip && !accept.table());
    return drawn(answer, sizes);
  }

  private ResourceType type(String group, String version, String plural) {
    return registry.get(group == null ? "" : group, version, plural);
  }

  @ParameterizedTest
  @CsvSource({
    "autoscaling,v1,horizontalpodautoscalers",
    "autoscaling,v2,horizontalpodautoscalers",
    ",v1,events",
    "events.k8s.io,v1,events",
  })
  void answersAreWhatAConversionOfEachObjectGives(String group, String version, String plural)
      throws Exception {
    ResourceType type = type(group, version, plural);
    fill(type, 8);
    for (Accept accept : all()) {
      for (boolean gzip : new boolean[] {false, true}) {
        assertThat(list(type, accept, gzip, random))
            .as("list %s, gzip %s", accept, gzip)
            .isEqualTo(expectedList(type, encoding(type, accept, true)));
        Encoding encoding = encoding(type, accept, false);
        for (String name : List.of("c0", "c1")) {
          Reads.Answer answer =
              reads.find(type, "ns", name, "").answer(new Reads.ResponseOptions(encoding, gzip));
          assertThat(answer.gzipped()).isEqualTo(gzip && name.equals("c1") && !accept.table());
          assertThat(drawn(answer, random))
              .as("get %s, gzip %s", accept, gzip)
              .isEqualTo(expectedObject(type, encoding, state.get(name)));
        }
      }
    }
    assertThat(cache.stats().forms().failures()).isZero();
  }

  /** Writes the events that a watch must show. */
  private final class Expected {
    final ResourceType type;
    final Encoding encoding;
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Expected(ResourceType type, Encoding encoding) {
      this.type = type;
      this.encoding = encoding;
    }

    void event(String eventType, Stored object) throws Exception {
      byte[] inside = inside(type, encoding, false, object);
      ObjectInfo info = info(type, encoding, inside, object, bytes.size() == 0);
      bytes.writeBytes(framed(encoding.event(eventType, info), inside));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "autoscaling,v1,horizontalpodautoscalers",
    "autoscaling,v2,horizontalpodautoscalers",
    ",v1,events",
    "events.k8s.io,v1,events",
  })
  void eventsAreWhatAConversionOfEachObjectGives(String group, String version, String plural)
      throws Exception {
    ResourceType type = type(group, version, plural);
    fill(type, 5);
    for (Accept accept : all()) {
      Encoding encoding = encoding(type, accept, false);
      if (encoding.format() != Format.YAML) {
        watch(type, encoding, false);
        watch(type, encoding, true);
      }
    }
    assertThat(cache.stats().forms().failures()).isZero();
  }

  private void watch(ResourceType type, Encoding encoding, boolean gzip) throws Exception {
    ListOptions options = watchList("labelSelector", "color=red");
    Expected expected = new Expected(type, encoding);
    for (Stored object : state.values()) {
      expected.event("ADDED", object);
    }
    expected.bytes.writeBytes(
        encoding.bookmark(
            store.currentRevision(), Map.of("k8s.io/initial-events-end", "true"), false));
    Body body =
        reads
            .watch(
                type,
                "ns",
                options,
                null,
                new Reads.ResponseOptions(encoding, gzip),
                Caches.UNCOUNTED)
            .body();
    try (Drawing drawing = new Drawing(body, random)) {
      compare(drawing, expected, gzip);
      expected.event("MODIFIED", put(type, "c0", "red", 500));
      Stored last = state.get("c2");
      expected.event("DELETED", left(last, put(type, "c2", "blue", 10).revision));
      expected.event("ADDED", put(type, "c2", "red", 700));
      last = state.get("c3");
      String key = type.storage().key("ns", "c3");
      expected.event("DELETED", left(last, store.commit(List.of(new Op.Delete(key, Op.ANY)))));
      expected.event("ADDED", put(type, "c3", "red", 20));
      compare(drawing, expected, gzip);
    }
  }

  private static void compare(Drawing drawing, Expected expected, boolean gzip) throws Exception {
    byte[] wanted = expected.bytes.toByteArray();
    byte[] drawn = drawing.until(bytes -> (gzip ? inflated(bytes) : bytes).length >= wanted.length);
    assertThat(gzip ? inflated(drawn) : drawn)
        .as("%s, gzip %s", expected.encoding.format(), gzip)
        .isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource({"autoscaling,v1,horizontalpodautoscalers", "events.k8s.io,v1,events"})
  void aConversionIsAFormThatAllOthersAreMadeFrom(String group, String version, String plural)
      throws Exception {
    ResourceType type = type(group, version, plural);
    fill(type, 8);
    // The first form brings the converted one with it.
    assertThat(madeBy(type, new Accept("application/vnd.kubernetes.protobuf", "", "", ""), false))
        .isEqualTo(16);
    Accept json = new Accept("application/json", "", "", "");
    assertThat(madeBy(type, json, false)).isZero();
    assertThat(madeBy(type, json, true)).isEqualTo(8);
    assertThat(madeBy(type, new Accept("application/cbor", "", "", ""), false)).isEqualTo(8);
    assertThat(madeBy(type, new Accept("application/json", "Table", "v1", "Object"), false))
        .as("cells alone")
        .isEqualTo(8);
  }

  /** How many forms a list made that did not exist before. */
  private long madeBy(ResourceType type, Accept accept, boolean gzip) throws Exception {
    long before = cache.stats().forms().made();
    list(type, accept, gzip, random);
    settle();
    return cache.stats().forms().made() - before;
  }

  /** Waits until no form is being made any more. */
  private void settle() {
    Await.until("no form is being made", () -> cache.stats().forms().pending() == 0);
  }

  @Test
  void manyReadersOfAllFormatsConvertEachObjectOnce() throws Exception {
    fill(v1, 8);
    List<Callable<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Random order = new Random(i);
      readers.add(
          () -> {
            List<Format> formats = new ArrayList<>(List.of(Format.values()));
            Collections.shuffle(formats, order);
            for (Format format : formats) {
              Accept accept = new Accept(format.contentType(), "", "", "");
              assertThat(list(v1, accept, order.nextBoolean(), order))
                  .isEqualTo(expectedList(v1, encoding(v1, accept, true)));
            }
            return null;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(readers.size())) {
      for (Future<Void> reader : threads.invokeAll(readers)) {
        reader.get();
      }
    }
    for (Format format : Format.values()) {
      Accept accept = new Accept(format.contentType(), "", "", "");
      list(v1, accept, false, random);
      list(v1, accept, true, random);
    }
    settle();
    // Four formats, plain and compressed: the plain JSON is the converted form.
    CacheStats.Forms stats = cache.stats().forms();
    assertThat(stats.made()).isEqualTo(8 * 8);
    assertThat(stats.count()).isEqualTo(stats.made());
    assertThat(stats.bytes()).isEqualTo(stats.madeBytes());
    assertThat(stats.failures()).isZero();
  }

  @Test
  void versionsShareTheFormsOfMetadataAndCells() throws Exception {
    fill(v1, 8);
    Accept table = new Accept("application/json", "Table", "v1", "Metadata");
    assertThat(madeBy(v1, table, false)).isEqualTo(8);
    assertThat(madeBy(v2, table, false)).isZero();
    for (Format format : Format.values()) {
      for (boolean gzip : new boolean[] {false, true}) {
        Accept metadata = new Accept(format.contentType(), PARTIAL, "v1", "");
        // Plain JSON is a range of the stored form.
        assertThat(madeBy(v2, metadata, gzip)).isEqualTo(format == Format.JSON && !gzip ? 0 : 8);
        assertThat(madeBy(v1, metadata, gzip)).isZero();
        Accept beta = new Accept(format.contentType(), PARTIAL, "v1beta1", "");
        assertThat(madeBy(v1, beta, gzip)).isZero();
      }
    }
  }
}
