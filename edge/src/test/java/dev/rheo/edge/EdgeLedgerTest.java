package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stalled peers occupy is charged, bounded and released, and other peers find room. */
class EdgeLedgerTest {

  private static final Duration STEP = Duration.ofMillis(10);
  private static final int END_HEADERS = 4;
  private static final byte STATUS_200 = (byte) 0x88; // index in HPACK's static table

  /** A request whose path begins with {@code /member} authenticates its peer. */
  private final Handler handler =
      new Handler() {
        @Override
        public HttpResponse precheck(HttpRequest head) {
          if (head.path().startsWith("/member")) {
            head.vouch();
          }
          return null;
        }

        @Override
        public HttpResponse handle(HttpRequest request) {
          return request.path().endsWith("/watch")
              ? HttpResponse.longRunning(200, "application/json", new Feed())
              : HttpResponse.bytes(
                  200, "text/plain", request.body().length > 0 ? request.body() : "ok".getBytes());
        }
      };

  private final ManualClock clock = new ManualClock();

  private EdgeFixture fixture(Ledger.Limits limits) throws IOException {
    return new EdgeFixture(handler, s -> s, limits, true);
  }

  private EdgeFixture timed(Ledger.Limits limits) throws IOException {
    return new EdgeFixture(handler, limits, clock);
  }

  private static byte[] header(String method, String path, int padding) {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    fields.write(method.equals("GET") ? 0x82 : 0x83);
    fields.write(0x87);
    literal(fields, 4, path);
    literal(fields, 1, "localhost");
    if (padding > 0) {
      fields.write(0);
      text(fields, "x-padding");
      text(fields, "p".repeat(padding));
    }
    return fields.toByteArray();
  }

  private static void literal(ByteArrayOutputStream fields, int index, String value) {
    fields.write(index);
    text(fields, value);
  }

