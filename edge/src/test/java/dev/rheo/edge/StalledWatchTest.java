package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Watches whose peers do not read. */
class StalledWatchTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final EdgeSettings.Timeouts TIMEOUTS = EdgeSettings.Timeouts.defaults();

  /** The watchdog looks about each second, and waits for a second more in some cases. */
  private static final Duration ENDED = TIMEOUTS.stalledResponse().plusSeconds(4);

  private final ManualClock clock = new ManualClock();

  /** Bytes without end, until its time is over. */
  private static final class Timed implements Body {
    volatile boolean overdue;
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      if (overdue) {
        return State.END;
      }
      out.writeZero(out.writableBytes());
      return State.MORE;
    }

    @Override
    public boolean isOverdue() {
      return overdue;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private static void get(SSLSocket socket, String fields) throws Exception {
    String request = "GET /watch?watch=1 HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    assertThat(socket.getInputStream().readNBytes(10)).hasSize(10);
  }

  /** Lets time pass until the edge has had no progress with its peers for ten seconds. */
  private void stall(EdgeFixture fixture) {
    EdgeFixture.await(
        "the peer's buffers are full",
        () -> {
          long sent = fixture.edge.stats().bytesOut();
          clock.advance(SECOND.multipliedBy(10));
          return fixture.used("outgoing") > 0 && fixture.edge.stats().bytesOut() == sent;
        });
  }

  @Test
  void aWatchWhoseTimeIsOverMayNotStallAsLongAsOthers() throws Exception {
    Timed body = new Timed();
    try (EdgeFixture fixture =
            new EdgeFixture(r -> HttpResponse.longRunning(200, "text/plain", body), clock);
        SSLSocket socket = fixture.rawTls()) {
      get(socket, "");
      stall(fixture);
      clock.advance(ENDED);
      assertThat(body.closed).as("its time is not over").hasValue(0);
      body.overdue = true;
      clock.advance(SECOND.multipliedBy(2));
      assertThat(body.closed).hasValue(1);
      assertThat(fixture.edge.stats().connections()).isZero();
      assertThat(fixture.edge.stats().stallsEnded())
          .containsEntry("watch", 1L)
          .containsEntry("response", 0L);
    }
  }

  @Test
  void aPeerThatReadsAfterTheTimeIsOverSeesTheEnd() throws Exception {
    Timed body = new Timed();
    try (EdgeFixture fixture =
            new EdgeFixture(r -> HttpResponse.longRunning(200, "text/plain", body), clock);
        SSLSocket socket = fixture.rawTls()) {
      get(socket, "Connection: close\r\n");
      stall(fixture);
      body.overdue = true;
      clock.advance(SECOND.multipliedBy(30));
      byte[] rest = socket.getInputStream().readAllBytes();
      assertThat(new String(rest, StandardCharsets.ISO_8859_1)).endsWith("\r\n0\r\n\r\n");
      assertThat(fixture.edge.stats().stallsEnded()).containsEntry("watch", 0L);
    }
  }

  @Test
  void aClosedWindowIsNotWaitedForEither() throws Exception {
    Timed body = new Timed();
    try (EdgeFixture fixture =
            new EdgeFixture(r -> HttpResponse.longRunning(200, "text/plain", body), clock);
        RawHttp2 client = new RawHttp2(fixture)) {
      client.closeWindow();
      client.get(1, "/watch?watch=1");
      assertThat(client.next().type()).isEqualTo(RawHttp2.HEADERS);
      body.overdue = true;
      clock.advance(TIMEOUTS.stalledResponse());
      assertThat(body.closed).hasValue(0);
      clock.advance(SECOND.multipliedBy(2));
      assertThat(body.closed).hasValue(1);
      RawHttp2.Frame frame = client.next();
      while (frame.type() == RawHttp2.PING) {
        frame = client.next();
      }
      assertThat(frame.type()).isEqualTo(RawHttp2.RST_STREAM);
      assertThat(fixture.edge.stats().stallsEnded()).containsEntry("watch", 1L);
      assertThat(fixture.edge.stats().connections()).isEqualTo(1);
    }
  }

  /** The end of the watch is written, but stays in the buffers of the edge. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPeerThatDoesNotReadTheEndIsNotWaitedForAsLongAsForEvents(boolean ends) throws Exception {
    Feed feed = new Feed();
    try (EdgeFixture fixture =
            new EdgeFixture(r -> HttpResponse.longRunning(200, "text/plain", feed), clock);
        SSLSocket socket = fixture.rawTls()) {
      get(socket, "");
      // One event that the kernel does not take leaves room to draw the end.
      String event = "x".repeat(50_000);
      AtomicInteger fullFor = new AtomicInteger();
      EdgeFixture.await(
          "the kernel's buffers are full",
          () -> {
            if (fixture.used("outgoing") == 0) {
              fullFor.set(0);
              feed.give(event);
            }
            clock.advance(Duration.ofMillis(1));
            return fullFor.incrementAndGet() > 20;
          });
      if (ends) {
        feed.end(Body.State.END);
        EdgeFixture.await("drawn to its end", () -> feed.closed.get() == 1);
      }
      clock.advance(ENDED);
      assertThat(fixture.edge.stats().connections()).isEqualTo(ends ? 0 : 1);
      assertThat(fixture.edge.stats().stallsEnded())
          .containsEntry("watch", ends ? 1L : 0L)
          .containsEntry("response", 0L);
    }
  }
}
