package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {

  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf;stream=watch";

  private final Feed feed = new Feed();

  private HttpResponse answer(HttpRequest request) {
    return switch (request.path()) {
      case "/watch" -> HttpResponse.longRunning(200, "application/json", feed);
      case "/protobuf" -> HttpResponse.longRunning(200, PROTOBUF, feed);
      case "/yaml" -> HttpResponse.longRunning(200, "application/yaml", feed);
      case "/zipped" ->
          HttpResponse.longRunning(200, "application/json", feed).header("Content-Encoding", "x");
      case "/list" -> HttpResponse.streaming(200, "application/json", feed);
      case "/get" -> HttpResponse.bytes(200, "application/json", "{}".getBytes());
      default -> HttpResponse.bytes(404, "text/plain", "nothing here".getBytes());
    };
  }

  private static String event(int number, int length) {
    String head = "{\"type\":\"ADDED\",\"object\":{\"n\":" + number + ",\"x\":\"";
    return head + "ä€".repeat(Math.max(0, (length - head.length()) / 5)) + "\"}}\n";
  }

  /** The JDK's client; collects whole messages and the close status. */
  private static final class Client implements WebSocket.Listener {
    final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder message = new StringBuilder();
    WebSocket socket;

    Client(HttpClient http, EdgeFixture fixture, String target) {
      socket =
          http.newWebSocketBuilder()
              .connectTimeout(Duration.ofSeconds(20))
              .buildAsync(
                  java.net.URI.create(fixture.uri(target).toString().replace("https", "wss")), this)
              .join();
    }

    String next() throws InterruptedException {
      String next = messages.poll(20, TimeUnit.SECONDS);
      assertThat(next).as("a message").isNotNull();
      return next;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        messages.add(message.toString());
        message.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
      closed.complete(status);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eachEventIsAMessageAndTheEndIsAClose(boolean nativeAllowed) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, s -> s, nativeAllowed);
        HttpClient http = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      Client client = new Client(http, fixture, "/watch");
      feed.give(event(0, 100));
      assertThat(client.next()).isEqualTo(event(0, 100));
      List<String> sent = new ArrayList<>();
      for (int i = 1; i < 500; i++) {
        sent.add(event(i, i % 50 == 0 ? 200_000 : i * 7 % 900));
      }
      sent.add(event(500, 1 << 20));
      sent.forEach(feed::give);
      for (String event : sent) {
        assertThat(client.next().equals(event)).isTrue();
      }
      assertThat(fixture.edge.stats().longRunning()).isEqualTo(1);
      feed.end(Body.State.END);
      assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1000);
      assertThat(client.messages).isEmpty();
      EdgeFixture.await("body closed", () -> feed.closed.get() == 1);
      EdgeFixture.await("connection closed", () -> fixture.edge.stats().connections() == 0);
    }
  }

  @Test
  void switchesWithTheAnswerThatTheKeyAsksFor() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture)) {
      client.send(
          RawWebSocket.request(
              "/watch",
              RawWebSocket.KEY,
              RawWebSocket.VERSION,
              "Audit-ID: abc",
              "Sec-WebSocket-Extensions: permessage-deflate",
              "Sec-WebSocket-Protocol: "
                  + WebSocketHandshake.TOKEN_PROTOCOL
                  + "c2VjcmV0, v1.watch.example"));
      List<String> head = client.head();
      assertThat(head.getFirst()).isEqualTo("HTTP/1.1 101 Switching Protocols");
      assertThat(head)
          .contains(
              "Upgrade: websocket",
              "Connection: Upgrade",
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
              "Sec-WebSocket-Protocol: v1.watch.example",
              "Audit-Id: abc");
      assertThat(String.join("\n", head).toLowerCase(java.util.Locale.ROOT))
          .doesNotContain("c2vjcmv0", "content-", "transfer-encoding", "extensions");
      feed.give(event(1, 50));
      assertThat(client.frame().text()).isEqualTo(event(1, 50));
    }
  }

  @Test
  void aLargeEventComesInFramesAndASmallOneInOne() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      String large = event(1, 1 << 20);
      feed.give(large);
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      RawWebSocket.Frame frame = client.frame();
      assertThat(frame.first()).isEqualTo(0x01);
      int frames = 1;
      for (; (frame.first() & 0x80) == 0; frames++) {
        message.writeBytes(frame.payload());
        frame = client.frame();
        assertThat(frame.first() & 15).isZero();
      }
      message.writeBytes(frame.payload());
      assertThat(message.toString(StandardCharsets.UTF_8).equals(large)).isTrue();
      assertThat(frames).isBetween(16, 40);
      feed.give(event(2, 5000));
      frame = client.frame();
      assertThat(frame.first()).isEqualTo(RawWebSocket.TEXT);
      assertThat(frame.text()).isEqualTo(event(2, 5000));
    }
  }

  @Test
  void whatIsNotTextIsBinaryAndWithoutItsLength() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/protobuf")) {
      feed.give("\0\0\0\003abc\0\0\0\002de");
      assertThat(client.frame()).matches(f -> f.first() == 0x82 && f.text().equals("abc"));
      assertThat(client.frame()).matches(f -> f.first() == 0x82 && f.text().equals("de"));
    }
  }

  @Test
  void pingsAreAnsweredAlsoBetweenTheFramesOfAMessage() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      feed.give(event(0, 8 << 20));
      client.send(RawWebSocket.masked(RawWebSocket.PING, "are you there".getBytes()));
      boolean answered = false;
      long payload = 0;
      for (boolean last = false; !last; ) {
        RawWebSocket.Frame frame = client.frame();
        if (frame.first() == RawWebSocket.PONG) {
          assertThat(frame.text()).isEqualTo("are you there");
          answered = true;
        } else {
          payload += frame.payload().length;
          last = (frame.first() & 0x80) != 0;
        }
      }
      assertThat(payload).isEqualTo(event(0, 8 << 20).getBytes(StandardCharsets.UTF_8).length);
      // The Pong did not wait for the end of an 8 MB message that the client had not read.
      assertThat(answered).isTrue();
    }
  }

  @Test
  void pingsThatAreNotListenedToDoNotPileUp() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      // More than the kernel buffers for a peer that does not read.
      feed.give(event(0, 24 << 20));
      EdgeFixture.await("drawn until nothing more fits", () -> feed.drawn.get() > 128 << 10);
      byte[] ping = RawWebSocket.masked(RawWebSocket.PING, new byte[125]);
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 100; i++) {
        pings.writeBytes(ping);
      }
      for (int i = 0; i < 200; i++) {
        client.send(pings.toByteArray());
      }
      client.send(RawWebSocket.masked(RawWebSocket.PING, "last".getBytes()));
      int pongs = 0;
      for (RawWebSocket.Frame frame = client.frame(); !frame.text().equals("last"); ) {
        pongs += frame.first() == RawWebSocket.PONG ? 1 : 0;
        frame = client.frame();
      }
      // One Pong is in flight at a time; of the Pings meanwhile only the latest is answered.
      assertThat(pongs).isLessThan(10_000);
    }
  }

  @Test
  void whatTheClientSaysIsForgotten() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      client.send(RawWebSocket.masked(RawWebSocket.TEXT, "hello".getBytes()));
      client.send(RawWebSocket.masked(0x02, new byte[4096]));
      client.send(RawWebSocket.masked(RawWebSocket.PONG, "unasked".getBytes()));
      client.send(RawWebSocket.masked(0x80, new byte[] {(byte) 0xff}));
      client.send(RawWebSocket.masked(RawWebSocket.PING, new byte[0]));
      assertThat(client.frame().first()).isEqualTo(RawWebSocket.PONG);
      feed.give(event(0, 100));
      assertThat(client.frame().text()).isEqualTo(event(0, 100));
    }
  }

  @Test
  void theClientsCloseIsAnsweredAndEndsTheWatch() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      client.send(RawWebSocket.masked(RawWebSocket.CLOSE, new byte[] {0x0f, (byte) 0xa1, 'b'}));
      RawWebSocket.Frame frame = client.frame();
      assertThat(frame.first()).isEqualTo(RawWebSocket.CLOSE);
      assertThat(frame.status()).isEqualTo(4001);
      assertThat(client.isAtEnd()).isTrue();
      assertThat(feed.closed).hasValue(1);
    }
    Feed second = new Feed();
    try (EdgeFixture fixture =
            new EdgeFixture(r -> HttpResponse.longRunning(200, "application/json", second));
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      client.send(RawWebSocket.masked(RawWebSocket.CLOSE, new byte[0]));
      assertThat(client.frame()).matches(f -> f.first() == RawWebSocket.CLOSE);
      assertThat(client.isAtEnd()).isTrue();
      assertThat(second.closed).hasValue(1);
    }
  }

  @Test
  void theJdksClientClosesCleanly() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient http = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      Client client = new Client(http, fixture, "/watch");
      feed.give(event(0, 100));
      client.next();
      client.socket.sendClose(WebSocket.NORMAL_CLOSURE, "enough").join();
      assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1000);
      EdgeFixture.await("body closed", () -> feed.closed.get() == 1);
    }
  }

  @Test
  void aPeerThatVanishesEndsTheWatch() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer)) {
      try (RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
        feed.give(event(0, 100));
        client.frame();
      }
      EdgeFixture.await("body closed", () -> feed.closed.get() == 1);
    }
  }

  @Test
  void aPeerThatDoesNotAnswerTheCloseIsNotWaitedForLong() throws Exception {
    ManualClock clock = new ManualClock();
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      feed.end(Body.State.END);
      assertThat(client.frame().status()).isEqualTo(1000);
      long began = clock.nanoTime();
      EdgeFixture.advanceUntil(
          clock,
          Duration.ofMillis(100),
          "not waited for",
          () -> fixture.edge.stats().connections() == 0);
      assertThat(clock.since(began)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
      assertThat(client.isAtEnd()).isTrue();
      assertThat(feed.closed).hasValue(1);
    }
  }

  @Test
  void aBrokenStreamIsClosedAsBroken() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      feed.give("{\"type\":\"ADDED\",\"object\":{\"half").end(Body.State.ABORT);
      assertThat(client.frame().first()).isEqualTo(0x01);
      assertThat(client.frame().status()).isEqualTo(1011);
      assertThat(client.isAtEnd()).isTrue();
      assertThat(feed.closed).hasValue(1);
    }
  }

  @Test
  void drainingSaysThatTheServerGoesAway() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient http = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      Client client = new Client(http, fixture, "/watch");
      feed.give(event(1, 300));
      assertThat(fixture.edge.drain(Duration.ofMillis(50), Duration.ofSeconds(20))).isTrue();
      assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1001);
      assertThat(client.next()).isEqualTo(event(1, 300));
      assertThat(feed.closed).hasValue(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sec-WebSocket-Version: 13                                | 400 | Sec-WebSocket-Key",
        "Sec-WebSocket-Key: abc                                   | 400 | version 13",
        "Sec-WebSocket-Key: abc;Sec-WebSocket-Version: 8          | 400 | version 13",
        "Sec-WebSocket-Key: ;Sec-WebSocket-Version: 13            | 400 | Sec-WebSocket-Key",
        "Sec-WebSocket-Key: a;Sec-WebSocket-Version: 13;Sec-WebSocket-Protocol: a,b"
            + " | 400 | subprotocol",
        "Sec-WebSocket-Key: a;Sec-WebSocket-Version: 13;Origin: null | 403 | Origin",
      })
  void aBadHandshakeIsRefusedOverHttp(String fields, int status, String why) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture)) {
      client.send(RawWebSocket.request("/watch", fields.split(";")));
      List<String> head = client.head();
      assertThat(head.getFirst()).startsWith("HTTP/1.1 " + status);
      if (why.startsWith("version")) {
        assertThat(head).contains("Sec-WebSocket-Version: 13");
      }
      assertThat(client.body(head)).contains("\"kind\":\"Status\"", why);
      assertThat(feed.closed).hasValue(1);
      // The connection is still usable.
      client.send("GET /get HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.body(client.head())).isEqualTo("{}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://dashboard.example:8443", "http://localhost", "/x"})
  void anyAddressIsAGoodOrigin(String origin) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture)) {
      client.send(
          RawWebSocket.request(
              "/watch", RawWebSocket.KEY, RawWebSocket.VERSION, "Origin: " + origin));
      assertThat(client.head().getFirst()).startsWith("HTTP/1.1 101");
    }
  }

  @Test
  void whatIsNoStreamOfEventsIsAnsweredOverHttp() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture)) {
      client.send(RawWebSocket.request("/get", RawWebSocket.KEY, RawWebSocket.VERSION));
      List<String> head = client.head();
      assertThat(head.getFirst()).startsWith("HTTP/1.1 200");
      assertThat(client.body(head)).isEqualTo("{}");
      client.send(RawWebSocket.request("/no", RawWebSocket.KEY, RawWebSocket.VERSION));
      head = client.head();
      assertThat(head.getFirst()).startsWith("HTTP/1.1 404");
      assertThat(client.body(head)).isEqualTo("nothing here");
    }
    for (String target : new String[] {"/yaml", "/zipped", "/list"}) {
      try (EdgeFixture fixture = new EdgeFixture(this::answer);
          RawWebSocket client = new RawWebSocket(fixture)) {
        client.send(RawWebSocket.request(target, RawWebSocket.KEY, RawWebSocket.VERSION));
        assertThat(client.head().getFirst()).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void onlyHttp11AsksForWebSockets() throws Exception {
    HttpHeaders fields = new HttpHeaders().add("Upgrade", "WebSocket").add("Connection", "Upgrade");
    assertThat(WebSocketHandshake.isAskedBy(HttpRequest.of("GET", "/", fields, new byte[0])))
        .isFalse();
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture)) {
      client.send(
          RawWebSocket.request("/watch", RawWebSocket.KEY, RawWebSocket.VERSION)
              .replace("HTTP/1.1", "HTTP/1.0"));
      assertThat(client.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void whoDoesNotWaitForTheAnswerIsCutOff() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture)) {
      String asks = RawWebSocket.request("/watch", RawWebSocket.KEY, RawWebSocket.VERSION);
      client.send(asks + asks);
      assertThatThrownBy(
              () -> {
                client.head();
                client.frame();
              })
          .isInstanceOf(IOException.class);
      EdgeFixture.await("body closed", () -> feed.closed.get() == 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // Not masked.
    "8105 68656c6c6f, 1002",
    // A reserved bit: no extension was agreed on.
    "c185 00000000 68656c6c6f, 1002",
    "a185 00000000 68656c6c6f, 1002",
    // Undefined opcodes.
    "8380 00000000, 1002",
    "8b80 00000000, 1002",
    // A continuation without a message.
    "8081 00000000 61, 1002",
    // A fragmented Ping, and one that is too long.
    "0980 00000000, 1002",
    "89fe 007e, 1002",
    // A Close with half a status, and one with a status that must not be sent.
    "8881 00000000 03, 1002",
    "8882 00000000 03ed, 1002",
    // Longer than a client's frames may be.
    "82fe 1001, 1009",
    "82ff 0000000100000000, 1009"
  })
  void aBadFrameIsToldAndEndsTheWatch(String hex, int status) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      client.send(java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
      RawWebSocket.Frame frame = client.frame();
      assertThat(frame.first()).isEqualTo(RawWebSocket.CLOSE);
      assertThat(frame.status()).isEqualTo(status);
      assertThat(client.isAtEnd()).isTrue();
      assertThat(feed.closed).hasValue(1);
      assertThat(fixture.edge.stats().refusals()).containsEntry("bad-frame", 1L);
    }
  }

  @Test
  void aSlowReaderCostsWhatOthersCostAndMissesNothing() throws Exception {
    Feed other = new Feed();
    Handler handler =
        request ->
            HttpResponse.longRunning(
                200, "application/json", request.path().equals("/other") ? other : feed);
    try (EdgeFixture fixture = new EdgeFixture(handler);
        RawWebSocket slow = new RawWebSocket(fixture).open("/watch");
        RawWebSocket quick = new RawWebSocket(fixture).open("/other")) {
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        sent.add(event(i, 100_000));
      }
      sent.forEach(feed::give);
      EdgeFixture.await("the slow one is full", () -> fixture.used("outgoing") > 0);
      for (int i = 0; i < 200; i++) {
        other.give(event(i, 500));
        assertThat(quick.frame().text()).isEqualTo(event(i, 500));
      }
      // The kernel may have taken the quick one's last event a moment before the edge knows.
      EdgeFixture.await(
          "the slow one holds no more than a turn", () -> fixture.used("outgoing") <= Pump.TURN);
      for (String event : sent) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        RawWebSocket.Frame frame = slow.frame();
        while ((frame.first() & 0x80) == 0) {
          message.writeBytes(frame.payload());
          frame = slow.frame();
        }
        message.writeBytes(frame.payload());
        assertThat(message.toString(StandardCharsets.UTF_8).equals(event)).isTrue();
      }
    }
  }

  @Test
  void aReaderThatTakesNothingIsCutOffAsOthersAre() throws Exception {
    ManualClock clock = new ManualClock();
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      feed.give(event(0, 100));
      assertThat(client.frame().text()).isEqualTo(event(0, 100));
      for (int i = 0; i < 100; i++) {
        feed.give(event(i, 200_000));
      }
      long began = clock.nanoTime();
      EdgeFixture.advanceUntil(
          clock, Duration.ofMinutes(1), "cut off", () -> fixture.edge.stats().connections() == 0);
      assertThat(clock.since(began)).isGreaterThan(EdgeSettings.Timeouts.defaults().stalledWatch());
      assertThat(fixture.edge.stats().stallsEnded()).containsEntry("watch", 1L);
      assertThat(feed.closed).hasValue(1);
    }
  }

  @Test
  void aCloseReachesAReaderThatIsBehind() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        RawWebSocket client = new RawWebSocket(fixture).open("/watch")) {
      for (int i = 0; i < 50; i++) {
        feed.give(event(i, 100_000));
      }
      feed.end(Body.State.END);
      int messages = 0;
      RawWebSocket.Frame frame = client.frame();
      for (; frame.first() != RawWebSocket.CLOSE; frame = client.frame()) {
        messages += frame.first() >> 7;
      }
      assertThat(messages).isEqualTo(50);
      assertThat(frame.status()).isEqualTo(1000);
    }
  }
}
