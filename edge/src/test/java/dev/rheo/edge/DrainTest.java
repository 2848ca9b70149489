package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a drain waits, and what it waits for. */
class DrainTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofMillis(100);

  private final ManualClock clock = new ManualClock();

  private static HttpResponse answer(HttpRequest request) {
    if (request.path().equals("/slow")) {
      return HttpResponse.streaming(200, "text/plain", new SyntheticBody(24 << 20));
    }
    SyntheticBody endless = new SyntheticBody(Long.MAX_VALUE);
    return request.queryParameter("watch") != null
        ? HttpResponse.longRunning(200, "text/plain", endless)
        : HttpResponse.streaming(200, "text/plain", endless);
  }

  private Future<Boolean> drain(EdgeFixture fixture) {
    return EdgeFixture.beginDrain(clock, () -> fixture.edge.drain(LONG));
  }

  /** Lets time pass until all connections have ended; returns how long it took. */
  private Duration ended(EdgeFixture fixture) {
    long began = clock.nanoTime();
    EdgeFixture.advanceUntil(
        clock, STEP, "all are cut", () -> fixture.edge.stats().connections() == 0);
    return clock.since(began);
  }

  private static SSLSocket ask(EdgeFixture fixture, String target) throws IOException {
    SSLSocket socket = fixture.rawTls();
    String request = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    assertThat(EdgeFixture.status(socket)).isEqualTo("HTTP/1.1 200");
    return socket;
  }

  @Test
  void theSpreadFollowsTheNumberOfWatches() {
    Duration most = Duration.ofSeconds(20);
    assertThat(Drain.spread(0, most)).isZero();
    assertThat(Drain.spread(1, most)).isLessThan(Duration.ofMillis(20));
    assertThat(Drain.spread(200, most)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Drain.spread(100_000, most)).isEqualTo(Duration.ofSeconds(2));
    assertThat(Drain.spread(100_000, Duration.ofMillis(500))).isEqualTo(Duration.ofMillis(500));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/endless?watch=1", "/endless"})
  void whoDoesNotReadIsNotWaitedFor(String target) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(DrainTest::answer, clock)) {
      List<SSLSocket> stalled = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        stalled.add(ask(fixture, target));
      }
      try (RawHttp2 window = new RawHttp2(fixture)) {
        window.get(1, target);
        RawHttp2.Frame frame = window.next();
        while (frame.type() != RawHttp2.DATA) {
          frame = window.next();
        }
        Future<Boolean> drained = drain(fixture);
        assertThat(ended(fixture)).isBetween(Drain.GRACE, LONG.dividedBy(10));
        assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
      }
      for (SSLSocket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void aConnectionThatSaysNothingIsNotWaitedFor() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(DrainTest::answer, clock);
        var silent = fixture.rawTcp()) {
      EdgeFixture.await("it is there", () -> fixture.edge.stats().connections() == 1);
      assertThat(drain(fixture).get(30, TimeUnit.SECONDS)).isTrue();
      assertThat(fixture.edge.stats().connections()).isZero();
      assertThat(silent.isClosed()).isFalse();
    }
  }

  @Test
  void aBodyThatDoesNotComeIsNotWaitedFor() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(DrainTest::answer, clock);
        SSLSocket socket = fixture.rawTls()) {
      socket
          .getOutputStream()
          .write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc".getBytes());
      EdgeFixture.await("it has begun", () -> fixture.edge.stats().streams() == 1);
      Future<Boolean> drained = drain(fixture);
      assertThat(ended(fixture)).isBetween(Drain.STALLED, LONG.dividedBy(10));
      assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whoReadsSlowlyIsWaitedFor() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(DrainTest::answer, clock);
        SSLSocket socket = ask(fixture, "/slow")) {
      long began = clock.nanoTime();
      Future<Boolean> drained = drain(fixture);
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[64 << 10];
      long got = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        got += n;
        clock.advance(Duration.ofMillis(5));
      }
      assertThat(got).isGreaterThan(24 << 20);
      assertThat(clock.since(began)).isGreaterThan(Drain.STALLED.plus(Drain.GRACE));
      assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
