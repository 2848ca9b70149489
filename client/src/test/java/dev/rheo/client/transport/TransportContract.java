package dev.rheo.client.transport;

import static dev.rheo.testing.script.Objects.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.testing.Await;
import dev.rheo.testing.script.Objects;
import dev.rheo.testing.script.Reply;
import dev.rheo.testing.script.ScriptedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Transport} must do. A module of a transport extends this. */
@Timeout(60)
public abstract class TransportContract {

  private static final String WATCH = "/api/v1/configmaps?watch=true&labelSelector=a%3Db%2Cc";

  protected final ScriptedServer server = ScriptedServer.start();

  /** A transport for a server without credentials. */
  protected abstract Transport transport(String url);

  @AfterEach
  void closeServer() {
    server.close();
  }

  @Test
  void sendsTheTargetAsItIsAndTheHeaders() throws Exception {
    server.expect(request -> true, Reply.of(200, "{}").header("Rheo-Test", "first"));
    Transport transport = transport(server.url());

    try (Answer answer = transport.get(WATCH, Map.of("accept", "application/json;as=Table"))) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("rheo-test")).contains("first");
      assertThat(answer.header("no-such-header")).isEmpty();
      assertThat(answer.body().readAllBytes()).asString().isEqualTo("{}");
    }

    assertThat(transport.server()).isEqualTo(server.url());
    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("GET");
              assertThat(request.path()).isEqualTo("/api/v1/configmaps");
              assertThat(request.query())
                  .isEqualTo(Map.of("watch", "true", "labelSelector", "a=b,c"));
              assertThat(request.header("Accept")).contains("application/json;as=Table");
              assertThat(request.header("Accept-Encoding")).contains("identity");
            });
  }

  @Test
  void deliversAnEventBeforeTheNextIsSent() throws Exception {
    CountDownLatch more = new CountDownLatch(1);
    server.expect(
        request -> true,
        Reply.stream()
            .event("ADDED", configMap("a", 1))
            .await(more)
            .event("ADDED", configMap("ü", 2))
            .end());

    try (Answer answer = transport(server.url()).get(WATCH, Map.of())) {
      BufferedReader lines = lines(answer);
      assertThat(lines.readLine()).isEqualTo(Objects.event("ADDED", configMap("a", 1)));
      more.countDown();
      assertThat(lines.readLine()).isEqualTo(Objects.event("ADDED", configMap("ü", 2)));
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void aConnectionThatBreaksIsNoEnd() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    server.expect(
        request -> true, Reply.stream().event("ADDED", configMap("a", 1)).await(seen).cut());

    try (Answer answer = transport(server.url()).get(WATCH, Map.of())) {
      BufferedReader lines = lines(answer);
      assertThat(lines.readLine()).contains("ADDED");
      seen.countDown();
      assertThatThrownBy(lines::readLine).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aCloseWakesTheReaderAndEndsTheConnection() throws Exception {
    server.expect(request -> true, Reply.stream().event("ADDED", configMap("a", 1)));
    Answer answer = transport(server.url()).get(WATCH, Map.of());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    CountDownLatch reading = new CountDownLatch(1);
    Thread reader =
        new Thread(
            () -> {
              try {
                BufferedReader lines = lines(answer);
                lines.readLine();
                reading.countDown();
                lines.readLine();
              } catch (IOException e) {
                thrown.set(e);
              }
            });
    reader.start();
    reading.await();

    answer.close();
    answer.close();
    reader.join();

    assertThat(thrown.get()).isInstanceOf(IOException.class);
    Await.until("no connection is open", () -> server.connections() == 0);
  }

  @Test
  void nobodyListens() {
    server.refuse();
    Transport transport = transport(server.url());

    assertThatThrownBy(() -> transport.get(WATCH, Map.of())).isInstanceOf(ConnectException.class);
  }

  @Test
  void refusalsAreHandedOnAndNotRetried() throws Exception {
    Transport transport = transport(server.url());
    for (int code : new int[] {429, 500, 503, 401, 410}) {
      server.expect(
          request -> true, Reply.status(code, "Reason", "message").header("Retry-After", "7"));
      try (Answer answer = transport.get(WATCH, Map.of())) {
        assertThat(answer.status()).isEqualTo(code);
        assertThat(answer.header("Retry-After")).contains("7");
        assertThat(answer.body().readAllBytes())
            .asString()
            .isEqualTo(Objects.status(code, "Reason", "message"));
      }
    }
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void anInterruptEndsTheWaitForTheHeader() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    server.expect(request -> true, Reply.late(never));
    Transport transport = transport(server.url());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                transport.get(WATCH, Map.of()).close();
              } catch (IOException | InterruptedException e) {
                thrown.set(e);
              }
            });
    caller.start();
    server.awaitRequest(1);

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    never.countDown();
  }

  @Test
  void aReaderThatDoesNotReadHoldsTheServerBack() throws Exception {
    int total = 1024;
    String chunk = "x".repeat(65_536);
    AtomicInteger sent = new AtomicInteger();
    Reply reply = Reply.stream();
    for (int i = 0; i < total; i++) {
      reply.bytes(chunk).then(sent::incrementAndGet);
    }
    server.expect(request -> true, reply.end());

    try (Answer answer = transport(server.url()).get(WATCH, Map.of())) {
      InputStream body = answer.body();
      assertThat(body.read()).isEqualTo('x');
      AtomicInteger before = new AtomicInteger(-1);
      Await.until("the server is held back", () -> before.getAndSet(sent.get()) == sent.get());
      Await.holds("it stays so", Duration.ofMillis(300), () -> sent.get() < total / 2);
      long read = 1;
      byte[] buffer = new byte[1 << 20];
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        read += n;
      }
      assertThat(read).isEqualTo(65_536L * total);
    }
  }

  private static BufferedReader lines(Answer answer) {
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }
}
