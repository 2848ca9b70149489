package dev.rheo.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import dev.rheo.testing.Await;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of requests and answers between a client and an extension API server. */
@Timeout(120)
class ExtensionProxyTest {
  private static final String THINGS = "/apis/ext.example.com/v1/things";
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  @TempDir Path folder;
  private ProxyFixture proxy;

  private void start(Stub.Deed deed) throws Exception {
    proxy = new ProxyFixture(folder, deed);
  }

  @AfterEach
  void everythingIsGivenBack() throws Exception {
    Await.until("nothing is charged", () -> proxy.charged() == 0);
    proxy.close();
  }

  @Test
  void anAnswerIsPassedOnWithoutWhatIsBetweenNeighbours() throws Exception {
    start(
        Stub.says(
            OK
                + "Content-Type: a/b\r\nContent-Length: 5\r\nX-Many: 1\r\nX-Many: 2\r\n"
                + "Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Authenticate: x\r\n"
                + "Access-Control-Allow-Origin: *\r\nAudit-Id: of-extension\r\n"
                + "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Encoding: gzip\r\n"
                + "bad name: x\r\n\r\nhello"));
    String answer = proxy.ask("GET " + THINGS);
    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("\r\n\r\nhello")
        .contains("Content-Type: a/b\r\n", "X-Many: 1\r\nX-Many: 2\r\n", "Audit-Id: of-extension")
        .contains("Date: Thu, 01 Jan 1970", "Content-Encoding: gzip", "ontent-length: 5")
        .doesNotContain("X-Hop", "Keep-Alive", "Proxy-Auth", "Access-Control", "bad name");
    assertThat(answer.split("(?i)audit-id:", -1)).hasSize(2);
    assertThat(proxy.stub.clients.getFirst().getSubjectX500Principal().getName())
        .isEqualTo("CN=front-proxy-client");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Length: 2 | {} | 200",
        "Transfer-Encoding: chunked | 2;x=y~{}~0~X-T: 1~~ | 200",
        "Content-Length: 9~Transfer-Encoding: chunked | 2~{}~0~~ | 200",
        "X: 1 | {} | 200",
        "Content-Length: 2 | {} | 999",
        "Content-Length: 0 | '' | 404",
        "X: 1 | '' | 204",
        "X: 1 | '' | 304",
      })
  void anAnswerMayBeFramedInAnyWay(String fields, String body, int status) throws Exception {
    start(
        Stub.breaksOffAfter(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 "
                + status
                + " Some\r\n"
                + fields.replace("~", "\r\n")
                + "\r\n\r\n"
                + body.replace("~", "\r\n")));
    try (SSLSocket client = proxy.send("GET " + THINGS + "\nConnection: close")) {
      String answer = new String(ProxyFixture.rest(client.getInputStream()));
      assertThat(answer).startsWith("HTTP/1.1 " + status);
      if (!body.isEmpty()) {
        assertThat(answer).contains("{}");
      }
      if (answer.contains("chunked")) {
        assertThat(answer).endsWith("\r\n0\r\n\r\n");
      }
    }
  }

  @Test
  void anAnswerToHeadHasTheLengthOfOneToGet() throws Exception {
    start(Stub.says(OK + "Content-Length: 1234\r\n\r\n"));
    assertThat(proxy.ask("HEAD " + THINGS))
        .containsIgnoringCase("content-length: 1234")
        .endsWith("\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "this is no HTTP~~ | net/http: HTTP/1.x transport connection broken: malformed HTTP"
            + " status code \"is\"",
        "HTTP/1.1 200 OK~Content-Length: x~~ | net/http: HTTP/1.x transport connection broken:"
            + " bad Content-Length \"x\"",
        "'' | EOF",
        "HTTP/1.1 200 OK~X: | unexpected EOF",
      })
  void whatIsNoAnswerIsToldInGosWords(String said, String why) throws Exception {
    start(Stub.breaksOffAfter(said.replace("~", "\r\n")));
    assertThat(proxy.ask("GET " + THINGS))
        .startsWith("HTTP/1.1 503 ")
        .contains("text/plain; charset=utf-8")
        .endsWith("\r\n\r\nerror trying to reach service: " + why + "\n");
  }

  @Test
  void aHeaderWithoutEndIsNotKept() throws Exception {
    start(
        (_, _, out) -> {
          Stub.write(out, OK);
          while (true) {
            Stub.write(out, "X-Long: " + "y".repeat(1000) + "\r\n");
          }
        });
    assertThat(proxy.ask("GET " + THINGS)).contains("server response headers exceeded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Length: 100 | {}",
        "Transfer-Encoding: chunked | 5~hello~",
        "Transfer-Encoding: chunked | 5~hello~zz~",
        "Transfer-Encoding: chunked | 5~helloXX",
        "Transfer-Encoding: chunked | ffffffffffffffff~",
      })
  void anAnswerThatBreaksOffDoesNotLookComplete(String fields, String body) throws Exception {
    start(Stub.breaksOffAfter(OK + fields + "\r\n\r\n" + body.replace("~", "\r\n")));
    try (SSLSocket client = proxy.send("GET " + THINGS)) {
      String answer = new String(ProxyFixture.rest(client.getInputStream()));
      assertThat(answer).startsWith("HTTP/1.1 200 OK").doesNotEndWith("0\r\n\r\n");
    }
  }

  @Test
  void aProtocolThatNobodyAskedForIsRefused() throws Exception {
    start(
        Stub.says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"));
    assertThat(proxy.ask("GET " + THINGS))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("\r\n\r\nbackend tried to switch protocol \"x\" when \"\" was requested\n");
  }

  @Test
  void whoRedirectsIsRefused() throws Exception {
    start(Stub.says("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"));
    assertThat(proxy.ask("GET " + THINGS))
        .startsWith("HTTP/1.1 502 Bad Gateway")
        .endsWith("\r\n\r\nthe backend attempted to redirect this request, which is not permitted");
  }

  @Test
  void whatIsUnavailableOrUnknownIsNotAsked() throws Exception {
    start(Stub.says(OK + "Content-Length: 0\r\n\r\n"));
    proxy.available = false;
    assertThat(proxy.ask("GET " + THINGS)).endsWith("\r\n\r\nservice unavailable\n");
    assertThat(proxy.stub.accepted.get()).isZero();
  }

  @Test
  void aServerThatHangsIsWaitedForOnlySoLong() throws Exception {
    start((_, in, _) -> in.read() >= 0);
    proxy.allowed = Duration.ofMillis(300);
    assertThat(proxy.ask("GET " + THINGS))
        .startsWith("HTTP/1.1 504 ")
        .contains("Timeout: request did not complete within the allotted timeout");
    assertThat(proxy.ask("GET /apis/ext.example.com/v1"))
        .endsWith("error trying to reach service: context deadline exceeded\n");
    Await.until("it is left", () -> proxy.stub.connections() == 0);
  }

  @Test
  void aServerThatDripsIsCutOff() throws Exception {
    start(
        (_, _, out) -> {
          Stub.write(out, OK + "Transfer-Encoding: chunked\r\n\r\n");
          while (true) {
            Stub.write(out, "1\r\nx\r\n");
            Thread.sleep(20);
          }
        });
    proxy.allowed = Duration.ofMillis(500);
    try (SSLSocket client = proxy.send("GET " + THINGS)) {
      String answer = new String(ProxyFixture.rest(client.getInputStream()));
      assertThat(answer).contains("1\r\nx\r\n").doesNotEndWith("0\r\n\r\n");
    }
    // A watch may take as long as it wants.
    try (SSLSocket client = proxy.send("GET " + THINGS + "?watch=1")) {
      InputStream in = client.getInputStream();
      long end = System.nanoTime() + Duration.ofMillis(1200).toNanos();
      while (System.nanoTime() < end) {
        assertThat(in.read()).isNotNegative();
      }
    }
  }

  @Test
  void whoLeavesTakesTheExtensionsConnectionAlong() throws Exception {
    start((_, in, _) -> in.read() >= 0);
    SSLSocket waiting = proxy.send("GET " + THINGS);
    Await.until("it hangs", () -> proxy.stub.requests.size() == 1);
    waiting.close();
    Await.until("it is told", () -> proxy.stub.connections() == 0);
    proxy.stub.does(
        (_, in, out) -> {
          Stub.write(out, OK + "\r\n{");
          return in.read() >= 0;
        });
    SSLSocket reading = proxy.send("GET " + THINGS);
    ProxyFixture.until(reading.getInputStream(), "{");
    reading.close();
    Await.until("it is told", () -> proxy.stub.connections() == 0);
  }

  @Test
  void connectionsAreUsedAgainButNotForWhatMustNotBeSentTwice() throws Exception {
    start(Stub.says(OK + "Content-Length: 2\r\n\r\n{}"));
    for (int i = 0; i < 5; i++) {
      proxy.ask("GET " + THINGS);
    }
    assertThat(proxy.stub.accepted.get()).isEqualTo(1);
    proxy.ask("POST " + THINGS + "\nContent-Length: 0");
    assertThat(proxy.stub.accepted.get()).isEqualTo(2);
    // One that the server closed meanwhile is noticed.
    proxy.stub.does(Stub.breaksOffAfter(OK + "Content-Length: 2\r\n\r\n{}"));
    for (int i = 0; i < 5; i++) {
      assertThat(proxy.ask("GET " + THINGS)).startsWith(OK);
    }
  }

  /** 200 MB with a reader that pauses: what lies between stays bounded, and all of it comes. */
  @Test
  void aLargeListPassesWithoutABufferOfItsSize() throws Exception {
    long size = 200L << 20;
    AtomicLong sent = new AtomicLong();
    start(
        (_, _, out) -> {
          byte[] block = new byte[64 << 10];
          Stub.write(out, OK + "Content-Length: " + size + "\r\n\r\n");
          for (long i = 0; i < size; i += block.length) {
            out.write(block);
            sent.addAndGet(block.length);
          }
          return true;
        });
    proxy.allowed = Duration.ofSeconds(20);
    try (SSLSocket client = proxy.send("GET " + THINGS)) {
      InputStream in = client.getInputStream();
      ProxyFixture.until(in, "\r\n\r\n");
      ProxyFixture.awaitStandstill(sent);
      // Nothing but the buffers of sockets is between them.
      assertThat(sent.get()).isLessThan(32 << 20);
      assertThat(proxy.charged()).isEqualTo(ExtensionCall.BYTES);
      byte[] buffer = new byte[256 << 10];
      long got = 0;
      while (got < size) {
        int n = in.read(buffer);
        assertThat(n).isPositive();
        got += n;
      }
      assertThat(got).isEqualTo(size);
    }
  }

  @Test
  void killingTheServerUnderAWatchIsSeenByItsClients() throws Exception {
    start(
        (_, in, out) -> {
          Stub.write(out, OK + "Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n");
          return in.read() >= 0;
        });
    try (SSLSocket client = proxy.send("GET " + THINGS + "?watch=true")) {
      ProxyFixture.until(client.getInputStream(), "{}\n");
      proxy.stub.close();
      assertThat(new String(ProxyFixture.rest(client.getInputStream())))
          .doesNotContain("0\r\n\r\n");
    }
  }

  @Test
  void aServerThatDrainsEndsAWatchAfterAWholeEvent() throws Exception {
    start(
        (_, in, out) -> {
          Stub.write(out, OK + "Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n");
          return in.read() >= 0;
        });
    try (SSLSocket client = proxy.send("GET " + THINGS + "?watch=true")) {
      ProxyFixture.until(client.getInputStream(), "{}\n");
      assertThat(proxy.drain(Duration.ofSeconds(10))).isTrue();
      assertThat(new String(ProxyFixture.rest(client.getInputStream()))).endsWith("0\r\n\r\n");
    }
  }

  @Test
  void oneServerCannotTakeTheRoomOfAllOthers() throws Exception {
    long streams = 8 * ExtensionCall.BYTES;
    proxy =
        new ProxyFixture(
            folder, Ledger.Limits.roomy().withStreams(streams), (_, in, _) -> in.read() >= 0);
    Account account = proxy.ledger.aggregated();
    List<SSLSocket> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(proxy.send("GET " + THINGS));
    }
    Await.until("its part is taken", () -> account.used() == 6 * ExtensionCall.BYTES);
    assertThat(proxy.ask("GET " + THINGS)).startsWith("HTTP/1.1 429 ");
    for (SSLSocket client : clients) {
      client.close();
    }
  }

  @Test
  void aBodyThatNobodyReadsDoesNotHoldUpTheAnswer() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    start(
        (_, _, out) -> {
          Stub.write(out, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
          over.await();
          return false;
        });
    try (SSLSocket client = proxy.connect()) {
      Stub.write(
          client.getOutputStream(),
          "POST " + THINGS + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2500000\r\n\r\n");
      client.getOutputStream().write(new byte[2_500_000]);
      client.getOutputStream().flush();
      assertThat(ProxyFixture.until(client.getInputStream(), "\r\n\r\n"))
          .startsWith("HTTP/1.1 413");
    } finally {
      over.countDown();
    }
  }
}
