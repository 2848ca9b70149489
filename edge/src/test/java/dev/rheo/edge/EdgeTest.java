package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EdgeTest {

  private static final int LONG = 3_333_333;

  private final AtomicReference<SyntheticBody> last = new AtomicReference<>();

  private HttpResponse answer(HttpRequest request) {
    return switch (request.path()) {
      case "/echo" -> HttpResponse.bytes(200, "application/octet-stream", request.body());
      case "/long" -> HttpResponse.streaming(200, "text/plain", body(LONG, Body.State.END));
      case "/broken" -> HttpResponse.streaming(200, "text/plain", body(LONG, Body.State.ABORT));
      case "/nothing" -> HttpResponse.empty(204);
      case "/gone" -> throw ApiException.gone("too late");
      case "/busy" -> throw ApiException.tooManyRequests("later", 3);
      case "/bug" -> throw new IllegalStateException("secret of the house");
      case "/who" ->
          HttpResponse.bytes(
              200,
              "text/plain",
              (request.method() + " " + request.protocol() + " " + request.query()).getBytes());
      default -> HttpResponse.bytes(404, "text/plain", request.path().getBytes());
    };
  }

  private SyntheticBody body(long length, Body.State atEnd) {
    SyntheticBody body = new SyntheticBody(length, atEnd);
    last.set(body);
    return body;
  }

  @ParameterizedTest
  @CsvSource({"HTTP_1_1,true", "HTTP_2,true", "HTTP_1_1,false", "HTTP_2,false"})
  void servesBytesAndBodies(HttpClient.Version version, boolean nativeAllowed) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, s -> s, nativeAllowed);
        HttpClient client = EdgeFixture.client(version)) {
      byte[] sent = SyntheticBody.bytes(1_500_000);
      var echo = client.send(fixture.post("/echo", sent), BodyHandlers.ofByteArray());
      assertThat(echo.statusCode()).isEqualTo(200);
      assertThat(echo.version()).isEqualTo(version);
      assertThat(echo.body()).isEqualTo(sent);
      assertThat(echo.headers().firstValueAsLong("content-length")).hasValue(sent.length);

      var streamed = client.send(fixture.request("/long").build(), BodyHandlers.ofByteArray());
      assertThat(streamed.body()).isEqualTo(SyntheticBody.bytes(LONG));
      assertThat(last.get().closed).hasValue(1);

      var nothing = client.send(fixture.request("/nothing").build(), BodyHandlers.ofByteArray());
      assertThat(nothing.statusCode()).isEqualTo(204);
      assertThat(nothing.body()).isEmpty();

      var who =
          client.send(fixture.request("/who?a=1&b=x%2Fy&a=").build(), BodyHandlers.ofString());
      assertThat(who.body()).startsWith("GET HTTP/").endsWith(" {a=[1, ], b=[x/y]}");
      assertThat(fixture.edge.stats().connectionsTotal()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void answersHeadWithoutABody(HttpClient.Version version) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(version)) {
      for (int i = 0; i < 3; i++) {
        var head =
            client.send(
                fixture.request("/long").method("HEAD", noBody()).build(),
                BodyHandlers.ofByteArray());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(last.get().closed).hasValue(1);
        var get = client.send(fixture.request("/who").build(), BodyHandlers.ofString());
        assertThat(get.body()).startsWith("GET");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void everyAnswerCarriesTheCommonHeaders(HttpClient.Version version) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(version)) {
      var own =
          client.send(
              fixture.request("/who").header("Audit-ID", "abc-1").build(), BodyHandlers.ofString());
      assertThat(own.headers().firstValue("audit-id")).hasValue("abc-1");
      assertThat(own.headers().firstValue("cache-control")).hasValue("no-cache, private");
      assertThat(own.headers().firstValue("date")).isPresent();
      var other = client.send(fixture.request("/who").build(), BodyHandlers.ofString());
      assertThat(other.headers().firstValue("audit-id").orElseThrow()).hasSize(36);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void exceptionsBecomeStatuses(HttpClient.Version version) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(version)) {
      var gone = client.send(fixture.request("/gone").build(), BodyHandlers.ofString());
      assertThat(gone.statusCode()).isEqualTo(410);
      assertThat(gone.body()).contains("\"kind\":\"Status\"").contains("too late");
      var busy = client.send(fixture.request("/busy").build(), BodyHandlers.ofString());
      assertThat(busy.statusCode()).isEqualTo(429);
      assertThat(busy.headers().firstValue("retry-after")).hasValue("3");
      var bug = client.send(fixture.request("/bug").build(), BodyHandlers.ofString());
      assertThat(bug.statusCode()).isEqualTo(500);
      assertThat(bug.body()).contains("InternalError").doesNotContain("secret");
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aBrokenBodyDoesNotLookComplete(HttpClient.Version version) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(version)) {
      assertThatThrownBy(
              () -> client.send(fixture.request("/broken").build(), BodyHandlers.ofByteArray()))
          .isInstanceOf(IOException.class);
      EdgeFixture.await("body closed", () -> last.get().closed.get() == 1);
      // The edge is not affected.
      var after = client.send(fixture.request("/who").build(), BodyHandlers.ofString());
      assertThat(after.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aBodyThatTheIndexLeavesNoRoomForMayBeSentAgain() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      var post = fixture.post("/echo", new byte[2 << 20]);
      // As a large index does.
      fixture.ledger.requestBodies().limit(1 << 20);
      var refused = client.send(post, BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      fixture.ledger.indexed(0);
      assertThat(client.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void bodiesAboveTheLimitAreRefused(HttpClient.Version version) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(version)) {
      byte[] tooMuch = new byte[(3 << 20) + 1];
      var declared = client.send(fixture.post("/echo", tooMuch), BodyHandlers.ofString());
      assertThat(declared.statusCode()).isEqualTo(413);
      assertThat(declared.body()).contains("RequestEntityTooLarge");
      var undeclared =
          client.send(
              fixture
                  .request("/echo")
                  .POST(
                      java.net.http.HttpRequest.BodyPublishers.ofByteArrays(
                          List.of(new byte[2 << 20], tooMuch)))
                  .build(),
              BodyHandlers.ofString());
      assertThat(undeclared.statusCode()).isEqualTo(413);
      var justRight =
          client.send(fixture.post("/echo", new byte[3 << 20]), BodyHandlers.ofByteArray());
      assertThat(justRight.body()).hasSize(3 << 20);
    }
  }

  @Test
  void manyRequestsOnOneConnection() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      client.send(fixture.request("/who").build(), BodyHandlers.ofString());
      List<CompletableFuture<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(
            client
                .sendAsync(fixture.request("/long").build(), BodyHandlers.ofByteArray())
                .thenApply(java.net.http.HttpResponse::body));
      }
      byte[] expected = SyntheticBody.bytes(LONG);
      for (CompletableFuture<byte[]> answer : answers) {
        assertThat(Arrays.equals(answer.get(), expected)).isTrue();
      }
      assertThat(fixture.edge.stats().connectionsTotal()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void whatIsRefusedAnywayIsRefusedBeforeItsBodyIsRead(HttpClient.Version version)
      throws Exception {
    Handler handler =
        new Handler() {
          @Override
          public HttpResponse handle(HttpRequest request) {
            return HttpResponse.bytes(200, "text/plain", request.body());
          }

          @Override
          public HttpResponse precheck(HttpRequest head) {
            assertThat(head.body()).isEmpty();
            if (head.header("Authorization") == null) {
              throw ApiException.unauthorized("Unauthorized");
            }
            return null;
          }
        };
    try (EdgeFixture fixture = new EdgeFixture(handler);
        HttpClient client = EdgeFixture.client(version)) {
      byte[] body = new byte[2 << 20];
      var refused = client.send(fixture.post("/a", body), BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(401);
      var taken =
          client.send(
              fixture
                  .request("/a")
                  .header("Authorization", "x")
                  .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(body))
                  .build(),
              BodyHandlers.ofByteArray());
      assertThat(taken.body()).isEqualTo(body);
    }
  }

  /** Lets requests wait for {@link #found}, and answers with their bodies. */
  private static final class Preparing implements Handler {
    private final List<HttpRequest> prepared = new CopyOnWriteArrayList<>();
    private final AtomicInteger checks = new AtomicInteger();
    private final CompletableFuture<String> found = new CompletableFuture<>();

    @Override
    public CompletableFuture<?> prepare(HttpRequest head) {
      if (!head.path().equals("/slow")) {
        return null;
      }
      prepared.add(head);
      return found.thenAccept(head::attach);
    }

    @Override
    public HttpResponse precheck(HttpRequest head) {
      checks.incrementAndGet();
      assertThat(head.body()).isEmpty();
      if ("wrong".equals(head.attachment())) {
        throw ApiException.unauthorized("Unauthorized");
      }
      head.vouch();
      return null;
    }

    @Override
    public HttpResponse handle(HttpRequest request) {
      return HttpResponse.bytes(200, "text/plain", request.body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_1_1, 0",
    "HTTP_1_1, 1000",
    "HTTP_1_1, 2000000",
    "HTTP_2, 0",
    "HTTP_2, 1000",
    "HTTP_2, 2000000"
  })
  void aRequestMayWaitForItsCheckAndItsBodyIsNotReadBefore(HttpClient.Version version, int length)
      throws Exception {
    Preparing handler = new Preparing();
    try (EdgeFixture fixture = new EdgeFixture(handler);
        HttpClient client = EdgeFixture.client(version)) {
      byte[] body = SyntheticBody.bytes(length);
      assertThat(client.send(fixture.post("/a", body), BodyHandlers.ofByteArray()).body())
          .isEqualTo(body);
      var answer = client.sendAsync(fixture.post("/slow", body), BodyHandlers.ofByteArray());
      EdgeFixture.await("prepared", () -> !handler.prepared.isEmpty());
      assertThat(handler.checks).hasValue(1);
      assertThat(fixture.ledger.strangerStreams().used()).isPositive();
      assertThat(fixture.ledger.requestBodies().used()).isZero();
      handler.found.complete("right");
      assertThat(answer.get().body()).isEqualTo(body);
      assertThat(handler.checks).hasValue(2);
      EdgeFixture.await("all is given back", () -> fixture.ledger.strangerStreams().used() == 0);
      // The connection goes on.
      assertThat(client.send(fixture.post("/a", body), BodyHandlers.ofByteArray()).body())
          .isEqualTo(body);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aRequestWhoseCheckFailsIsRefusedAndItsBodyIsNotRead(HttpClient.Version version)
      throws Exception {
    Preparing handler = new Preparing();
    try (EdgeFixture fixture = new EdgeFixture(handler);
        HttpClient client = EdgeFixture.client(version)) {
      var refused =
          client.sendAsync(fixture.post("/slow", new byte[2 << 20]), BodyHandlers.ofString());
      EdgeFixture.await("prepared", () -> !handler.prepared.isEmpty());
      handler.found.complete("wrong");
      assertThat(refused.get().statusCode()).isEqualTo(401);
      assertThat(client.send(fixture.post("/a", new byte[1]), BodyHandlers.ofString()).body())
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aClientMayLeaveWhileItsRequestIsChecked(HttpClient.Version version) throws Exception {
    Preparing handler = new Preparing();
    try (EdgeFixture fixture = new EdgeFixture(handler)) {
      HttpClient client = EdgeFixture.client(version);
      var answer = client.sendAsync(fixture.post("/slow", new byte[10]), BodyHandlers.ofString());
      EdgeFixture.await("prepared", () -> !handler.prepared.isEmpty());
      answer.cancel(true);
      client.shutdownNow();
      handler.found.complete("right");
      EdgeFixture.await("all is given back", () -> fixture.edge.stats().streams() == 0);
      EdgeFixture.await("nothing is charged", () -> fixture.ledger.strangerStreams().used() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void whatTheCheckFoundOutTravelsWithTheRequest(HttpClient.Version version) throws Exception {
    AtomicInteger checks = new AtomicInteger();
    AtomicReference<HttpRequest> seen = new AtomicReference<>();
    Handler handler =
        new Handler() {
          @Override
          public HttpResponse handle(HttpRequest request) {
            seen.set(request);
            String found = String.valueOf(request.attachment());
            return HttpResponse.bytes(200, "text/plain", found.getBytes());
          }

          @Override
          public HttpResponse precheck(HttpRequest head) {
            checks.incrementAndGet();
            head.attach("found at " + head.path());
            return null;
          }
        };
    try (EdgeFixture fixture = new EdgeFixture(handler);
        HttpClient client = EdgeFixture.client(version)) {
      var answer = client.send(fixture.post("/a", new byte[100_000]), BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("found at /a");
      assertThat(checks).hasValue(1);
      assertThat(seen.get().attachment()).as("while the response is sent").isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aHandlerLearnsThatItsClientLeftAndItsBodyIsClosed(HttpClient.Version version)
      throws Exception {
    AtomicReference<HttpRequest> seen = new AtomicReference<>();
    SyntheticBody body = new SyntheticBody(1000);
    Handler handler =
        request -> {
          seen.set(request);
          EdgeFixture.await("cancelled", request::cancelled);
          return HttpResponse.streaming(200, "text/plain", body);
        };
    try (EdgeFixture fixture = new EdgeFixture(handler)) {
      HttpClient client = EdgeFixture.client(version);
      var answer = client.sendAsync(fixture.request("/a").build(), BodyHandlers.ofString());
      EdgeFixture.await("in the handler", () -> seen.get() != null);
      answer.cancel(true);
      client.shutdownNow();
      EdgeFixture.await("body closed", () -> body.closed.get() == 1);
      assertThat(body.position).hasValue(0);
    }
  }

  @Test
  void streamsThatAreNotReadDoNotHoldUpOthersOfTheSameConnection() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer);
        HttpClient client = EdgeFixture.client(HttpClient.Version.HTTP_2)) {
      List<InputStream> unread = new ArrayList<>();
      // Unread stream windows of 64 KiB use up part of the connection's window of 1 MiB and leave
      // enough.
      for (int i = 0; i < 3; i++) {
        unread.add(
            client.send(fixture.request("/long").build(), BodyHandlers.ofInputStream()).body());
      }
      byte[] expected = SyntheticBody.bytes(LONG);
      for (int i = 0; i < 5; i++) {
        var read = client.send(fixture.request("/long").build(), BodyHandlers.ofByteArray());
        assertThat(Arrays.equals(read.body(), expected)).isTrue();
      }
      for (InputStream late : unread) {
        assertThat(Arrays.equals(late.readAllBytes(), expected)).isTrue();
      }
      assertThat(fixture.edge.stats().connectionsTotal()).isEqualTo(1);
    }
  }

  private static java.net.http.HttpRequest.BodyPublisher noBody() {
    return java.net.http.HttpRequest.BodyPublishers.noBody();
  }
}
