package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.testing.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112: malformed and unusual requests, and pipelining. */
class Http1RequestTest {

  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

  private static HttpResponse answer(HttpRequest request) {
    String text = request.method() + " " + request.target() + " " + request.body().length + "\n";
    return HttpResponse.bytes(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Here | stands for CR LF, and ^, _ and ` for a lone CR, LF and NUL. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          505; GET / HTTP/9.9|Host: x||
          505; GET / HTTP/2.0|Host: x||
          505; GET / HTTP/0.9|Host: x||
          400; GET /|Host: x||
          400; GET / HTTP/1.10|Host: x||
          400; GET / http/1.1|Host: x||
          400; GET / FOO/1.1|Host: x||
          400; GET  / HTTP/1.1|Host: x||
          400; GET /  HTTP/1.1|Host: x||
          400; GET / x HTTP/1.1|Host: x||
          400; GET / HTTP/1.1 |Host: x||
          400; G(T / HTTP/1.1|Host: x||
          400; GET^/ HTTP/1.1|Host: x||
          400; GET / HTTP/1.1_Host: x|X: y||
          400; GET / HTTP/1.1|Host: x_X: y||
          400; GET / HTTP/1.1|Host: x|X: a^b||
          400; GET / HTTP/1.1|Host: x|X: a`b||
          400; GET / HTTP/1.1|Host: x|X : y||
          400; GET / HTTP/1.1| Host: x|X: y||
          400; GET / HTTP/1.1|Host: x|X y||
          400; GET / HTTP/1.1|Host: x|: y||
          400; GET / HTTP/1.1|Host: x y||
          400; GET / HTTP/1.1|Host: x/y||
          400; POST / HTTP/1.1|Host: x|Content-Length: 5|Transfer-Encoding: chunked||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked|Content-Length: 5||0||
          400; POST / HTTP/1.1|Host: x|Content-Length: 5|Content-Length: 6||hello
          400; POST / HTTP/1.1|Host: x|Content-Length: 5, 6||hello
          400; POST / HTTP/1.1|Host: x|Content-Length: +5||hello
          400; POST / HTTP/1.1|Host: x|Content-Length: 0x5||hello
          400; POST / HTTP/1.1|Host: x|Content-Length: 5 5||hello
          400; POST / HTTP/1.1|Host: x|Content-Length: 99999999999999999999||hello
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: gzip||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked, gzip||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked, chunked||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: gzip, chunked||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: gzip|Transfer-Encoding: chunked||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: xchunked||0||
          400; POST / HTTP/1.0|Host: x|Transfer-Encoding: chunked||0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||5_hello|0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||-5|hello|0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||5|hello!|0||
          400; POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||100000005|hello|0||
          400; GET * HTTP/1.1|Host: x||
          400; GET x HTTP/1.1|Host: x||
          400; GET x?u=http://y/z HTTP/1.1|Host: x||
          405; CONNECT x:443 HTTP/1.1|Host: x||
          """)
  void whatTwoMightUnderstandDifferentlyIsRefusedAndTheLastOnItsConnection(
      int status, String request) throws Exception {
    String text =
        request.replace("|", "\r\n").replace('^', '\r').replace('_', '\n').replace('`', '\0');
    try (EdgeFixture fixture = new EdgeFixture(Http1RequestTest::answer);
        SSLSocket socket = fixture.rawTls()) {
      send(socket, text + NEXT);
      String answers = readAll(socket);
      assertThat(answers).startsWith("HTTP/1.1 " + status + " ").contains("\"kind\":\"Status\"");
      assertThat(answers).doesNotContain("/next");
      assertThat(fixture.edge.stats().requestsTotal()).isLessThan(2);
    }
  }

  /** An overlong chunk extension or trailer must not be reported as an overlong target. */
  @ParameterizedTest
  @ValueSource(strings = {"2;%s\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\nX: %s\r\n\r\n"})
  void aBodyWhoseChunksSayTooMuchIsABadRequest(String chunks) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(Http1RequestTest::answer);
        SSLSocket socket = fixture.rawTls()) {
      send(
          socket,
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunks.formatted("a".repeat(100_000)));
      assertThat(readAll(socket)).startsWith("HTTP/1.1 400 ").contains("\"kind\":\"Status\"");
    }
  }

  /** Here | stands for CR LF, and ~ for a semicolon. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          GET / 0;           GET / HTTP/1.2|Host: x||
          GET / 0;           GET / HTTP/1.9|Host: x||
          GET /a?b 0;        GET http://other/a?b HTTP/1.1|Host: x||
          GET /?b 0;         GET HTTPS://other?b HTTP/1.1|Host: x||
          GET / 0;           GET https://other HTTP/1.1|Host: x||
          get / 0;           get / HTTP/1.1|Host: x||
          TRACE / 0;         TRACE / HTTP/1.1|Host: x||
          GET / 0;           GET / HTTP/1.1|Host: [::1]:80||
          GET / 0;           GET / HTTP/1.1|Host: x|X: a|  b||
          GET / 0;           ||GET / HTTP/1.1|Host: x||
          POST / 5;          POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||5~x=y|hello|0||
          POST / 5;          POST / HTTP/1.2|Host: x|Transfer-Encoding: chunked||5|hello|0||
          POST / 5;          POST / HTTP/1.1|Host: x|Content-Length: 5||hello
          content-length: 0; OPTIONS * HTTP/1.1|Host: x||
          """)
  void whatIsOnlyUnusualIsServedAndSoIsWhatFollows(String expected, String request)
      throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(Http1RequestTest::answer);
        SSLSocket socket = fixture.rawTls()) {
      String last = NEXT.replace("Host: x", "Host: x\r\nConnection: close");
      send(socket, request.replace("|", "\r\n").replace('~', ';') + last);
      String answers = readAll(socket);
      assertThat(answers.lines()).first().isEqualTo("HTTP/1.1 200 OK");
      assertThat(answers.lines()).contains(expected);
      assertThat(answers).endsWith("GET /next 0\n");
    }
  }

  @Test
  void anyNumberOfPipelinedRequestsIsAnsweredInOrder() throws Exception {
    int count = 5000;
    try (EdgeFixture fixture = new EdgeFixture(Http1RequestTest::answer);
        SSLSocket socket = fixture.rawTls()) {
      Thread sender =
          Thread.startVirtualThread(
              () -> {
                StringBuilder requests = new StringBuilder();
                for (int i = 0; i < count; i++) {
                  requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
                }
                requests.append("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                try {
                  send(socket, requests.toString());
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      String answers = readAll(socket);
      sender.join();
      int from = 0;
      for (int i = 0; i < count; i++) {
        from = answers.indexOf("\r\n\r\nGET /" + i + " 0\n", from);
        assertThat(from).as("answer %d", i).isPositive();
      }
      assertThat(answers).endsWith("GET /last 0\n");
    }
  }

  /** At most one read of the pipelined bytes waits in the edge, the rest in the kernel. */
  @Test
  void pipelinedRequestsWaitUnread() throws Exception {
    Feed feed = new Feed();
    try (EdgeFixture fixture =
            new EdgeFixture(
                request ->
                    request.path().equals("/watch")
                        ? HttpResponse.longRunning(200, "application/json", feed)
                        : answer(request));
        SSLSocket socket = fixture.rawTls()) {
      send(socket, "GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
      InputStream in = socket.getInputStream();
      assertThat(in.readNBytes(12)).asString(StandardCharsets.US_ASCII).endsWith("200");
      byte[] ahead = NEXT.repeat(100_000).getBytes(StandardCharsets.US_ASCII);
      Thread sender =
          Thread.startVirtualThread(
              () -> {
                try {
                  socket.getOutputStream().write(ahead);
                } catch (IOException e) {
                  // The test ends before the server has read everything.
                }
              });
      EdgeFixture.await("some has come", () -> fixture.edge.pinnedBytes() > 0);
      Await.holds(
          "little is kept",
          Duration.ofMillis(200),
          () -> {
            assertThat(fixture.edge.pinnedBytes()).isLessThan(512 << 10);
            return true;
          });
      assertThat(fixture.edge.stats().requestsTotal()).isEqualTo(1);
      feed.give("{}\n").end(Body.State.END);
      assertThat(in.readNBytes(100_000)).asString(StandardCharsets.US_ASCII).contains("/next 0");
    }
  }
}
