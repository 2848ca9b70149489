package dev.rheo.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.testing.Await;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that an extension API server switches to another protocol. */
@Timeout(120)
class UpgradeTest {
  private static final String EXEC = "/apis/ext.example.com/v1/namespaces/a/things/b/exec";
  private static final String ASK = "GET " + EXEC + "\nConnection: Upgrade\nUpgrade: odd/1";
  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd/1\r\n"
          + "Content-Type: application/json\r\n\r\n";

  @TempDir Path folder;
  private ProxyFixture proxy;

  private void start(Stub.Deed deed) throws Exception {
    proxy = new ProxyFixture(folder, deed);
  }

  @AfterEach
  void everythingIsGivenBack() throws Exception {
    Await.until("nothing is charged", () -> proxy.charged() == 0);
    Await.until("nothing is open", () -> proxy.stub.connections() == 0);
    proxy.close();
  }

  private static boolean echo(String head, InputStream in, OutputStream out) throws Exception {
    Stub.write(out, SWITCHED);
    in.transferTo(out);
    return false;
  }

  @Test
  void bytesPassInBothDirections() throws Exception {
    start(UpgradeTest::echo);
    byte[] bytes = new byte[5_000_000];
    new Random(1).nextBytes(bytes);
    try (SSLSocket client = proxy.send(ASK)) {
      InputStream in = client.getInputStream();
      assertThat(ProxyFixture.until(in, "\r\n\r\n"))
          .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
          .contains("Upgrade: odd/1\r\n");
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.getOutputStream().write(bytes);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      assertThat(in.readNBytes(bytes.length)).isEqualTo(bytes);
      writer.join();
      assertThat(proxy.charged()).isEqualTo(ExtensionCall.TUNNEL_BYTES);
    }
    assertThat(proxy.stub.requests.getFirst())
        .contains("Connection: Upgrade\r\n", "Upgrade: odd/1\r\n", "X-Remote-User: jane\r\n")
        .doesNotContain("X-Forwarded-Uri");
  }

  @Test
  void aClientThatDoesNotReadKeepsTheExtensionFromWriting() throws Exception {
    AtomicLong sent = new AtomicLong();
    start(
        (_, _, out) -> {
          Stub.write(out, SWITCHED);
          byte[] block = new byte[32 << 10];
          while (true) {
            out.write(block);
            sent.addAndGet(block.length);
          }
        });
    try (SSLSocket client = proxy.send(ASK)) {
      ProxyFixture.until(client.getInputStream(), "\r\n\r\n");
      ProxyFixture.awaitStandstill(sent);
      assertThat(sent.get()).isLessThan(32 << 20);
      long before = sent.get();
      assertThat(client.getInputStream().readNBytes(32 << 20)).hasSize(32 << 20);
      assertThat(sent.get()).isGreaterThan(before);
    }
  }

  @Test
  void anExtensionThatDoesNotReadKeepsTheClientFromWriting() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    start(
        (_, _, out) -> {
          Stub.write(out, SWITCHED);
          over.await();
          return false;
        });
    AtomicLong sent = new AtomicLong();
    try (SSLSocket client = proxy.send(ASK)) {
      ProxyFixture.until(client.getInputStream(), "\r\n\r\n");
      Thread.ofVirtual()
          .start(
              () -> {
                byte[] block = new byte[32 << 10];
                try {
                  while (true) {
                    client.getOutputStream().write(block);
                    sent.addAndGet(block.length);
                  }
                } catch (Exception e) {
                  // The test is over.
                }
              });
      ProxyFixture.awaitStandstill(sent);
      assertThat(sent.get()).isLessThan(32 << 20);
      // A TLS socket is closed only when no write waits any more.
      over.countDown();
    }
  }

  @Test
  void theEndOfOneSideIsTheEndOfBoth() throws Exception {
    start(
        (_, in, out) -> {
          Stub.write(out, SWITCHED + "bye");
          return in.read() == '!';
        });
    try (SSLSocket client = proxy.send(ASK)) {
      ProxyFixture.until(client.getInputStream(), "bye");
      Stub.write(client.getOutputStream(), "?");
      assertThat(client.getInputStream().read()).isNegative();
    }
    SSLSocket leaving = proxy.send(ASK);
    ProxyFixture.until(leaving.getInputStream(), "bye");
    leaving.close();
  }

  @Test
  void aDrainEndsTunnels() throws Exception {
    start(UpgradeTest::echo);
    try (SSLSocket client = proxy.send(ASK)) {
      ProxyFixture.until(client.getInputStream(), "\r\n\r\n");
      assertThat(proxy.drain(Duration.ofSeconds(10))).isTrue();
      assertThat(client.getInputStream().read()).isNegative();
    }
  }

  @Test
  void aRefusalPassesThroughAndAnythingElseIsOne() throws Exception {
    start(Stub.breaksOffAfter("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"));
    assertThat(proxy.ask(ASK + "\nConnection: Upgrade"))
        .startsWith("HTTP/1.1 400 Bad Request")
        .endsWith("\r\n\r\nno");
    proxy.stub.does(Stub.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
    assertThat(proxy.ask(ASK))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("\r\n\r\ninvalid upgrade response: status code 200\n");
  }

  @Test
  void aTokenAmongTheSubprotocolsIsNotPassedOn() throws Exception {
    start(UpgradeTest::echo);
    try (SSLSocket client =
        proxy.send(
            "GET "
                + EXEC
                + "\nConnection: Upgrade\nUpgrade: websocket\nAuthorization: Bearer secret\n"
                + "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.c2VjcmV0, v5\n"
                + "Sec-WebSocket-Protocol: v4")) {
      ProxyFixture.until(client.getInputStream(), "\r\n\r\n");
    }
    assertThat(proxy.stub.requests.getFirst())
        .contains("Sec-WebSocket-Protocol: v5,v4\r\n")
        .doesNotContain("bearer", "Bearer", "secret", "c2VjcmV0");
  }
}
