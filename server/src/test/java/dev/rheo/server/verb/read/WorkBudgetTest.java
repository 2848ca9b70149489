package dev.rheo.server.verb.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.FormReader;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.cache.WorkBudget;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.verb.item.FilteredCursor;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.server.verb.item.ItemEncoder;
import dev.rheo.server.verb.item.Selection;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The effort of one draw is bounded, however many entries there are or are selected. */
class WorkBudgetTest {
  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  private static final int MILLION = 1_000_000;

  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType configMaps = registry.get("", "v1", "configmaps");
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), () -> registry);
  private WatchCache cache;

  @BeforeEach
  void start() throws Exception {
    cache = Caches.start(store, directory, registry);
    put("a", "plain", "");
    put("a", "red", "\"color\":\"red\"");
    caughtUp();
  }

  private void caughtUp() {
    Await.until(
        "the cache has caught up",
        () -> cache.awaitRevision(store.currentRevision(), Duration.ofSeconds(1)));
  }

  @AfterEach
  void stop() {
    cache.close();
    store.close();
  }

  private void put(String namespace, String name, String labels) throws Exception {
    String json =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"resourceVersion\":\"\",\"labels\":{%s}}}"
            .formatted(name, namespace, labels);
    store.commit(
        List.of(
            new Op.Put(
                configMaps.storage().key(namespace, name),
                json.getBytes(StandardCharsets.UTF_8),
                Op.ANY)));
  }

  private Snapshot snapshot() {
    return cache.resource(configMaps.storage().name()).snapshot();
  }

  private static Selection labels(String selector) {
    return new Selection(LabelSelector.parse(selector), FieldSelector.everything(), null);
  }

  /** A cursor over red entries at every {@code every}-th place and plain ones; counts visits. */
  private final class Many implements EntryCursor {
    private final Entry plain = snapshot().get("a/plain");
    private final Entry red = snapshot().get("a/red");
    private final int size;
    private final int every;
    int visited;

    Many(int size, int every) {
      this.size = size;
      this.every = every;
    }

    @Override
    public @Nullable Entry next() {
      Entry next = peek();
      visited++;
      return next;
    }

    @Override
    public @Nullable Entry peek() {
      return visited >= size ? null : visited % every == every - 1 ? red : plain;
    }
  }

  private record Drawn(int most, int draws, long bytes) {}

  /** Draws a list to its end; returns the most entries that one draw visited. */
  private Drawn draw(Encoding encoding, Many measured, Many listed, Selection selection)
      throws Exception {
    WorkBudget effort = new WorkBudget(0);
    Semaphore wakes = new Semaphore(0);
    try (ListBody body =
        new ListBody(
            new ItemEncoder(
                encoding, true, new FormReader(cache), false, ItemEncoder.Ahead.UNKNOWN),
            effort,
            new ListMetadata(7, "", 0, ""),
            new FilteredCursor(measured, selection, null, effort),
            new FilteredCursor(listed, selection, null, effort))) {
      body.onReady(wakes::release);
      ByteBuf out = Unpooled.directBuffer(64 << 10, 64 << 10);
      int most = 0;
      long bytes = 0;
      for (int draws = 1; ; draws++) {
        int before = measured.visited + listed.visited;
        Body.State state = body.draw(out);
        most = Math.max(most, measured.visited + listed.visited - before);
        bytes += out.readableBytes();
        out.clear();
        if (state == Body.State.WAIT) {
          wakes.acquire();
        } else if (state != Body.State.MORE) {
          assertThat(state).isEqualTo(Body.State.END);
          out.release();
          return new Drawn(most, draws, bytes);
        }
      }
    }
  }

  /** Selects no entry, every 1000th, 100th (nested allowances would multiply), or every one. */
  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, 1000, 100, 1})
  void aDrawOfAListLooksAtSoManyEntriesAtMost(int every) throws Exception {
    int size = every == 1 ? 50_000 : MILLION;
    for (boolean protobuf : new boolean[] {false, true}) {
      Encoding encoding =
          encodings.find(
              configMaps,
              encodings.negotiation().accept(protobuf ? PROTOBUF : "application/json", false),
              true,
              "");
      Many measured = new Many(size, every);
      Many listed = new Many(size, every);
      Drawn drawn = draw(encoding, measured, listed, labels("color=red"));
      assertThat(listed.visited).isGreaterThanOrEqualTo(size);
      assertThat(drawn.most).isLessThanOrEqualTo(ItemBody.EFFORT_PER_DRAW);
      assertThat(drawn.bytes).isGreaterThan(size / every * 20L);
    }
  }

  /** As many terms and values as fit a header; every entry is compared with all of them. */
  @Test
  void aLargeSelectorIsComparedWithFewerEntriesInADraw() throws Exception {
    String absent =
        IntStream.range(0, 5000).mapToObj(i -> "!k" + i).collect(Collectors.joining(","));
    String values =
        IntStream.range(0, 5000).mapToObj(i -> "v" + i).collect(Collectors.joining(","));
    Many listed = new Many(2000, 2);
    Drawn drawn =
        draw(
            encodings.json(configMaps),
            new Many(0, 1),
            listed,
            labels(absent + ",color in (" + values + ")"));
    assertThat(drawn.most).isLessThanOrEqualTo(2);
    assertThat(listed.visited).isGreaterThanOrEqualTo(2000);
  }

  @Test
  void aWatchesInitialEventsAndItsHistoryTakeFromOneAllowance() {
    WorkBudget effort = new WorkBudget(100);
    FilteredCursor initial =
        new FilteredCursor(new Many(MILLION, MILLION + 1), labels("color=red"), null, effort);
    assertThat(initial.next()).isNull();
    assertThat(initial.paused()).isTrue();
    assertThat(effort.isSpent()).isTrue();
    assertThat(initial.next()).isNull();
    assertThat(initial.paused()).isTrue();
  }

  /** A page's count of remaining items equals the counted one, but is found without counting. */
  @Test
  void pagesKnowHowMuchRemainsWithoutCounting() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < 700; i++) {
      put("ns" + random.nextInt(4), "c" + random.nextInt(500), "");
    }
    caughtUp();
    Snapshot snapshot = snapshot();
    Selection everything = labels("");
    for (int i = 0; i < 2000; i++) {
      Scope scope = random.nextBoolean() ? Scope.ALL : Scope.namespace("ns" + random.nextInt(5));
      String prefix = scope.keyPrefix();
      String start =
          random.nextInt(3) == 0
              ? null
              : prefix
                  + (prefix.isEmpty() ? "ns" + random.nextInt(5) + "/" : "")
                  + "c"
                  + random.nextInt(500)
                  + (random.nextBoolean() ? "\0" : "");
      int limit = 1 + random.nextInt(random.nextBoolean() ? 5 : 900);
      List<Entry> rest = new ArrayList<>();
      EntryCursor cursor = snapshot.entries(prefix, start);
      for (Entry e = cursor.next(); e != null; e = cursor.next()) {
        rest.add(e);
      }
      Page page = Page.of(uncounted(snapshot), scope, start, everything, limit);
      if (rest.size() <= limit) {
        assertThat(page).isSameAs(Page.LAST);
      } else {
        assertThat(page.last()).isSameAs(rest.get(limit - 1));
        assertThat(page.remaining()).isEqualTo(rest.size() - limit);
        assertThat(page.token()).isNotEmpty();
      }
    }
  }

  /** A snapshot that fails if its entries are visited one by one. */
  private static Snapshot uncounted(Snapshot snapshot) {
    return new Snapshot() {
      @Override
      public long revision() {
        return snapshot.revision();
      }

      @Override
      public int size() {
        return snapshot.size();
      }

      @Override
      public int size(String keyPrefix) {
        return snapshot.size(keyPrefix);
      }

      @Override
      public @Nullable Entry get(String key) {
        return snapshot.get(key);
      }

      @Override
      public int rank(String key) {
        return snapshot.rank(key);
      }

      @Override
      public Entry at(int rank) {
        return snapshot.at(rank);
      }

      @Override
      public EntryCursor entries(String keyPrefix, @Nullable String startAt) {
        throw new AssertionError("the entries are looked at one by one");
      }

      @Override
      public EntryCursor entries(Scope scope, @Nullable String startAt) {
        throw new AssertionError("the entries are looked at one by one");
      }
    };
  }
}
