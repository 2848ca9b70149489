package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.watchList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.options.HeldState;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.ShardHash;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import io.netty.util.HashedWheelTimer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A client that holds what it got of broken watch lists, and applies differences by the rules of
 * docs/informer-protocol.md, holds the state in the end: over random writes, deletions, changes of
 * labels, and breaks after any event.
 */
class DifferenceReadsTest {
  /** Their order by UTF-16 is another one than that by bytes, and so is that of a, a-b and a/. */
  private static final List<String> NAMES =
      List.of("a", "a-b", "a.b", "b", "c", "z", "é", "\uffee", "\ud83d\ude00");

  private static final List<String> NAMESPACES = List.of("n", "n-x");
  private static final String HALF =
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')";

  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final long seed = Long.getLong("rheo.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType configMaps = registry.get("", "v1", "configmaps");
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), () -> registry);
  private final Reads.ResponseOptions json =
      new Reads.ResponseOptions(encodings.json(configMaps), false);
  private WatchCache cache;
  private Reads reads;

  private record Version(long revision, String color) {}

  /** The state at each revision. */
  private final TreeMap<Long, Map<String, Version>> history = new TreeMap<>();

  @BeforeEach
  void start() {
    cache = Caches.start(store, directory, registry);
    reads = new Reads(store, cache, timer, System::nanoTime, random);
    history.put(1L, Map.of());
  }

  @AfterEach
  void stop() {
    cache.close();
    store.close();
    timer.stop();
  }

  /** Writes or deletes one or two objects in one commit. */
  private void change() throws Exception {
    Map<String, Version> state = new HashMap<>(history.lastEntry().getValue());
    Map<String, Op> operations = new HashMap<>();
    Map<String, String> written = new HashMap<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      String namespace = NAMESPACES.get(random.nextInt(NAMESPACES.size()));
      String name = NAMES.get(random.nextInt(NAMES.size()));
      String key = namespace + "/" + name;
      String storeKey = configMaps.storage().key(namespace, name);
      if (operations.containsKey(key)) {
        continue;
      }
      if (state.containsKey(key) && random.nextInt(3) == 0) {
        state.remove(key);
        operations.put(key, new Op.Delete(storeKey, Op.ANY));
      } else {
        String color = random.nextBoolean() ? "red" : "blue";
        String object =
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"uid\":\"u-%s\",\"resourceVersion\":\"\",\"labels\":{\"color\":\"%s\"}},\"data\":{\"k\":\"%s\"}}"
                .formatted(name, namespace, key, color, "x".repeat(random.nextInt(3000)));
        byte[] bytes = object.getBytes(StandardCharsets.UTF_8);
        operations.put(key, new Op.Put(storeKey, bytes, Op.ANY));
        written.put(key, color);
      }
    }
    long revision = store.commit(List.copyOf(operations.values()));
    written.forEach((key, color) -> state.put(key, new Version(revision, color)));
    history.put(revision, state);
  }

  /** What a client selects. */
  private record Selection(
      String name,
      @Nullable String namespace,
      ListOptions options,
      BiPredicate<String, Version> matches) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Selection> selections() {
    return List.of(
        new Selection("all", null, watchList(), (_, _) -> true),
        new Selection("a namespace", "n", watchList(), (key, _) -> key.startsWith("n/")),
        new Selection(
            "a label",
            null,
            watchList("labelSelector", "color=red"),
            (_, version) -> version.color.equals("red")),
        new Selection(
            "a name",
            null,
            watchList("fieldSelector", "metadata.name=a"),
            (key, _) -> key.endsWith("/a")),
        new Selection(
            "a shard",
            null,
            watchList("shardSelector", HALF),
            (key, _) -> ShardHash.of("u-" + key) >= 0));
  }

  private Map<String, Long> stateAt(long revision, Selection selection) {
    Map<String, Long> selected = new TreeMap<>();
    history
        .floorEntry(revision)
        .getValue()
        .forEach(
            (key, version) -> {
              if (selection.matches.test(key, version)) {
                selected.put(key, version.revision);
              }
            });
    return selected;
  }

  /** A client by the rules of the specification. */
  private final class Client {
    final Selection selection;
    final Map<String, Long> objects = new HashMap<>();
    long revision;
    @Nullable String until;
    long untilRevision;

    Client(Selection selection) {
      this.selection = selection;
    }

    HeldState held(String history) {
      return new HeldState(history, revision, until, untilRevision);
    }

    /** The last key of the initial events, or null if none came. */
    private @Nullable String last;

    private final Set<String> marked = new HashSet<>();
    private boolean synced;

    /** A stream of initial events and changes, which breaks after any event. */
    void read() throws Exception {
      // Now and then what is held is of another history, so that everything is sent.
      boolean comparable = random.nextInt(6) > 0;
      HeldState told = held(comparable ? store.history() : "other");
      Reads.OpenedWatch watch =
          reads.watch(
              configMaps, selection.namespace, selection.options, told, json, Caches.UNCOUNTED);
      long shown = watch.initial().revision();
      assertThat(shown).isEqualTo(store.currentRevision());
      assertThat(watch.initial().difference()).isEqualTo(comparable);
      last = null;
      marked.clear();
      synced = false;
      try (Drawing drawing = new Drawing(watch.body(), random)) {
        boolean whole = random.nextBoolean();
        if (whole) {
          drawing.until(bytes -> ended(Drawing.lines(bytes)));
        }
        for (int i = random.nextInt(6); i > 0; i--) {
          if (whole) {
            change();
          }
          drawing.draw();
        }
        List<JsonNode> events = drawing.lines();
        int end = whole ? events.size() : random.nextInt(events.size() + 1);
        for (JsonNode event : events.subList(0, end)) {
          apply(event, told, shown);
        }
        assertThat(synced || !whole).isTrue();
      }
      if (!synced && !comparable) {
        revision = 0;
        until = last;
        untilRevision = last == null ? 0 : shown;
      } else if (!synced && last != null && (until == null || isAfter(last, until))) {
        until = last;
        untilRevision = shown;
      }
    }

    private void apply(JsonNode event, HeldState told, long shown) {
      JsonNode metadata = event.at("/object/metadata");
      long at = metadata.at("/resourceVersion").asLong();
      String key = metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
      switch (event.get("type").asText()) {
        case "ADDED", "MODIFIED" -> {
          if (!synced) {
            // What is held is not sent.
            if (told.history().equals(store.history())) {
              boolean beyond = told.until() == null || isAfter(key, told.until());
              assertThat(at).as(key).isGreaterThan(beyond ? told.revision() : told.untilRevision());
            }
            assertThat(marked.add(key)).isTrue();
            last = key;
          } else {
            // Another object of the same commit may be still to come.
            revision = at - 1;
          }
          objects.put(key, at);
        }
        case "DELETED" -> {
          objects.remove(key);
          revision = at - 1;
        }
        case "BOOKMARK" -> bookmark(metadata, at, shown);
        default -> throw new AssertionError(event);
      }
    }

    private void bookmark(JsonNode metadata, long at, long shown) {
      JsonNode annotations = metadata.path("annotations");
      String unchanged = annotations.path("rheo.dev/unchanged").asText();
      if (!unchanged.isEmpty()) {
        assertThat(at).isEqualTo(shown);
        for (String escaped : unchanged.split(" ", -1)) {
          String key = URLDecoder.decode(escaped, StandardCharsets.UTF_8);
          assertThat(objects).containsKey(key);
          assertThat(marked.add(key)).isTrue();
          last = key;
        }
        return;
      }
      assertThat(annotations.path("k8s.io/initial-events-end").asText()).isEqualTo("true");
      objects.keySet().retainAll(marked);
      assertThat(objects).isEqualTo(stateAt(shown, selection));
      synced = true;
      revision = shown;
      until = null;
      untilRevision = 0;
    }
  }

  private static boolean isAfter(String key, String other) {
    return Arrays.compareUnsigned(
            key.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8))
        > 0;
  }

  private static boolean ended(List<JsonNode> events) {
    return events.stream().anyMatch(event -> event.toString().contains("initial-events-end"));
  }

  @ParameterizedTest
  @MethodSource("selections")
  void whatIsHeldBecomesTheState(Selection selection) throws Exception {
    int synced = 0;
    int resumed = 0;
    try {
      for (int clients = 0; clients < 20; clients++) {
        Client client = new Client(selection);
        for (int streams = 0; streams < 15; streams++) {
          for (int i = random.nextInt(5); i > 0; i--) {
            change();
          }
          resumed += client.until == null ? 0 : 1;
          client.read();
          synced += client.synced ? 1 : 0;
        }
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Drheo.seed=" + seed, e);
    }
    // Both ways were taken often.
    assertThat(synced).isGreaterThan(50);
    assertThat(resumed).isGreaterThan(5);
  }

  private void put(String name, String color) throws Exception {
    String object =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"\",\"labels\":{\"color\":\"%s\"}}}"
            .formatted(name, color);
    store.commit(
        List.of(
            new Op.Put(
                configMaps.storage().key("n", name),
                object.getBytes(StandardCharsets.UTF_8),
                Op.ANY)));
  }

  private List<String> told(@Nullable HeldState held, ListOptions options) throws Exception {
    Reads.OpenedWatch watch = reads.watch(configMaps, "n", options, held, json, Caches.UNCOUNTED);
    try (Drawing drawing = new Drawing(watch.body(), random)) {
      drawing.until(bytes -> ended(Drawing.lines(bytes)));
      List<String> told = new ArrayList<>();
      told.add(watch.initial().field().replace(store.history(), "ID"));
      for (JsonNode event : drawing.lines()) {
        String unchanged = event.at("/object/metadata/annotations/rheo.dev~1unchanged").asText();
        told.add(unchanged.isEmpty() ? Drawing.told(event) : "unchanged " + unchanged);
      }
      return told;
    }
  }

  @Test
  void theExampleOfTheSpecification() throws Exception {
    put("a", "red"); // 2
    put("b", "red"); // 3
    put("c", "red"); // 4
    put("d", "red"); // 5
    store.commit(List.of(new Op.Delete(configMaps.storage().key("n", "c"), Op.ANY))); // 6
    put("d", "red"); // 7
    String id = store.history();
    assertThat(told(new HeldState(id, 5, null, 0), watchList()))
        .containsExactly(
            "history=ID; revision=7; difference=true",
            "ADDED d@7",
            "unchanged n/a n/b",
            "BOOKMARK @7");
    assertThat(told(new HeldState(id, 0, "n/a", 5), watchList()))
        .containsExactly(
            "history=ID; revision=7; difference=true",
            "ADDED b@3",
            "ADDED d@7",
            "unchanged n/a",
            "BOOKMARK @7");
    List<String> all =
        List.of("history=ID; revision=7", "ADDED a@2", "ADDED b@3", "ADDED d@7", "BOOKMARK @7");
    assertThat(told(null, watchList())).isEqualTo(all);
    // Of another history, or not yet written.
    assertThat(told(new HeldState("other", 5, null, 0), watchList())).isEqualTo(all);
    assertThat(told(new HeldState(id, 8, null, 0), watchList())).isEqualTo(all);
    assertThat(told(new HeldState(id, 5, "n/a", 8), watchList())).isEqualTo(all);
  }

  @Test
  void aStateThatIsOlderThanWhatIsHeldIsSentWhole() throws Exception {
    put("a", "red"); // 2
    // The cache's own state may be older than what another server has shown the client.
    assertThat(cache.awaitRevision(2, Duration.ofSeconds(10))).isTrue();
    HeldState held = new HeldState(store.history(), 3, null, 0);
    assertThat(told(held, watchList("resourceVersion", "0")))
        .containsExactly("history=ID; revision=2", "ADDED a@2", "BOOKMARK @2");
  }

  @Test
  void whoCannotReadTheKeysGetsTheState() throws Exception {
    put("a", "red");
    HeldState held = new HeldState(store.history(), 2, null, 0);
    Reads.ResponseOptions cellsOnly =
        new Reads.ResponseOptions(
            encodings.find(
                configMaps,
                encodings
                    .negotiation()
                    .accept("application/json;as=Table;g=meta.k8s.io;v=v1", true),
                null,
                "None"),
            false);
    ListOptions withoutBookmarks =
        Queries.options(true, "sendInitialEvents", "true", "resourceVersionMatch", "NotOlderThan");
    for (Reads.OpenedWatch watch :
        List.of(
            reads.watch(configMaps, "n", watchList(), held, cellsOnly, Caches.UNCOUNTED),
            reads.watch(configMaps, "n", withoutBookmarks, held, json, Caches.UNCOUNTED))) {
      assertThat(watch.initial()).isNull();
      try (Drawing drawing = new Drawing(watch.body(), random)) {
        assertThat(drawing.lines(1).getFirst().get("type").asText()).isEqualTo("ADDED");
      }
    }
  }

  @Test
  void unchangedObjectsAreNamedInBookmarksOfBoundedSizeAndNotRead() throws Exception {
    int count = 1000;
    List<Op> operations = new ArrayList<>();
    List<String> names = IntStream.range(0, count).mapToObj("object-%04d"::formatted).toList();
    for (String name : names) {
      String object =
          "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"\"}}"
              .formatted(name);
      operations.add(
          new Op.Put(
              configMaps.storage().key("n", name),
              object.getBytes(StandardCharsets.UTF_8),
              Op.ANY));
    }
    long held = store.commit(operations);
    put("object-0500", "red");
    Reads.ResponseOptions cbor =
        new Reads.ResponseOptions(
            encodings.find(
                configMaps, encodings.negotiation().accept("application/cbor", true), null, ""),
            false);
    int[] counted = new int[2];
    ReadsTest.Counts metrics =
        new ReadsTest.Counts() {
          @Override
          public void initial(boolean difference) {
            counted[0] += difference ? 1 : 0;
          }

          @Override
          public void unchanged(int objects) {
            counted[1] += objects;
          }
        };
    Reads.OpenedWatch watch =
        reads.watch(
            configMaps,
            "n",
            watchList(),
            new HeldState(store.history(), held, null, 0),
            cbor,
            metrics);
    List<String> unchanged = new ArrayList<>();
    try (Drawing drawing = new Drawing(watch.body(), random)) {
      byte[] bytes =
          drawing.until(
              drawn -> new String(drawn, StandardCharsets.UTF_8).contains("initial-events-end"));
      for (WatchStreams.Told event :
          WatchStreams.events(cbor.encoding().format(), bytes, "v1", "ConfigMap")) {
        String keys = event.object().at("/metadata/annotations/rheo.dev~1unchanged").asText();
        assertThat(keys.length()).isLessThan(4200);
        if (!keys.isEmpty()) {
          unchanged.addAll(List.of(keys.split(" ", -1)));
        }
      }
    }
    assertThat(unchanged)
        .containsExactlyElementsOf(
            names.stream().filter(n -> !n.equals("object-0500")).map(n -> "n/" + n).toList());
    assertThat(cache.stats().forms().made()).isEqualTo(1);
    assertThat(counted).containsExactly(1, count - 1);
    assertThat(metrics.initialEvents).isEqualTo(1);
  }
}
