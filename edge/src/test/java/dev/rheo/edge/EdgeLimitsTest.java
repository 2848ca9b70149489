package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that are slow, greedy, broken, or gone. */
class EdgeLimitsTest {

  private static final EdgeSettings.Timeouts TIMEOUTS = EdgeSettings.Timeouts.defaults();

  /** After a timeout has passed, the watchdog notices within a second. */
  private static final Duration MOMENT = Duration.ofSeconds(2);

  private final ManualClock clock = new ManualClock();
  private final AtomicReference<SyntheticBody> last = new AtomicReference<>();

  private HttpResponse answer(HttpRequest request) {
    if (request.path().equals("/endless")) {
      SyntheticBody body = new SyntheticBody(Long.MAX_VALUE);
      last.set(body);
      return request.queryParameter("watch") != null
          ? HttpResponse.longRunning(200, "text/plain", body)
          : HttpResponse.streaming(200, "text/plain", body);
    }
    String text = request.method() + " " + request.rawPath() + " " + request.body().length;
    return HttpResponse.bytes(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String readAll(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketTimeoutException e) {
      text.append("... and then nothing");
    } catch (IOException e) {
      // A reset ends the connection as well.
    }
    return text.toString();
  }

  @Test
  void aHandshakeThatDoesNotComeIsEnded() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        Socket socket = fixture.rawTcp()) {
      EdgeFixture.await("connected", () -> fixture.edge.stats().connections() == 1);
      clock.advance(TIMEOUTS.handshake());
      assertThat(fixture.edge.stats().connections()).isEqualTo(1);
      clock.advance(MOMENT);
      assertThat(readAll(socket)).isEmpty();
      assertThat(fixture.edge.stats().timeouts()).containsEntry("handshake", 1L);
    }
  }

  @Test
  void aHeaderInDribsIsEnded() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        SSLSocket socket = fixture.rawTls()) {
      sendAndAwait(fixture, socket, "GET / HTTP/1.1\r\nHost: x\r\n");
      for (int second = 0; second < TIMEOUTS.header().toSeconds(); second++) {
        clock.advance(Duration.ofSeconds(1));
        sendAndAwait(fixture, socket, "X-" + second + ": y\r\n");
      }
      assertThat(fixture.edge.stats().connections()).isEqualTo(1);
      clock.advance(MOMENT);
      assertThat(readAll(socket)).isEmpty();
      assertThat(fixture.edge.stats().timeouts()).containsEntry("header", 1L);
    }
  }

  private static void sendAndAwait(EdgeFixture fixture, Socket socket, String text)
      throws IOException {
    long before = fixture.edge.stats().bytesIn();
    send(socket, text);
    EdgeFixture.await("received", () -> fixture.edge.stats().bytesIn() == before + text.length());
  }

  @Test
  void aBodyThatDoesNotComeIsRefused() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        SSLSocket socket = fixture.rawTls()) {
      send(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
      EdgeFixture.await("begun", () -> fixture.edge.stats().streams() == 1);
      clock.advance(TIMEOUTS.requestBody());
      assertThat(fixture.edge.stats().streams()).isEqualTo(1);
      clock.advance(MOMENT);
      assertThat(readAll(socket))
          .startsWith("HTTP/1.1 408")
          .containsIgnoringCase("connection: close");
      assertThat(fixture.edge.stats().budgets().get("request-bodies").used()).isZero();
    }
  }

  @Test
  void anIdleConnectionIsClosedAndABusyOneIsNot() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        SSLSocket idle = fixture.rawTls();
        SSLSocket busy = fixture.rawTls()) {
      send(busy, "GET /endless?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
      busy.getInputStream().readNBytes(10);
      send(idle, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(EdgeFixture.status(idle)).isEqualTo("HTTP/1.1 200");
      EdgeFixture.await("answered", () -> fixture.edge.stats().streams() == 1);
      clock.advance(TIMEOUTS.idle());
      assertThat(fixture.edge.stats().connections()).isEqualTo(2);
      clock.advance(MOMENT);
      assertThat(readAll(idle)).endsWith("GET / 0");
      assertThat(busy.getInputStream().readNBytes(5_000_000)).hasSize(5_000_000);
      assertThat(fixture.edge.stats().timeouts()).containsEntry("idle", 1L);
    }
  }

  @Test
  void aStalledReaderIsEndedAndAStalledWatchIsNot() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        HttpClient healthy = EdgeFixture.client(HttpClient.Version.HTTP_2);
        SSLSocket watch = fixture.rawTls();
        SSLSocket list = fixture.rawTls()) {
      send(watch, "GET /endless?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
      watch.getInputStream().readNBytes(10);
      SyntheticBody watched = last.get();
      send(list, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
      list.getInputStream().readNBytes(10);
      SyntheticBody listed = last.get();
      long began = clock.nanoTime();
      EdgeFixture.advanceUntil(
          clock, Duration.ofSeconds(1), "list ended", () -> listed.closed.get() == 1);
      assertThat(clock.since(began))
          .isBetween(TIMEOUTS.stalledResponse(), TIMEOUTS.stalledWatch().dividedBy(2));
      assertThat(fixture.edge.stats().stallsEnded())
          .containsEntry("response", 1L)
          .containsEntry("watch", 0L);
      assertThat(watched.closed).hasValue(0);
      var beside = healthy.send(fixture.request("/a").build(), BodyHandlers.ofString());
      assertThat(beside.body()).isEqualTo("GET /a 0");
      // The watch resumes as soon as its peer reads.
      assertThat(watch.getInputStream().readNBytes(10_000_000)).hasSize(10_000_000);
    }
    assertThat(last.get().closed).hasValue(1);
  }

  @Test
  void whenTheClientLeavesTheBodyIsClosed() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer)) {
      for (HttpClient.Version version : HttpClient.Version.values()) {
        HttpClient client = EdgeFixture.client(version);
        var response =
            client.send(fixture.request("/endless").build(), BodyHandlers.ofInputStream());
        InputStream body = response.body();
        body.readNBytes(100_000);
        body.close();
        SyntheticBody left = last.get();
        EdgeFixture.await("closed", () -> left.closed.get() == 1);
        client.shutdownNow();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void bodiesBeyondTheBudgetWaitAndThenGet429(HttpClient.Version version) throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    AtomicInteger entered = new AtomicInteger();
    Handler handler =
        request -> {
          if (request.path().equals("/slow")) {
            entered.incrementAndGet();
            free.await();
          }
          return HttpResponse.bytes(200, "text/plain", "ok".getBytes());
        };
    try (EdgeFixture fixture =
            new EdgeFixture(handler, Ledger.Limits.roomy().withRequestBodies(1 << 20), clock);
        HttpClient client = EdgeFixture.client(version)) {
      var slow =
          client.sendAsync(fixture.post("/slow", new byte[900_000]), BodyHandlers.ofString());
      EdgeFixture.await("in the handler", () -> entered.get() == 1);
      var inVain =
          client.sendAsync(fixture.post("/any", new byte[900_000]), BodyHandlers.ofString());
      EdgeFixture.await("it waits", () -> clock.waits() == 1);
      clock.advance(TIMEOUTS.roomWait());
      assertThat(inVain.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(429);
      var small = client.send(fixture.post("/any", new byte[1000]), BodyHandlers.ofString());
      assertThat(small.statusCode()).isEqualTo(200);
      var waiting =
          client.sendAsync(fixture.post("/any", new byte[900_000]), BodyHandlers.ofString());
      EdgeFixture.await("the next waits", () -> clock.waits() == 1);
      free.countDown();
      assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(slow.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aConnectionBeyondTheLimitTakesThePlaceOfTheQuietestStranger() throws Exception {
    Duration step = Duration.ofMillis(10);
    try (EdgeFixture fixture =
            new EdgeFixture(this::answer, Ledger.Limits.roomy().withDescriptors(2), clock);
        SSLSocket first = fixture.rawTls();
        SSLSocket second = fixture.rawTls()) {
      first.startHandshake();
      clock.advance(step);
      second.startHandshake();
      clock.advance(step);
      try (SSLSocket third = fixture.rawTls()) {
        third.startHandshake();
        clock.advance(step);
        assertThat(fixture.edge.stats().connections()).isEqualTo(3);
        EdgeFixture.advanceUntil(
            clock, step, "one leaves", () -> fixture.edge.stats().connections() == 2);
        assertThat(readAll(first)).isEmpty();
        assertThat(fixture.edge.stats().stallsEnded()).containsEntry("evicted", 1L);
        for (SSLSocket socket : List.of(second, third)) {
          send(socket, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
          assertThat(readAll(socket)).endsWith("GET /a 0");
        }
      }
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        SSLSocket socket = fixture.rawTls()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        requests.append("POST /").append(i).append(" HTTP/1.1\r\nHost: x\r\n");
        requests.append("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        requests.append("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      requests.append("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      send(socket, requests.toString());
      String answers = readAll(socket);
      int from = 0;
      for (int i = 0; i < 60; i++) {
        from = answers.indexOf("POST /" + i + " 3", from);
        assertThat(from).as("answer %d in %s", i, answers).isPositive();
      }
      assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(122);
      assertThat(answers).endsWith("GET /last 0").doesNotContain("HEAD /head 0");
    }
  }

  @Test
  void asksForABodyThatIsHeldBack() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        SSLSocket socket = fixture.rawTls()) {
      send(
          socket,
          "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
              + "Content-Length: 3\r\n\r\n");
      byte[] go = socket.getInputStream().readNBytes(25);
      assertThat(new String(go, StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      send(socket, "abc");
      assertThat(readAll(socket)).endsWith("POST /a 3");
      try (SSLSocket tooLarge = fixture.rawTls()) {
        send(
            tooLarge,
            "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                + "Content-Length: 99999999\r\n\r\n");
        assertThat(readAll(tooLarge)).startsWith("HTTP/1.1 413");
      }
    }
  }

  @Test
  void oldClientsAreServed() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        SSLSocket socket = fixture.rawTls()) {
      send(socket, "GET /old HTTP/1.0\r\n\r\n");
      assertThat(readAll(socket)).startsWith("HTTP/1.1 200").endsWith("GET /old 0");
    }
  }

  @Test
  void garbageIsAnsweredOrEndedAndHarmsNobody() throws Exception {
    String longLine = "GET /" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    String longHeader = "GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(70_000) + "\r\n\r\n";
    List<String[]> cases =
        List.of(
            new String[] {"\u0000\u0001\u0002garbage\r\n\r\n", "400"},
            new String[] {"GET / HTTP/1.1\r\n\r\n", "400"},
            new String[] {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
            new String[] {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
            new String[] {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
            new String[] {"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
            new String[] {"GET / HTTP/1.1\r\nHost: x\r\nExpect: rain\r\n\r\n", "417"},
            new String[] {
              "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"
            },
            new String[] {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", "400"},
            new String[] {longLine, "414"},
            new String[] {longHeader, "431"});
    try (EdgeFixture fixture = new EdgeFixture(this::answer)) {
      for (String[] pair : cases) {
        try (SSLSocket socket = fixture.rawTls()) {
          send(socket, pair[0]);
          assertThat(EdgeFixture.status(socket)).as(pair[0]).isEqualTo("HTTP/1.1 " + pair[1]);
        }
      }
      try (Socket plain = fixture.rawTcp()) {
        send(plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(readAll(plain)).doesNotContain("200");
      }
      // Connections that end at any point of a request.
      String whole = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345";
      for (int length = 1; length < whole.length(); length += 7) {
        try (SSLSocket socket = fixture.rawTls()) {
          send(socket, whole.substring(0, length));
        }
      }
      try (HttpClient client = EdgeFixture.client(HttpClient.Version.HTTP_1_1)) {
        var response = client.send(fixture.request("/ok").build(), BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("GET /ok 0");
      }
    }
  }

  /** Waits until it is asked to finish. */
  private static final class Idle implements Body {
    private boolean finishing;
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      if (finishing) {
        out.writeBytes("bye".getBytes());
        return State.END;
      }
      return State.WAIT;
    }

    @Override
    public void finish() {
      finishing = true;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void drainingEndsWatchesCleanlyAndWaitsForWrites(HttpClient.Version version) throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    List<Idle> bodies = new ArrayList<>();
    Handler handler =
        request -> {
          if (request.method().equals("POST")) {
            writing.countDown();
            written.await();
            return HttpResponse.bytes(201, "text/plain", "done".getBytes());
          }
          Idle body = new Idle();
          synchronized (bodies) {
            bodies.add(body);
          }
          return HttpResponse.longRunning(200, "text/plain", body);
        };
    Duration spread = Duration.ofMillis(200);
    try (EdgeFixture fixture = new EdgeFixture(handler, clock);
        HttpClient client = EdgeFixture.client(version)) {
      List<CompletableFuture<String>> watches = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        // The header arrives at once, although the body is empty so far.
        var response =
            client.send(fixture.request("/watch?watch=1").build(), BodyHandlers.ofInputStream());
        watches.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try (InputStream body = response.body()) {
                    return new String(body.readAllBytes(), StandardCharsets.UTF_8);
                  } catch (IOException e) {
                    return e.toString();
                  }
                }));
      }
      var write = client.sendAsync(fixture.post("/w", new byte[5]), BodyHandlers.ofString());
      writing.await();
      Future<Boolean> drained =
          EdgeFixture.beginDrain(clock, () -> fixture.edge.drain(spread, Duration.ofSeconds(10)));
      EdgeFixture.advanceUntil(
          clock,
          Duration.ofMillis(10),
          "all watches end",
          () -> fixture.edge.stats().longRunning() == 0);
      for (CompletableFuture<String> watch : watches) {
        assertThat(watch.get(10, TimeUnit.SECONDS)).isEqualTo("bye");
      }
      assertThat(drained).isNotDone();
      written.countDown();
      assertThat(write.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
      assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(bodies).hasSize(20).allMatch(body -> body.closed.get() == 1);
    }
  }
}
