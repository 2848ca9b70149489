package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.WATCH_LIST;
import static dev.rheo.server.verb.read.Queries.options;
import static dev.rheo.server.verb.read.Queries.watchList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.WatchCache;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.verb.watch.WatchMetrics;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import io.netty.util.HashedWheelTimer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The semantics of reads, over a real store and a real cache. */
class ReadsTest {
  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final AtomicLong nanos = new AtomicLong();
  private final Random random = new Random(7);
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType configMaps = registry.get("", "v1", "configmaps");
  private final ResourceType namespaces = registry.get("", "v1", "namespaces");
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), () -> registry);
  private final Reads.ResponseOptions json =
      new Reads.ResponseOptions(encodings.json(configMaps), false);
  private WatchCache cache;
  private Reads reads;

  @BeforeEach
  void start() throws Exception {
    cache = Caches.start(store, directory, registry);
    reads = new Reads(store, cache, timer, nanos::get, random);
  }

  @AfterEach
  void stop() {
    cache.close();
    store.close();
    timer.stop();
  }

  private long put(String namespace, String name, String labels) throws Exception {
    return store.commit(List.of(op(namespace, name, labels, "v" + random.nextInt())));
  }

  private Op op(String namespace, String name, String labels, String data) {
    String json =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"uid\":\"u-%s\",\"resourceVersion\":\"\",\"labels\":{%s}},\"data\":{\"k\":\"%s\"}}"
            .formatted(name, namespace, name, labels, data);
    return new Op.Put(
        configMaps.storage().key(namespace, name), json.getBytes(StandardCharsets.UTF_8), Op.ANY);
  }

  private long delete(String namespace, String name) throws Exception {
    return store.commit(List.of(new Op.Delete(configMaps.storage().key(namespace, name), Op.ANY)));
  }

  private JsonNode list(String namespace, String... pairs) throws Exception {
    try (Drawing drawing =
        new Drawing(
            reads.list(configMaps, namespace, options(false, pairs), json).body(), random)) {
      String text = drawing.text();
      assertThat(drawing.state()).isEqualTo(Body.State.END);
      return Drawing.json(text);
    }
  }

  private Drawing watch(String namespace, String... pairs) throws Exception {
    return new Drawing(
        reads
            .watch(configMaps, namespace, options(true, pairs), null, json, Caches.UNCOUNTED)
            .body(),
        random);
  }

  @Test
  void anEmptyListHasItemsAndTheRevision() throws Exception {
    JsonNode list = list(null);
    assertThat(list.toString())
        .isEqualTo(
            "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
  }

  @Test
  void aListIsInKeyOrderAndItsItemsHaveNoKind() throws Exception {
    put("b", "x", "");
    put("a", "z", "");
    long last = put("a", "y", "");
    JsonNode list = list(null);
    assertThat(Drawing.names(list)).containsExactly("y", "z", "x");
    assertThat(list.at("/metadata/resourceVersion").asLong()).isEqualTo(last);
    assertThat(list.at("/items/0").has("kind")).isFalse();
    assertThat(list.at("/items/0/metadata/resourceVersion").asLong()).isEqualTo(last);
    assertThat(Drawing.names(list("a"))).containsExactly("y", "z");
    assertThat(Drawing.names(list(null, "fieldSelector", "metadata.name=z"))).containsExactly("z");
  }

  @Test
  void pagesShowOneRevisionAndTellWhatRemains() throws Exception {
    for (int i = 0; i < 7; i++) {
      put("ns", "o" + i, "");
    }
    JsonNode first = list("ns", "limit", "3");
    assertThat(Drawing.names(first)).containsExactly("o0", "o1", "o2");
    assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(4);
    delete("ns", "o4");
    put("ns", "o3a", "");
    String token = first.at("/metadata/continue").asText();
    JsonNode second = list("ns", "limit", "3", "continue", token);
    assertThat(Drawing.names(second)).containsExactly("o3", "o4", "o5");
    assertThat(second.at("/metadata/resourceVersion"))
        .isEqualTo(first.at("/metadata/resourceVersion"));
    JsonNode third = list("ns", "limit", "3", "continue", second.at("/metadata/continue").asText());
    assertThat(Drawing.names(third)).containsExactly("o6");
    assertThat(third.at("/metadata").has("continue")).isFalse();
    assertThat(third.at("/metadata").has("remainingItemCount")).isFalse();
  }

  @Test
  void aPageWithASelectorDoesNotCountWhatRemains() throws Exception {
    for (int i = 0; i < 6; i++) {
      put("ns", "o" + i, i % 2 == 0 ? "\"even\":\"yes\"" : "");
    }
    JsonNode page = list("ns", "limit", "2", "labelSelector", "even=yes");
    assertThat(Drawing.names(page)).containsExactly("o0", "o2");
    assertThat(page.at("/metadata").has("remainingItemCount")).isFalse();
    JsonNode rest =
        list("ns", "labelSelector", "even=yes", "continue", page.at("/metadata/continue").asText());
    assertThat(Drawing.names(rest)).containsExactly("o4");
  }

  @Test
  void exactListsShowTheStateOfTheirRevision() throws Exception {
    long one = put("ns", "a", "");
    long two = put("ns", "b", "");
    delete("ns", "a");
    put("ns", "b", "");
    assertThat(
            Drawing.names(list("ns", "resourceVersion", "" + one, "resourceVersionMatch", "Exact")))
        .containsExactly("a");
    JsonNode at = list("ns", "resourceVersion", "" + two, "resourceVersionMatch", "Exact");
    assertThat(Drawing.names(at)).containsExactly("a", "b");
    assertThat(at.at("/metadata/resourceVersion").asLong()).isEqualTo(two);
    // The legacy meaning of a resourceVersion with a limit: exactly that revision.
    assertThat(Drawing.names(list("ns", "resourceVersion", "" + two, "limit", "5")))
        .containsExactly("a", "b");
    assertThat(Drawing.names(list("ns", "resourceVersion", "" + two))).containsExactly("b");
  }

  @Test
  void anExpiredTokenCarriesOneToGoOnWith() throws Exception {
    for (int i = 0; i < 4; i++) {
      put("ns", "o" + i, "");
    }
    String token = list("ns", "limit", "2").at("/metadata/continue").asText();
    long later = put("ns", "o9", "");
    compact(later);
    assertThatThrownBy(() -> list("ns", "limit", "2", "continue", token))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(410);
              assertThat(e.reason()).isEqualTo("Expired");
              try {
                String again =
                    Drawing.json(new String(e.status().toJson(), StandardCharsets.UTF_8))
                        .at("/metadata/continue")
                        .asText();
                assertThat(Drawing.names(list("ns", "continue", again)))
                    .containsExactly("o2", "o3", "o9");
              } catch (Exception inner) {
                throw new AssertionError(inner);
              }
            });
    assertThatThrownBy(() -> list("ns", "resourceVersion", "2", "resourceVersionMatch", "Exact"))
        .hasMessageContaining("too old");
  }

  /** Compacts the store and waits until the cache has noticed. */
  private void compact(long revision) throws Exception {
    // Compacting revisions that the cache has not read yet makes it rebuild.
    assertThat(cache.awaitRevision(revision, Duration.ofSeconds(20))).isTrue();
    store.compact(revision);
    Await.until(
        "the cache notices", () -> cache.resource("configmaps").oldestRevision() >= revision);
  }

  @Test
  void aRevisionOfTheFutureIsRefusedAfterAWait() {
    assertThatThrownBy(() -> list("ns", "resourceVersion", "1000000"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(504);
              assertThat(new String(e.status().toJson(), StandardCharsets.UTF_8))
                  .contains("ResourceVersionTooLarge", "\"retryAfterSeconds\":1");
            });
  }

  @Test
  void aWatchListIsTheStateThenABookmarkThenTheChanges() throws Exception {
    put("ns", "b", "");
    long revision = put("ns", "a", "");
    try (Drawing watch = watch("ns", WATCH_LIST)) {
      List<JsonNode> lines = watch.news(3);
      assertThat(lines.stream().map(Drawing::told))
          .containsExactly("ADDED a@3", "ADDED b@2", "BOOKMARK @" + revision);
      assertThat(lines.get(2).get("object").toString())
          .isEqualTo(
              "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"3\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}");
      assertThat(lines.get(0).at("/object/kind").asText()).isEqualTo("ConfigMap");
      put("other", "x", "");
      put("ns", "a", "");
      delete("ns", "b");
      assertThat(watch.news(2).stream().map(Drawing::told))
          .containsExactly("MODIFIED a@5", "DELETED b@6");
    }
  }

  @Test
  void withoutBookmarksTheEndOfTheStateIsNotMarked() throws Exception {
    put("ns", "a", "");
    try (Drawing watch =
        watch("ns", "sendInitialEvents", "true", "resourceVersionMatch", "NotOlderThan")) {
      assertThat(watch.news(1).stream().map(Drawing::told)).containsExactly("ADDED a@2");
      assertThat(watch.all().state()).isEqualTo(Body.State.WAIT);
      assertThat(watch.lines()).hasSize(1);
    }
  }

  @Test
  void objectsEnterAndLeaveASelector() throws Exception {
    put("ns", "in", "\"app\":\"a\"");
    put("ns", "out", "");
    try (Drawing watch = watch("ns", "labelSelector", "app=a", "resourceVersion", "3")) {
      put("ns", "out", "\"app\":\"a\""); // 4: enters
      put("ns", "in", "\"app\":\"a\""); // 5: stays
      put("ns", "in", "\"app\":\"b\""); // 6: leaves
      put("ns", "in", ""); // 7: outside
      delete("ns", "in"); // 8: outside
      delete("ns", "out"); // 9
      List<JsonNode> events = watch.news(4);
      assertThat(events.stream().map(Drawing::told))
          .containsExactly("ADDED out@4", "MODIFIED in@5", "DELETED in@6", "DELETED out@9");
      assertThat(events.get(2).at("/object/metadata/labels/app").asText()).isEqualTo("a");
    }
  }

  /** Counts events and, apart, those that are initial. */
  static class Counts implements WatchMetrics {
    int events;
    int initialEvents;
    int ofAnotherShard;
    int initialStreams;
    int initialDone;

    @Override
    public void event(int bytes, boolean initial) {
      assertThat(bytes).isPositive();
      events++;
      initialEvents += initial ? 1 : 0;
    }

    @Override
    public void initial(boolean difference) {
      assertThat(difference).isFalse();
      initialStreams++;
    }

    @Override
    public void unchanged(int objects) {
      throw new AssertionError("nothing was said to be held");
    }

    @Override
    public void ofAnotherShard() {
      ofAnotherShard++;
    }

    @Override
    public void initialDone() {
      initialDone++;
    }

    @Override
    public void ended() {}
  }

  @Test
  void onlyThePartsOfTheStateCountAsInitialEvents() throws Exception {
    long first = put("a", "1", "");
    put("a", "2", "");
    Counts all = new Counts();
    Counts changes = new Counts();
    try (Drawing watchList =
            new Drawing(
                reads.watch(configMaps, null, watchList(), null, json, all).body(), random);
        Drawing watch =
            new Drawing(
                reads
                    .watch(
                        configMaps,
                        null,
                        options(true, "resourceVersion", Long.toString(first)),
                        null,
                        json,
                        changes)
                    .body(),
                random)) {
      assertThat(watchList.news(3)).hasSize(3);
      put("a", "3", "");
      assertThat(watchList.news(1).stream().map(Drawing::told)).containsExactly("ADDED 3@4");
      assertThat(watch.news(2).stream().map(Drawing::told))
          .containsExactly("ADDED 2@3", "ADDED 3@4");
    }
    assertThat(List.of(all.events, all.initialEvents, all.initialStreams, all.initialDone))
        .containsExactly(3, 2, 1, 1);
    assertThat(
            List.of(
                changes.events, changes.initialEvents, changes.initialStreams, changes.initialDone))
        .containsExactly(2, 0, 0, 0);
  }

  @Test
  void aWatchResumesWithWhatCameAfterItsRevision() throws Exception {
    put("ns", "a", "");
    put("ns", "b", "");
    delete("ns", "a");
    try (Drawing watch = watch(null, "resourceVersion", "2")) {
      assertThat(watch.news(2).stream().map(Drawing::told))
          .containsExactly("ADDED b@3", "DELETED a@4");
    }
  }

  @Test
  void aWatchFromACompactedRevisionEndsWithAnErrorEvent() throws Exception {
    put("ns", "a", "");
    long later = put("ns", "b", "");
    compact(later);
    try (Drawing watch = watch("ns", "resourceVersion", "2")) {
      JsonNode event = Drawing.json(watch.text());
      assertThat(event.get("type").asText()).isEqualTo("ERROR");
      assertThat(event.at("/object/code").asInt()).isEqualTo(410);
      assertThat(event.at("/object/reason").asText()).isEqualTo("Expired");
    }
  }

  @Test
  void aWatchListOfTheFutureEndsWithAnErrorEvent() throws Exception {
    try (Drawing watch =
        watch(
            "ns",
            "resourceVersion",
            "99999",
            "sendInitialEvents",
            "true",
            "resourceVersionMatch",
            "NotOlderThan")) {
      JsonNode event = Drawing.json(watch.text());
      assertThat(event.at("/object/code").asInt()).isEqualTo(504);
      assertThat(event.at("/object/details/causes/0/reason").asText())
          .isEqualTo("ResourceVersionTooLarge");
    }
  }

  @Test
  void bookmarksComeAboutEachMinuteAndCarryTheProgress() throws Exception {
    try (Drawing watch = watch("ns", "resourceVersion", "1", "allowWatchBookmarks", "true")) {
      assertThat(watch.all().lines()).isEmpty();
      long elsewhere = put("other", "x", "");
      assertThat(cache.awaitRevision(elsewhere, Duration.ofSeconds(10))).isTrue();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(50));
      assertThat(watch.all().lines()).isEmpty();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(20));
      assertThat(watch.all().news(1).stream().map(Drawing::told))
          .containsExactly("BOOKMARK @" + elsewhere);
      assertThat(watch.all().lines()).hasSize(1);
    }
  }

  @Test
  void aWatchEndsAtItsTimeoutWithABookmark() throws Exception {
    try (Drawing watch =
        watch("ns", "resourceVersion", "1", "allowWatchBookmarks", "true", "timeoutSeconds", "5")) {
      assertThat(watch.all().state()).isEqualTo(Body.State.WAIT);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
      assertThat(Drawing.told(Drawing.json(watch.text()))).isEqualTo("BOOKMARK @1");
      assertThat(watch.state()).isEqualTo(Body.State.END);
    }
  }

  /** The edge does not draw from the body while the peer does not read. */
  @Test
  void aWatchThatIsNotDrawnFromIsOverdueFromItsTimeoutOn() throws Exception {
    try (Drawing watch = watch("ns", "resourceVersion", "1", "timeoutSeconds", "200")) {
      assertThat(watch.all().state()).isEqualTo(Body.State.WAIT);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(199));
      assertThat(watch.isOverdue()).isFalse();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      assertThat(watch.isOverdue()).isTrue();
      assertThat(watch.all().state()).isEqualTo(Body.State.END);
    }
  }

  @Test
  void aWatchWithANegativeTimeoutEndsAtOnce() throws Exception {
    put("ns", "a", "");
    try (Drawing watch = watch("ns", "allowWatchBookmarks", "true", "timeoutSeconds", "-1")) {
      assertThat(watch.all().lines()).isEmpty();
      assertThat(watch.state()).isEqualTo(Body.State.END);
    }
  }

  @Test
  void oneObject() throws Exception {
    long revision = put("ns", "a", "");
    try (Drawing get =
        new Drawing(reads.find(configMaps, "ns", "a", "").answer(json).body(), random)) {
      JsonNode object = Drawing.json(get.text());
      assertThat(object.at("/metadata/resourceVersion").asLong()).isEqualTo(revision);
      assertThat(object.get("kind").asText()).isEqualTo("ConfigMap");
    }
    assertThatThrownBy(() -> reads.find(configMaps, "ns", "b", ""))
        .hasMessage("configmaps \"b\" not found");
    assertThatThrownBy(() -> reads.find(namespaces, null, "x", ""))
        .hasMessage("namespaces \"x\" not found");
  }

  /**
   * Readers of varying pace run beside writers: each watch list with the events after it is at
   * every revision exactly the state that the store had there.
   */
  @Test
  void whateverThePaceAWatcherArrivesAtTheStoresState() throws Exception {
    for (int round = 0; round < 20; round++) {
      TreeMap<String, Long> state = new TreeMap<>();
      List<Drawing> watches = new ArrayList<>();
      JsonNode before = list("sim");
      before
          .get("items")
          .forEach(
              i ->
                  state.put(
                      i.at("/metadata/name").asText(), i.at("/metadata/resourceVersion").asLong()));
      long last = 0;
      for (int step = 0; step < 60; step++) {
        String name = "o" + random.nextInt(12);
        if (state.containsKey(name) && random.nextInt(3) == 0) {
          last = delete("sim", name);
          state.remove(name);
        } else {
          last = put("sim", name, "");
          state.put(name, last);
        }
        if (random.nextInt(10) == 0) {
          watches.add(watch("sim", WATCH_LIST));
        }
        for (Drawing watch : watches) {
          if (random.nextBoolean()) {
            watch.draw();
          }
        }
      }
      assertThat(cache.awaitRevision(last, Duration.ofSeconds(10))).isTrue();
      for (Drawing watch : watches) {
        TreeMap<String, Long> seen = new TreeMap<>();
        long position = 0;
        boolean live = false;
        for (JsonNode event : watch.all().lines()) {
          String name = event.at("/object/metadata/name").asText();
          long revision = event.at("/object/metadata/resourceVersion").asLong();
          switch (event.get("type").asText()) {
            case "ADDED", "MODIFIED" -> seen.put(name, revision);
            case "DELETED" -> assertThat(seen.remove(name)).isNotNull();
            case "BOOKMARK" -> {
              live = true;
              position = revision;
              continue;
            }
            default -> throw new AssertionError(event);
          }
          if (live) {
            assertThat(revision).isGreaterThan(position);
            position = revision;
          }
        }
        assertThat(seen).isEqualTo(state);
        watch.close();
      }
    }
  }
}
