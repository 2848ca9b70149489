package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.junit.fault.ApiRequest;
import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.Faults;
import dev.rheo.testing.Await;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault as a client sees it on the wire. */
@RheoServer(scope = RheoServer.Scope.METHOD)
class FaultsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String WATCH_LIST =
      MAPS
          + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
          + "&allowWatchBookmarks=true";

  private RheoApiServer server;
  private Faults faults;
  private RawClient client;

  @BeforeEach
  void connect() throws Exception {
    client = new RawClient(server);
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private void create(int maps) throws Exception {
    for (int i = 0; i < maps; i++) {
      client.create("map-" + i);
    }
  }

  /** The lines until the connection breaks, and a mark for how it ended. */
  private static List<String> toTheEnd(Stream<String> stream) {
    List<String> lines = new ArrayList<>();
    try (stream) {
      stream.forEach(lines::add);
      lines.add("end");
    } catch (UncheckedIOException e) {
      lines.add("broken");
    }
    return RawClient.types(lines);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aWatchIsCutAfterEvents(HttpClient.Version version) throws Exception {
    create(3);
    Fault cut = faults.onWatch("configmaps").cutAfter(2).times(1);
    try (RawClient reader = new RawClient(server, version)) {
      assertThat(toTheEnd(reader.lines(MAPS + "?watch=true")))
          .containsExactly("ADDED", "ADDED", "broken");
      cut.awaitFired(LONG);
      assertThat(cut.fired()).isEqualTo(1);
      assertThat(toTheEnd(reader.lines(MAPS + "?watch=true&timeoutSeconds=1")))
          .containsExactly("ADDED", "ADDED", "ADDED", "end");
      assertThat(cut.fired()).isEqualTo(1);
    }
  }

  @Test
  void aWatchIsCutBeforeItsFirstEvent() throws Exception {
    create(1);
    faults.onWatch("*").cutAfter(0).times(1);
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true"))).containsExactly("broken");
  }

  @Test
  void aCompressedWatchIsCutAfterEvents() throws Exception {
    create(3);
    faults.onWatch("configmaps").cutAfter(2).times(1);
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true", "Accept-Encoding", "gzip")))
        .containsExactly("ADDED", "ADDED", "broken");
  }

  @Test
  void aWatchListIsCutWithinItsInitialEvents() throws Exception {
    create(3);
    Fault cut = faults.onWatchList("configmaps").cutInitialEventsAfter(2);
    assertThat(toTheEnd(client.lines(WATCH_LIST))).containsExactly("ADDED", "ADDED", "broken");
    assertThat(cut.fired()).isEqualTo(1);
  }

  @Test
  void aWatchListWithFewerInitialEventsIsNotCut() throws Exception {
    create(3);
    Fault cut = faults.onWatchList("configmaps").cutInitialEventsAfter(4).times(1);
    try (Stream<String> lines = client.lines(WATCH_LIST)) {
      Iterator<String> events = lines.iterator();
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        seen.add(events.next());
      }
      client.create("later");
      seen.add(events.next());
      assertThat(RawClient.types(seen))
          .containsExactly("ADDED", "ADDED", "ADDED", "BOOKMARK", "ADDED");
      assertThat(cut.fired()).isZero();
    }
    // The watch that ended undisturbed does not use the fault up.
    Await.until("the watch has ended", () -> faults.openWatches("configmaps") == 0);
    create2();
    assertThat(toTheEnd(client.lines(WATCH_LIST)))
        .containsExactly("ADDED", "ADDED", "ADDED", "ADDED", "broken");
  }

  private void create2() throws Exception {
    client.create("another");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100, 333})
  void anAnswerIsCutAtAByte(long bytes) throws Exception {
    create(3);
    for (String target : List.of(MAPS, WATCH_LIST)) {
      Fault cut = faults.next(ApiRequest::isList).cutAtByte(bytes);
      Fault watchCut = faults.next(ApiRequest::isWatch).cutAtByte(bytes);
      try (InputStream in = client.bytes(target, "Accept-Encoding", "gzip")) {
        assertThat(readAll(in)).isEqualTo(bytes);
      }
      assertThat(cut.fired() + watchCut.fired()).isEqualTo(1);
      faults.clear();
    }
  }

  private static long readAll(InputStream in) {
    long read = 0;
    try {
      while (in.read() >= 0) {
        read++;
      }
    } catch (java.io.IOException broken) {
      return read;
    }
    throw new AssertionError("the answer is complete");
  }

  @Test
  void aWatchEndsAsIfItsTimeWereOver() throws Exception {
    create(3);
    faults.onWatch("configmaps").endAfter(2);
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true")))
        .containsExactly("ADDED", "ADDED", "end");
  }

  @Test
  void aWatchStallsUntilItIsReleased() throws Exception {
    create(2);
    Fault stall = faults.onWatch("configmaps").stallAfter(1);
    try (Stream<String> lines = client.lines(MAPS + "?watch=true")) {
      Iterator<String> events = lines.iterator();
      assertThat(events.next()).contains("map-0");
      stall.awaitFired(LONG);
      CompletableFuture<String> second = CompletableFuture.supplyAsync(events::next);
      Await.holds("nothing comes", Duration.ofMillis(100), () -> !second.isDone());
      stall.release();
      assertThat(second.get()).contains("map-1");
    }
  }

  @Test
  void aWatchExpiresInTheMiddle() throws Exception {
    create(3);
    faults.onWatch("configmaps").expireAfter(2);
    List<String> lines = client.lines(MAPS + "?watch=true").toList();
    assertThat(RawClient.types(lines)).containsExactly("ADDED", "ADDED", "ERROR");
    assertThat(lines.getLast()).contains("\"code\":410").contains("\"reason\":\"Expired\"");
  }

  @Test
  void aWatchOrListIsAnsweredAsExpired() throws Exception {
    faults.on(request -> request.isOf("configmaps")).expire();
    List<String> lines = client.lines(MAPS + "?watch=true&resourceVersion=1").toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("{\"type\":\"ERROR\"").contains("\"code\":410");
    assertThat(client.get(MAPS).statusCode()).isEqualTo(410);
  }

  @Test
  void theEndBookmarkIsLeftOutAndTheStreamGoesOn() throws Exception {
    create(2);
    Fault without = faults.onWatchList("configmaps").withoutEndBookmark().times(1);
    try (Stream<String> lines = client.lines(WATCH_LIST)) {
      Iterator<String> events = lines.iterator();
      assertThat(events.next()).contains("map-0");
      assertThat(events.next()).contains("map-1");
      without.awaitFired(LONG);
      client.create("later");
      assertThat(events.next()).contains("later");
    }
    assertThat(without.fired()).isEqualTo(1);
  }

  @Test
  void watchListsAreIgnoredAsByOldServers() throws Exception {
    create(2);
    Fault ignored = faults.onWatch("configmaps").ignoreWatchLists();
    assertThat(toTheEnd(client.lines(WATCH_LIST + "&timeoutSeconds=1")))
        .containsExactly("ADDED", "ADDED", "BOOKMARK", "end");
    assertThat(ignored.fired()).isEqualTo(1);
    // The bookmark at the end of the time is no end of initial events.
    assertThat(client.lines(WATCH_LIST + "&timeoutSeconds=1").toList())
        .noneMatch(line -> line.contains("initial-events-end"));
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true&timeoutSeconds=1")))
        .containsExactly("ADDED", "ADDED", "end");
    assertThat(ignored.fired()).isEqualTo(2);
  }

  @Test
  void watchListsAreRefusedAsByServersWithoutTheGate() throws Exception {
    Fault refused = faults.onWatch("*").refuseWatchLists();
    HttpResponse<String> answer = client.get(WATCH_LIST);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .contains(
            "sendInitialEvents is forbidden for watch unless the WatchList feature gate is"
                + " enabled");
    assertThat(refused.fired()).isEqualTo(1);
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true&timeoutSeconds=1")))
        .containsExactly("end");
  }

  @Test
  void watchListsAreRefusedAsByServersThatDoNotKnowThem() throws Exception {
    Fault refused = faults.onWatch("*").refuseMatchedWatches();
    HttpResponse<String> answer = client.get(WATCH_LIST);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .contains(
            "ListOptions.meta.k8s.io \\\"\\\" is invalid: ["
                + "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch, "
                + "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless"
                + " resourceVersion is provided]");
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true&timeoutSeconds=1")))
        .containsExactly("end");
    assertThat(refused.fired()).isEqualTo(1);
  }

  @Test
  void requestsAreRefused() throws Exception {
    faults.onList("configmaps").tooManyRequests(Duration.ofSeconds(7)).times(1);
    HttpResponse<String> busy = client.get(MAPS);
    assertThat(busy.statusCode()).isEqualTo(429);
    assertThat(busy.headers().firstValue("Retry-After")).hasValue("7");
    assertThat(client.get(MAPS).statusCode()).isEqualTo(200);

    faults.next(ApiRequest::isList).internalError();
    assertThat(client.get(MAPS).statusCode()).isEqualTo(500);
    faults.next(ApiRequest::isList).unavailable();
    assertThat(client.get(MAPS).statusCode()).isEqualTo(503);
    faults.next(ApiRequest::isList).refuse(418, "Teapot", "short and stout");
    assertThat(client.get(MAPS).body()).contains("short and stout").contains("Teapot");
    assertThat(client.get(MAPS).statusCode()).isEqualTo(200);
  }

  @Test
  void theNextUpdateIsAConflict() throws Exception {
    create(1);
    Fault conflict = faults.next(ApiRequest::isUpdate).conflict();
    String map = "{\"metadata\":{\"name\":\"map-0\"},\"data\":{\"a\":\"c\"}}";
    HttpResponse<String> first = client.send("PUT", MAPS + "/map-0", map);
    assertThat(first.statusCode()).isEqualTo(409);
    assertThat(first.body()).contains("the object has been modified");
    assertThat(client.get(MAPS + "/map-0").body()).contains("\"a\":\"b\"");
    assertThat(client.send("PUT", MAPS + "/map-0", map).statusCode()).isEqualTo(200);
    assertThat(conflict.fired()).isEqualTo(1);
  }

  @Test
  void aRequestIsHeldUntilItIsReleased() throws Exception {
    Fault stall = faults.onList("configmaps").stall();
    CompletableFuture<HttpResponse<String>> answer = client.getAsync(MAPS);
    stall.awaitFired(LONG);
    assertThat(answer).isNotDone();
    stall.release();
    assertThat(answer.get().statusCode()).isEqualTo(200);
    CompletableFuture<HttpResponse<String>> later = client.getAsync(MAPS);
    stall.awaitFired(2, LONG);
    stall.remove();
    assertThat(later.get().statusCode()).isEqualTo(200);
  }

  @Test
  void aRequestIsDelayed() throws Exception {
    faults.onList("configmaps").delay(Duration.ofMillis(150));
    long began = System.nanoTime();
    assertThat(client.get(MAPS).statusCode()).isEqualTo(200);
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(150_000_000L);
  }

  @Test
  void aSecondWatchOfTheSameClientIsCut() throws Exception {
    Fault cut = faults.onWatch("configmaps").cutDuplicates();
    String agent = "User-Agent";
    try (Stream<String> first = client.lines(MAPS + "?watch=true", agent, "a")) {
      assertThat(toTheEnd(client.lines(MAPS + "?watch=true", agent, "a")))
          .containsExactly("broken");
      assertThat(cut.fired()).isEqualTo(1);
      assertThat(toTheEnd(client.lines(MAPS + "?watch=true&timeoutSeconds=1", agent, "b")))
          .containsExactly("end");
      client.create("a");
      assertThat(first.iterator().next()).contains("ADDED");
    }
    Await.until("the first has ended", () -> faults.openWatches("configmaps") == 0);
    assertThat(toTheEnd(client.lines(MAPS + "?watch=true&timeoutSeconds=1", agent, "a")))
        .containsExactly("ADDED", "end");
    assertThat(cut.fired()).isEqualTo(1);
  }

  @Test
  void openWatchesAreCut() throws Exception {
    Stream<String> lines = client.lines(MAPS + "?watch=true");
    assertThat(faults.cutWatches("secrets")).isZero();
    assertThat(faults.cutWatches("configmaps")).isEqualTo(1);
    assertThat(toTheEnd(lines)).containsExactly("broken");
  }

  @Test
  void historyExpires() throws Exception {
    create(2);
    String list = client.get(MAPS).body();
    String revision = list.replaceFirst("(?s).*?\"resourceVersion\":\"(\\d+)\".*", "$1");
    String resume = MAPS + "?watch=true&timeoutSeconds=1&resourceVersion=" + revision;
    try (Stream<String> open = client.lines(MAPS + "?watch=true&resourceVersion=" + revision)) {
      client.create("later");
      Iterator<String> events = open.iterator();
      assertThat(events.next()).contains("later");
      assertThat(toTheEnd(client.lines(resume))).containsExactly("ADDED", "end");

      faults.expireHistory();

      List<String> gone = client.lines(resume).toList();
      assertThat(RawClient.types(gone)).containsExactly("ERROR");
      assertThat(gone.getFirst()).contains("\"code\":410").contains("Expired");
      String exact = MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + revision;
      assertThat(client.get(exact).statusCode()).isEqualTo(410);
      // A watch that is not behind goes on.
      client.create("still");
      assertThat(events.next()).contains("still");
    }
  }

  @Test
  void aRestartKeepsObjectsHistoryAndPort() throws Exception {
    create(1);
    String url = server.url().toString();
    String list = client.get(MAPS).body();
    String revision = list.replaceFirst("(?s).*?\"resourceVersion\":\"(\\d+)\".*", "$1");
    client.create("later");
    Stream<String> open = client.lines(MAPS + "?watch=true");

    server.restart();

    assertThat(toTheEnd(open)).endsWith("broken");
    assertThat(server.url().toString()).isEqualTo(url);
    String resume = MAPS + "?watch=true&timeoutSeconds=1&resourceVersion=" + revision;
    try (RawClient again = new RawClient(server)) {
      assertThat(toTheEnd(again.lines(resume))).containsExactly("ADDED", "end");
      assertThat(again.get(MAPS + "/map-0").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aRestartWithoutHistoryKeepsObjects() throws Exception {
    create(1);
    String list = client.get(MAPS).body();
    String revision = list.replaceFirst("(?s).*?\"resourceVersion\":\"(\\d+)\".*", "$1");

    server.restartWithoutHistory();

    String resume = MAPS + "?watch=true&timeoutSeconds=1&resourceVersion=" + revision;
    try (RawClient again = new RawClient(server)) {
      assertThat(toTheEnd(again.lines(resume))).containsExactly("ERROR", "end");
      assertThat(again.get(MAPS + "/map-0").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aStoppedServerRefusesConnections() throws Exception {
    Fault stall = faults.onList("configmaps").stall();
    CompletableFuture<HttpResponse<String>> held = client.getAsync(MAPS);
    stall.awaitFired(LONG);
    server.stop();
    assertThatThrownBy(held::get).hasCauseInstanceOf(java.io.IOException.class);
    try (RawClient other = new RawClient(server)) {
      assertThatThrownBy(() -> other.get(MAPS)).isInstanceOf(java.net.ConnectException.class);
      server.start();
      faults.clear();
      assertThat(other.get(MAPS).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aFaultThatIsRemovedSparesTheWatchesThatItHasTaken() throws Exception {
    Fault cut = faults.onWatch("configmaps").cutAfter(2);
    try (Stream<String> stream = client.lines(MAPS + "?watch=true&resourceVersion=0")) {
      Iterator<String> lines = stream.iterator();
      client.create("first");
      assertThat(lines.next()).contains("first");
      cut.remove();
      for (String name : List.of("second", "third")) {
        client.create(name);
        assertThat(lines.next()).contains(name);
      }
      assertThat(cut.fired()).isZero();
    }
  }

  @Test
  void theKeysThatADifferenceLeavesOutAreNotTheEndOfTheInitialEvents() throws Exception {
    create(2);
    HttpResponse<Stream<String>> whole = client.stream(WATCH_LIST);
    String told = whole.headers().firstValue("Rheo-Initial-Events").orElseThrow();
    whole.body().close();
    client.create("later");
    Fault end = faults.onWatch("configmaps").withoutEndBookmark();
    HttpResponse<Stream<String>> difference = client.stream(WATCH_LIST, "Rheo-Have", told);
    try (Stream<String> stream = difference.body()) {
      Iterator<String> lines = stream.iterator();
      List<String> came = List.of(lines.next(), lines.next());
      assertThat(came).anyMatch(line -> line.contains("rheo.dev/unchanged"));
      assertThat(came).anyMatch(line -> line.contains("later"));
      end.awaitFired(LONG);
      client.create("live");
      assertThat(lines.next()).contains("live");
    }
  }

  @Test
  void faultsAreOfANamespaceAndCanBeSkipped() throws Exception {
    Fault elsewhere = faults.onList("configmaps").inNamespace("elsewhere").internalError();
    assertThat(client.get(MAPS).statusCode()).isEqualTo(200);
    assertThat(client.get("/api/v1/namespaces/elsewhere/configmaps").statusCode()).isEqualTo(500);
    assertThat(elsewhere.fired()).isEqualTo(1);
    faults.onList("configmaps").inNamespace("default").skip(1).internalError().times(1);
    assertThat(client.get(MAPS).statusCode()).isEqualTo(200);
    assertThat(client.get(MAPS).statusCode()).isEqualTo(500);
    assertThat(client.get(MAPS).statusCode()).isEqualTo(200);
    assertThat(faults.active()).hasSize(2);
    faults.clear();
    assertThat(faults.active()).isEmpty();
    assertThat(client.get("/api/v1/namespaces/elsewhere/configmaps").statusCode()).isEqualTo(200);
  }

  @Test
  void aFaultThatDoesNotHappenIsTold() throws Exception {
    Fault never = faults.onWatch("secrets").cutAfter(1);
    assertThatThrownBy(() -> never.awaitFired(Duration.ofMillis(20)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("watches of secrets: cut after 1 events");
  }
}