  private static void text(ByteArrayOutputStream fields, String value) {
    int length = value.length();
    if (length < 127) {
      fields.write(length);
    } else {
      fields.write(127);
      for (length -= 127; length >= 128; length >>>= 7) {
        fields.write(length & 0x7f | 0x80);
      }
      fields.write(length);
    }
    fields.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** The status of the answer that a newcomer gets. */
  private static int status(EdgeFixture fixture, String path) {
    try (HttpClient client = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      return client.send(fixture.request(path).build(), BodyHandlers.ofString()).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Four clients that send requests and take no answers. */
  private static List<RawHttp2> stalled(EdgeFixture fixture, int requests, String path)
      throws IOException {
    List<RawHttp2> clients = new ArrayList<>();
    for (int c = 0; c < 4; c++) {
      RawHttp2 client = new RawHttp2(fixture);
      clients.add(client);
      client.closeWindow();
      for (int i = 0; i < requests; i++) {
        client.get(2 * i + 1, path);
      }
    }
    EdgeFixture.await(
        "all are counted",
        () -> fixture.edge.stats().requestsTotal() == (long) clients.size() * requests);
    return clients;
  }

  @Test
  void answersThatNobodyTakesAreBoundedAndGiveWay() throws Exception {
    // Strangers get a quarter of it: room for at most 42 requests.
    long room = 4 * 42 * Weights.STREAM;
    try (EdgeFixture fixture = fixture(Ledger.Limits.roomy().withStreams(room))) {
      List<RawHttp2> clients = stalled(fixture, 100, "/any");
      assertThat(fixture.used("streams-strangers")).isLessThanOrEqualTo(room / 4);
      assertThat(fixture.edge.stats().streams()).isLessThanOrEqualTo(42);
      assertThat(status(fixture, "/any")).isEqualTo(200);
      assertThat(status(fixture, "/member/any")).isEqualTo(200);
      assertThat(status(fixture, "/readyz")).isEqualTo(200);
      assertThat(fixture.edge.stats().stallsEnded().get("evicted")).isPositive();
      for (RawHttp2 client : clients) {
        client.close();
      }
      EdgeFixture.await("all is given back", () -> fixture.used("streams-strangers") == 0);
    }
  }

  @Test
  void largeHeadersOfRequestsThatNeverEndAreBounded() throws Exception {
    long room = 1 << 20;
    try (EdgeFixture fixture = timed(Ledger.Limits.roomy().withStreams(room));
        RawHttp2 newcomer = new RawHttp2(fixture)) {
      try (RawHttp2 client = new RawHttp2(fixture)) {
        byte[] header = header("POST", "/member/any", 14_000);
        int count = 200;
        for (int i = 0; i < count; i++) {
          client.send(RawHttp2.HEADERS, END_HEADERS, 2 * i + 1, header);
        }
        EdgeFixture.await("all are counted", () -> fixture.edge.stats().requestsTotal() == count);
        assertThat(fixture.used("streams-large"))
            .isLessThanOrEqualTo(room / 2)
            .isGreaterThan(room / 4);
        assertThat(status(fixture, "/member/any")).as("a small request").isEqualTo(200);
        assertThat(fixture.edge.stats().refusals().get("streams")).isPositive();
        // Once these are stalled for a second, other members may evict them.
        clock.advance(Duration.ofSeconds(1));
        AtomicInteger stream = new AtomicInteger(-1);
        byte[] large = header("GET", "/member/any", 14_000);
        EdgeFixture.advanceUntil(
            clock, STEP, "room for one", () -> answered(newcomer, stream.addAndGet(2), large));
      }
      EdgeFixture.await("all is given back", () -> fixture.used("streams-large") == 0);
    }
  }

  @Test
  void headersThatNeverComeToAnEndAreCharged() throws Exception {
    try (EdgeFixture fixture = fixture(Ledger.Limits.roomy());
        SSLSocket one = fixture.rawTls();
        RawHttp2 two = new RawHttp2(fixture)) {
      StringBuilder header = new StringBuilder("GET /any HTTP/1.1\r\nHost: x\r\n");
      for (int i = 0; i < 2000; i++) {
        header.append("a: b\r\n");
      }
      one.getOutputStream().write(header.toString().getBytes(StandardCharsets.US_ASCII));
      EdgeFixture.await("HTTP/1.1", () -> fixture.used("headers") >= 2000 * Weights.FIELD);
      two.send(RawHttp2.HEADERS, 0, 1, header("GET", "/any", 12_000));
      EdgeFixture.await("HTTP/2", () -> fixture.used("incoming") >= 12_000);
      one.close();
      two.close();
      EdgeFixture.await(
          "all is given back", () -> fixture.used("headers") == 0 && fixture.used("incoming") == 0);
    }
  }

  @Test
  void aRecordThatIsNotWholeIsCharged() throws Exception {
    try (EdgeFixture fixture = fixture(Ledger.Limits.roomy());
        Socket socket = fixture.rawTcp()) {
      byte[] record = new byte[9000];
      ByteBuffer.wrap(record).put((byte) 22).putShort((short) 0x0301).putShort((short) 16_000);
      socket.getOutputStream().write(record);
      EdgeFixture.await("charged", () -> fixture.used("incoming") >= 9000);
    }
  }

  @Test
  void watchesLeaveRoomForRequestsThatEnd() throws Exception {
    long room = 40 * Weights.WATCH;
    try (EdgeFixture fixture = fixture(Ledger.Limits.roomy().withStreams(room));
        RawHttp2 client = new RawHttp2(fixture)) {
      AtomicInteger sent = new AtomicInteger();
      for (int i = 0; i < 60; i++) {
        client.get(2 * i + 1, "/member/watch?watch=1");
        sent.incrementAndGet();
      }
      EdgeFixture.await(
          "all are counted", () -> fixture.edge.stats().requestsTotal() == sent.get());
      assertThat(fixture.used("watches")).isPositive().isLessThanOrEqualTo(room / 4 * 3);
      assertThat(fixture.edge.stats().stallsEnded())
          .as("idle is not stalled")
          .containsEntry("evicted", 0L);
      assertThat(status(fixture, "/member/any")).isEqualTo(200);
    }
  }

  @Test
  void whoeverHasMostWatchesGivesSomeUpForANewcomer() throws Exception {
    try (EdgeFixture fixture = fixture(Ledger.Limits.roomy().withStreams(40 * Weights.WATCH));
        RawHttp2 greedy = new RawHttp2(fixture);
        RawHttp2 modest = new RawHttp2(fixture)) {
      int count = 60;
      for (int i = 0; i < count; i++) {
        greedy.get(2 * i + 1, "/member/watch?watch=1");
      }
      EdgeFixture.await("all came", () -> fixture.edge.stats().requestsTotal() == count);
      EdgeFixture.await("all are answered", () -> fixture.edge.stats().longRunning() >= 20);
      assertThat(answered(modest, 1, "/member/watch?watch=1")).isFalse();
      AtomicInteger stream = new AtomicInteger(1);
      EdgeFixture.await(
          "there is room", () -> answered(modest, stream.addAndGet(2), "/member/watch?watch=1"));
      assertThat(fixture.edge.stats().stallsEnded().get("shared")).isPositive();
      // The watch ends normally, with an empty last frame, and is not cut off.
      RawHttp2.Frame last = greedy.next();
      while (last != null && !(last.type() == RawHttp2.DATA && last.endsStream())) {
        last = greedy.next();
      }
      assertThat(last).isNotNull();
    }
  }

  /** Long before its requests count as stalled. */
  @Test
  void whoeverHasMostWaitingRequestsGivesSomeUpForANewcomer() throws Exception {
    int room = 60;
    try (EdgeFixture fixture =
            timed(Ledger.Limits.roomy().withStreams(room * (Weights.STREAM + 512)));
        RawHttp2 greedy = new RawHttp2(fixture);
        RawHttp2 modest = new RawHttp2(fixture)) {
      greedy.closeWindow();
      for (int i = 0; i < 90; i++) {
        greedy.get(2 * i + 1, "/member/any");
      }
      EdgeFixture.await("all came", () -> fixture.edge.stats().requestsTotal() == 90);
      assertThat(fixture.edge.stats().refusals().get("streams")).isPositive();
      findsRoomBeforeOthersAreStalled(fixture, modest);
    }
  }

  /** The first request is refused; a later one takes the place of another that waits. */
  private void findsRoomBeforeOthersAreStalled(EdgeFixture fixture, RawHttp2 modest)
      throws Exception {
    assertThat(answered(modest, 1, "/member/any")).isFalse();
    clock.advance(Duration.ofMillis(150));
    AtomicInteger stream = new AtomicInteger(1);
    EdgeFixture.await(
        "there is room",
        () -> {
          clock.advance(STEP);
          return answered(modest, stream.addAndGet(2), "/member/any");
        });
    assertThat(fixture.edge.stats().stallsEnded())
        .hasEntrySatisfying("shared", ended -> assertThat(ended).isPositive())
        .containsEntry("evicted", 0L);
  }

  /** A few large requests on each of many connections take as much as many small ones on one. */
  @Test
  void whoeverHasTheLargestWaitingRequestsGivesSomeUpForANewcomer() throws Exception {
    try (EdgeFixture fixture = timed(Ledger.Limits.roomy().withStreams(60_000));
        RawHttp2 filler = new RawHttp2(fixture);
        RawHttp2 modest = new RawHttp2(fixture)) {
      byte[] large = header("GET", "/member/any", 4_000);
      List<RawHttp2> greedy = new ArrayList<>();
      for (int c = 0; c < 8; c++) {
        RawHttp2 client = new RawHttp2(fixture);
        greedy.add(client);
        client.closeWindow();
        client.send(RawHttp2.HEADERS, END_HEADERS | RawHttp2.END_STREAM, 1, large);
        client.send(RawHttp2.HEADERS, END_HEADERS | RawHttp2.END_STREAM, 3, large);
      }
      filler.closeWindow();
      filler.get(1, "/member/any");
      filler.get(3, "/member/any");
      EdgeFixture.await("all came", () -> fixture.edge.stats().requestsTotal() == 18);
      findsRoomBeforeOthersAreStalled(fixture, modest);
      for (RawHttp2 client : greedy) {
        client.close();
      }
    }
  }

  /** A client that is told 429 comes back; one whose stream is refused six times gives up. */
  @Test
  void refusalsThatNobodyReadsDoNotKeepOthersFromBeingTold() throws Exception {
    try (EdgeFixture fixture = fixture(Ledger.Limits.roomy().withStreams(8 * Weights.STREAM));
        RawHttp2 modest = new RawHttp2(fixture)) {
      List<RawHttp2> clients = stalled(fixture, 90, "/member/any");
      assertThat(fixture.edge.stats().refusals().get("streams")).isGreaterThan(200);
      modest.get(1, "/member/any");
      RawHttp2.Frame answer = modest.next();
      assertThat(answer).isNotNull();
      assertThat(answer.type()).isEqualTo(RawHttp2.HEADERS);
      for (RawHttp2 client : clients) {
        client.close();
      }
      EdgeFixture.await("all is given back", () -> fixture.used("reserve") == 0);
    }
  }

  /** Sends a request; returns whether it was admitted. */
  private static boolean answered(RawHttp2 client, int stream, String path) {
    return answered(client, stream, header("GET", path, 0));
  }

  private static boolean answered(RawHttp2 client, int stream, byte[] header) {
    try {
      client.send(RawHttp2.HEADERS, END_HEADERS | RawHttp2.END_STREAM, stream, header);
      RawHttp2.Frame frame = client.next();
      while (frame != null && frame.stream() != stream) {
        frame = client.next();
      }
      assertThat(frame).isNotNull();
      return frame.type() == RawHttp2.HEADERS && frame.payload()[0] == STATUS_200;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aPieceOfABodyThatFindsNoRoomIsChargedWhereItWaits() throws Exception {
    Ledger.Limits limits = Ledger.Limits.roomy().withRequestBodies(6000);
    try (EdgeFixture fixture = fixture(limits);
        RawHttp2 client = new RawHttp2(fixture)) {
      client.send(RawHttp2.HEADERS, END_HEADERS, 1, header("POST", "/member/a", 0));
      EdgeFixture.await("the first has room", () -> fixture.used("request-bodies") > 4000);
      client.send(RawHttp2.HEADERS, END_HEADERS, 3, header("POST", "/member/b", 0));
      client.send(RawHttp2.DATA, 0, 3, new byte[1500]);
      EdgeFixture.await("held back", () -> fixture.used("incoming") >= 1500);
      client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[10]);
      EdgeFixture.await("the second goes on", () -> fixture.used("incoming") == 0);
      client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 3, new byte[10]);
      EdgeFixture.await("all is given back", () -> fixture.used("request-bodies") == 0);
    }
  }

  @Test
  void bodiesOfUnknownLengthDoNotKeepSmallOnesOut() throws Exception {
    Ledger.Limits limits = Ledger.Limits.roomy().withRequestBodies(6000);
    try (EdgeFixture fixture = fixture(limits);
        RawHttp2 holder = new RawHttp2(fixture);
        HttpClient client = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      for (int stream = 1; stream <= 5; stream += 2) {
        holder.send(RawHttp2.HEADERS, END_HEADERS, stream, header("POST", "/member/a", 0));
      }
      EdgeFixture.await("all came", () -> fixture.edge.stats().requestsTotal() == 3);
      byte[] body = new byte[1000];
      assertThat(
              client
                  .send(
                      fixture.post("/member/b", body),
                      java.net.http.HttpResponse.BodyHandlers.ofByteArray())
                  .body())
          .isEqualTo(body);
      assertThat(fixture.used("request-bodies")).isGreaterThan(4000);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aBodyThatWaitedForRoomIsHandedOnWholeAndOnce(HttpClient.Version version) throws Exception {
    Ledger.Limits limits = Ledger.Limits.roomy().withRequestBodies(46_000);
    try (EdgeFixture fixture = fixture(limits);
        RawHttp2 holder = new RawHttp2(fixture);
        HttpClient client = EdgeFixture.client(version)) {
      holder.send(RawHttp2.HEADERS, END_HEADERS, 1, header("POST", "/member/a", 0));
      EdgeFixture.await("the first has room", () -> fixture.used("request-bodies") > 4000);
      byte[] body = "body ".repeat(9000).getBytes(StandardCharsets.US_ASCII);
      var waiting =
          client.sendAsync(
              fixture.post("/member/b", body),
              java.net.http.HttpResponse.BodyHandlers.ofByteArray());
      EdgeFixture.await("the second came", () -> fixture.edge.stats().requestsTotal() == 2);
      holder.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[10]);
      var answer = waiting.get(20, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(body);
      // The connection is still usable: no request got two responses.
      var again =
          client.send(
              fixture.post("/member/c", body),
              java.net.http.HttpResponse.BodyHandlers.ofByteArray());
      assertThat(again.body()).isEqualTo(body);
    }
  }

  @Test
  void aPeerIsNotBlamedForTheTimeThatItsBodyWaitedForRoom() throws Exception {
    try (EdgeFixture fixture = timed(Ledger.Limits.roomy().withRequestBodies(46_000));
        RawHttp2 holder = new RawHttp2(fixture);
        RawHttp2 newcomer = new RawHttp2(fixture);
        SSLSocket waiter = fixture.rawTls()) {
      holder.send(RawHttp2.HEADERS, END_HEADERS, 1, header("POST", "/member/a", 0));
      EdgeFixture.await("the first has room", () -> fixture.used("request-bodies") > 4000);
      String head = "POST /member/b HTTP/1.1\r\nHost: x\r\nContent-Length: 45000\r\n\r\n";
      waiter.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      EdgeFixture.await("the second waits", () -> clock.waits() == 1);
      clock.advance(Duration.ofMillis(400));
      holder.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[10]);
      EdgeFixture.await(
          "only the second is left",
          () -> fixture.used("request-bodies") >= 45_000 && fixture.edge.stats().streams() == 1);
      fixture.ledger.streams().limit(fixture.used("streams"));
      for (int stream = 1; stream < 10; stream += 2) {
        assertThat(answered(newcomer, stream, "/member/any")).isFalse();
      }
      waiter.getOutputStream().write(new byte[45_000]);
      assertThat(EdgeFixture.status(waiter)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void newcomersTakeThePlaceOfThoseWhoAskNothingAndNobodyIsTurnedAway() throws Exception {
    int room = 14; // strangers get 7/8
    Ledger.Limits limits = Ledger.Limits.roomy().withConnections(16 * Weights.CONNECTION);
    List<Socket> idle = new ArrayList<>();
    try (EdgeFixture fixture = timed(limits);
        SSLSocket kept = fixture.rawTls()) {
      asks(kept);
      for (int i = 0; i < 4 * room; i++) {
        Socket half = fixture.rawTcp();
        idle.add(half);
        // The kernel keeps a peer that says nothing at all to itself for a while.
        half.getOutputStream().write(22);
        // A stranger's connection stays as long as it is used.
        asks(kept);
        clock.advance(STEP);
      }
      // Those that came last had no time to send a request, so they are not evicted yet.
      EdgeFixture.advanceUntil(
          clock,
          STEP,
          "the idle ones have left",
          () ->
              fixture.edge.stats().connectionsTotal() == 1 + 4 * room
                  && fixture.edge.stats().connections() <= room);
      assertThat(status(fixture, "/any")).isEqualTo(200);
      asks(kept);
      assertThat(fixture.edge.stats().refusals()).containsEntry("connections", 0L);
      assertThat(fixture.edge.stats().stallsEnded().get("evicted")).isGreaterThan(2L * room);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  /** All connections are active, so none can be evicted; they outnumber the slots of members. */
  @Test
  void aMemberForWhomMembersHaveNoRoomKeepsAStrangersPlaceAndIsAnswered() throws Exception {
    int places = 16;
    int members = places * 7 / 8;
    Ledger.Limits limits = Ledger.Limits.roomy().withConnections(places * Weights.CONNECTION);
    List<Socket> all = new ArrayList<>();
    try (EdgeFixture fixture = timed(limits)) {
      fill(fixture, places, all);
      assertThat(fixture.used("connections-members")).isEqualTo(members * Weights.CONNECTION);
      assertThat(fixture.used("connections-strangers"))
          .isEqualTo((places - members) * Weights.CONNECTION);
      // A connection charged to strangers sends a request when a member is gone.
      all.get(0).close();
      EdgeFixture.await(
          "one has left", () -> fixture.used("connections-members") < members * Weights.CONNECTION);
      long full = members * Weights.CONNECTION;
      asks(all.getLast(), "/member");
      assertThat(fixture.used("connections-members")).isEqualTo(full);
    } finally {
      for (Socket socket : all) {
        socket.close();
      }
    }
  }

  /** Guests are evicted first, because otherwise health checks would wait behind members. */
  @Test
  void aQuietMemberWithAStrangersPlaceGivesWayToNewcomersBeforeMembersDo() throws Exception {
    int places = 16;
    long members = places * 7 / 8 * Weights.CONNECTION;
    List<Socket> all = new ArrayList<>();
    try (EdgeFixture fixture =
        timed(Ledger.Limits.roomy().withConnections(places * Weights.CONNECTION))) {
      fill(fixture, places, all);
      assertThat(fixture.used("connections-members")).isEqualTo(members);
      SSLSocket newcomer = fixture.rawTls();
      all.add(newcomer);
      asks(newcomer);
      for (int i = 0; i < 200 && fixture.used("descriptors") > places; i++) {
        clock.advance(STEP);
        asks(newcomer); // so that it is not the quietest
      }
      assertThat(fixture.used("descriptors")).isEqualTo(places);
      assertThat(fixture.used("connections-members")).isEqualTo(members);
    } finally {
      for (Socket socket : all) {
        socket.close();
      }
    }
  }

  @Test
  void aWatchFindsNoRoomInAStrangersPlaceSoThatNewcomersDo() throws Exception {
    int places = 16;
    Ledger.Limits limits = Ledger.Limits.roomy().withConnections(places * Weights.CONNECTION);
    List<Socket> all = new ArrayList<>();
    try (EdgeFixture fixture = fixture(limits)) {
      fill(fixture, places - 1, all);
      assertThat(watches(all.getFirst())).isEqualTo("HTTP/1.1 200");
      assertThat(watches(all.getLast())).isEqualTo("HTTP/1.1 429");
    } finally {
      for (Socket socket : all) {
        socket.close();
      }
    }
  }

  private static String watches(Socket socket) throws IOException {
    send(socket, "/member/watch?watch=1");
    return EdgeFixture.status(socket);
  }

  private static void send(Socket socket, String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** Opens {@code places} connections of members; those that do not fit become guests. */
  private static void fill(EdgeFixture fixture, int places, List<Socket> sockets)
      throws IOException {
    for (int i = 0; i < places; i++) {
      SSLSocket socket = fixture.rawTls();
      sockets.add(socket);
      asks(socket, "/member");
    }
  }

  private static void asks(Socket socket) throws IOException {
    asks(socket, "/any");
  }

  private static void asks(Socket socket, String path) throws IOException {
    send(socket, path);
    assertThat(EdgeFixture.status(socket)).isEqualTo("HTTP/1.1 200");
    StringBuilder rest = new StringBuilder();
    while (!rest.toString().endsWith("\r\n\r\nok")) {
      rest.append((char) socket.getInputStream().read());
    }
  }
}
