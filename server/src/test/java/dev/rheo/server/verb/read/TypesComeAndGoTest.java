package dev.rheo.server.verb.read;

import static dev.rheo.server.verb.read.Queries.options;
import static dev.rheo.server.verb.read.Queries.watchList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.CacheStats;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.Scope;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.edge.Body;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.publish.Discovery;
import dev.rheo.resource.publish.OpenApi;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.metrics.MetricsPage;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.typechange.TypeChanges;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import io.netty.util.HashedWheelTimer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Types come and go under readers, who are told, and leave nothing behind. */
class TypesComeAndGoTest {
  private static final int TYPES = 10_000 * Integer.getInteger("rheo.torture", 1);

  /** Fill the tables of fixed size first, in which common strings are shared. */
  private static final int FIRST = 500;

  private static final int ROUND = 500;
  private static final int AT_ONCE = 4;
  private static final int OBJECTS = 3;

  /** Budget of events that are kept decoded. */
  private static final int DECODED = 512;

  /**
   * Bound on what the heap may grow: 400 bytes for each type that has gone. About 100 of them are
   * strings of the last types in tables of fixed size.
   */
  private static final long HEAP = 4L << 20;

  /** {@code number: instances bytes class}. */
  private static final Pattern HISTOGRAM_ROW =
      Pattern.compile("^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final HashedWheelTimer timer = new HashedWheelTimer();
  private final ServedTypes served = new ServedTypes(BuiltInResources.registry());
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), served);
  private final PrometheusRegistry counted = new PrometheusRegistry();
  private final RequestMetrics metrics = new RequestMetrics(counted, served);
  private final Discovery discovery = new Discovery(served, "0.1.0");
  private final OpenApi openApi = new OpenApi(served);
  private final ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
  private final ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor();
  private final ResourceType configMaps = served.get().get("", "v1", "configmaps");
  private WatchCache cache;
  private Reads reads;
  private TypeChanges changes;

  @BeforeEach
  void start() {
    CacheSettings small =
        new CacheSettings(
            1 << 20,
            256 << 10,
            64L << 20,
            32L << 20,
            8L << 20,
            DECODED,
            1L << 20,
            Duration.ofMinutes(5),
            2,
            8L << 20,
            1L << 20,
            2);
    cache = Caches.start(store, directory, served.get(), small);
    reads = new Reads(store, cache, timer, System::nanoTime, new Random(1));
    changes = new TypeChanges(served, cache, encodings, metrics);
  }

  @AfterEach
  void stop() {
    racers.shutdownNow();
    workers.shutdownNow();
    cache.close();
    store.close();
    timer.stop();
  }

  @Test
  void tenThousandTypesLeaveNothing() throws Exception {
    try (Stayer stayer = new Stayer()) {
      run(0, FIRST, stayer);
      CacheStats before = settle(stayer);
      String series = series();
      long heap = heap();

      run(FIRST, FIRST + TYPES, stayer);
      CacheStats after = settle(stayer);
      assertThat(after.resources()).isEqualTo(before.resources());
      assertThat(after.liveBytes()).isZero();
      assertThat(after.forms().count()).isZero();
      assertThat(after.forms().failures()).isZero();
      assertThat(after.snapshotBytes()).isEqualTo(before.snapshotBytes());
      assertThat(after.logBytes()).isLessThanOrEqualTo(before.logBytes());
      assertThat(after.decodedEvents()).isLessThanOrEqualTo(DECODED);
      assertThat(after.rebuilds()).isEqualTo(1);
      assertThat(series()).isEqualTo(series).doesNotContain("widget");
      assertThat(heap() - heap).as("growth of the heap").isLessThan(HEAP);
      assertThat(served.get().all()).containsExactlyElementsOf(BuiltInResources.registry().all());
    }
  }

  private void run(int from, int to, Stayer stayer) throws Exception {
    for (int first = from; first < to; first += ROUND) {
      List<Future<?>> round = new ArrayList<>();
      for (int i = first; i < Math.min(to, first + ROUND); i++) {
        int number = i;
        round.add(
            workers.submit(
                () -> {
                  live(number);
                  stayer.write("" + number);
                  return null;
                }));
      }
      for (Future<?> each : round) {
        each.get();
      }
      // Otherwise the test's store would keep the history of all.
      compact(stayer);
    }
  }

  private void compact(Stayer stayer) throws Exception {
    Await.until("the reader has caught up", stayer.written::isEmpty);
    assertThat(cache.awaitRevision(store.currentRevision(), PATIENCE)).isTrue();
    store.compact(store.currentRevision());
  }

  /** Deletes the last object, and waits until the cache has trimmed and cleaned what is gone. */
  private CacheStats settle(Stayer stayer) throws Exception {
    stayer.delete();
    compact(stayer);
    Await.until(
        "the cache is clean",
        () -> {
          CacheStats now = cache.stats();
          long events = now.resources().stream().mapToLong(CacheStats.Resource::events).sum();
          return events == 0
              && now.historyBytes() == 0
              && now.segments() <= 2
              && now.forms().pending() == 0
              // The reader of the type that stays.
              && now.waitingReaders() == 1;
        });
    return cache.stats();
  }

  /**
   * Bytes of the objects that are reachable, by the histogram that follows a collection. What the
   * collector reports as used includes garbage that it found too costly to move: 13 MB here.
   */
  private static long heap() throws Exception {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {null},
                new String[] {String[].class.getName()});
    long bytes = 0;
    for (String line : histogram.toString().split("\n", -1)) {
      Matcher row = HISTOGRAM_ROW.matcher(line);
      if (row.find() && !row.group(2).contains("FillerElement")) {
        bytes += Long.parseLong(row.group(1));
      }
    }
    assertThat(bytes).isPositive();
    return bytes;
  }

  /** The metrics of requests. */
  private String series() throws IOException {
    return new String(new MetricsPage(counted).bytes(), StandardCharsets.UTF_8);
  }

  /** The life of one type. */
  private void live(int number) throws Exception {
    ResourceType type = Widgets.type(number);
    for (int i = 0; i < OBJECTS; i++) {
      put(type, "o" + i, "before");
    }
    changes.add(type, PATIENCE);
    Future<?> racing =
        racers.submit(
            () -> {
              listUntilRemoved(type);
              count(type);
              return null;
            });
    assertThat(Drawing.names(Drawing.json(list(type, "application/json"))))
        .containsExactly("o0", "o1", "o2");
    assertThat(list(type, "application/json;as=Table;g=meta.k8s.io;v=v1"))
        .contains("\"rows\":[{\"cells\":[\"o0\"");
    if (number % 100 == 0) {
      assertThat(new String(discovery.resources("example.com", "v1"), StandardCharsets.UTF_8))
          .contains("\"" + type.plural() + "\"");
    }
    if (number % 500 == 0) {
      assertThat(
              new String(openApi.document("apis/example.com/v1").bytes(), StandardCharsets.UTF_8))
          .contains("/" + type.plural() + "/");
    }
    boolean gzip = number % 2 == 1;
    Reads.ResponseOptions plain = new Reads.ResponseOptions(encodings.json(type), gzip);
    Body body = reads.watch(type, null, watchList(), null, plain, Caches.UNCOUNTED).body();
    try (Drawing watch = new Drawing(body, new Random(number))) {
      if (gzip) {
        // Its forms may be wanted and not made yet when the type goes.
        watch.all();
        changes.remove(type);
        byte[] bytes = watch.bytes();
        if (watch.state() == Body.State.END) {
          expectNotFound(Drawing.lines(Drawing.unzip(bytes)).getLast());
        }
      } else {
        assertThat(watch.lines(OBJECTS + 1)).hasSize(OBJECTS + 1);
        put(type, "o0", "after");
        assertThat(watch.lines(OBJECTS + 2).getLast().get("type").asText()).isEqualTo("MODIFIED");
        changes.remove(type);
        expectNotFound(watch.lines(OBJECTS + 3).getLast());
        assertThat(watch.bytes()).isNotEmpty();
        assertThat(watch.state()).isEqualTo(Body.State.END);
      }
    }
    racing.get();
    assertThat(served.get().find("example.com", "v1", type.plural())).isNull();
    assertThatThrownBy(() -> list(type, "application/json")).isInstanceOf(NotCachedException.class);
    List<Op> deletes = new ArrayList<>();
    for (int i = 0; i < OBJECTS; i++) {
      deletes.add(new Op.Delete(type.storage().key("ns", "o" + i), Op.ANY));
    }
    store.commit(deletes);
  }

  private static void expectNotFound(JsonNode event) {
    assertThat(event.get("type").asText()).isEqualTo("ERROR");
    assertThat(event.at("/object/kind").asText()).isEqualTo("Status");
    assertThat(event.at("/object/code").asInt()).isEqualTo(404);
    assertThat(event.at("/object/reason").asText()).isEqualTo("NotFound");
  }

  /** Counts a list and a watch list. */
  private void count(ResourceType type) {
    String path = "/apis/" + type.apiVersion() + "/" + type.plural();
    metrics.answered(RequestInfo.of("GET", path, false, null), true, "", 200, .01);
    RequestMetrics.Watch watch = metrics.watch(RequestInfo.of("GET", path, true, null), false);
    watch.event(100, true);
    watch.initialDone();
    watch.ended();
  }

  /** Each list is whole, breaks off or is refused. */
  private void listUntilRemoved(ResourceType type) throws Exception {
    while (true) {
      count(type);
      Body body;
      try {
        body = reads.list(type, null, options(false), as(type, "application/cbor")).body();
      } catch (NotCachedException e) {
        return;
      }
      try (Drawing drawing = new Drawing(body, new Random(1))) {
        byte[] bytes = drawing.bytes();
        if (drawing.state() == Body.State.ABORT) {
          assertThat(served.get().serves(type)).isFalse();
          return;
        }
        assertThat(CborForms.toTree(bytes, null).get("items")).hasSize(OBJECTS);
      }
    }
  }

  private Reads.ResponseOptions as(ResourceType type, String accept) {
    return new Reads.ResponseOptions(
        encodings.find(type, encodings.negotiation().accept(accept, false), true, ""), false);
  }

  private String list(ResourceType type, String accept) throws Exception {
    Body body = reads.list(type, null, options(false), as(type, accept)).body();
    try (Drawing drawing = new Drawing(body, new Random(1))) {
      String text = drawing.text();
      assertThat(drawing.state()).isEqualTo(Body.State.END);
      return text;
    }
  }

  private long put(ResourceType type, String name, String text) throws Exception {
    byte[] value =
        "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"ns\",\"resourceVersion\":\"\",\"labels\":{\"app\":\"%s\"}},\"data\":{\"k\":\"%s\"}}"
            .formatted(type.kind(), type.apiVersion(), name, type.plural(), text)
            .getBytes(StandardCharsets.UTF_8);
    return store.commit(List.of(new Op.Put(type.storage().key("ns", name), value, Op.ANY)));
  }

  /** A watch of a type that stays: it gets every change, in order, whatever happens beside it. */
  private final class Stayer implements AutoCloseable {
    final BlockingQueue<Long> written = new LinkedBlockingQueue<>();
    private final EventReader events =
        cache.resource(configMaps.storage().name()).events(store.currentRevision(), Scope.ALL);
    private final Semaphore woken = new Semaphore(0);
    private final Future<?> reading;
    private volatile boolean closed;

    Stayer() throws Exception {
      events.onEvent(woken::release);
      reading =
          racers.submit(
              () -> {
                read();
                return null;
              });
    }

    synchronized void write(String text) throws Exception {
      written.add(put(configMaps, "stays", text));
    }

    synchronized void delete() throws Exception {
      String key = configMaps.storage().key("ns", "stays");
      written.add(store.commit(List.of(new Op.Delete(key, Op.ANY))));
    }

    private void read() throws Exception {
      while (true) {
        CacheEvent event = events.next();
        if (event != null) {
          assertThat(written.poll(10, TimeUnit.SECONDS)).isEqualTo(event.revision());
        } else if (!events.skipped()) {
          if (closed) {
            return;
          }
          woken.acquire();
        }
      }
    }

    @Override
    public void close() throws Exception {
      closed = true;
      woken.release();
      reading.get();
      events.close();
      assertThat(written).isEmpty();
    }
  }
}
