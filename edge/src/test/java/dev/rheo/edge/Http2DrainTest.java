package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 9113 §6.8: a request in flight during a drain is served, or known not to have been processed.
 */
class Http2DrainTest {

  private static final Duration NEVER = Duration.ofHours(1);

  private final Feed feed = new Feed();
  private final ManualClock clock = new ManualClock();

  private HttpResponse answer(HttpRequest request) {
    return request.path().equals("/watch")
        ? HttpResponse.longRunning(200, "application/json", feed)
        : HttpResponse.bytes(200, "text/plain", "got".getBytes());
  }

  private Future<Boolean> drain(EdgeFixture fixture) {
    return EdgeFixture.beginDrain(clock, () -> fixture.edge.drain(NEVER, Duration.ofSeconds(20)));
  }

  private static RawHttp2.Frame next(RawHttp2 client, int type) throws Exception {
    RawHttp2.Frame frame = client.next();
    assertThat(frame).isNotNull();
    assertThat(frame.type()).isEqualTo(type);
    return frame;
  }

  @Test
  void theLastStreamIsNamedWhenThePeerHasHeardThatItIsOver() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        RawHttp2 client = new RawHttp2(fixture)) {
      client.get(1, "/watch");
      next(client, RawHttp2.HEADERS);
      Future<Boolean> drained = drain(fixture);
      assertThat(next(client, RawHttp2.GOAWAY).lastStream()).isEqualTo(Integer.MAX_VALUE);
      RawHttp2.Frame ping = next(client, RawHttp2.PING);
      // A request in flight is served.
      client.get(3, "/get");
      RawHttp2.Frame frame = next(client, RawHttp2.HEADERS);
      assertThat(frame.stream()).isEqualTo(3);
      while (!frame.endsStream()) {
        frame = next(client, RawHttp2.DATA);
      }
      client.send(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
      assertThat(next(client, RawHttp2.GOAWAY).lastStream()).isEqualTo(3);
      // A later request is not processed, so that it can be sent elsewhere.
      client.get(5, "/get");
      feed.give("{}\n").end(Body.State.END);
      for (frame = client.next(); frame != null; frame = client.next()) {
        if (frame.stream() == 5) {
          // RFC 9113 §8.7: a stream with this error was not processed.
          assertThat(frame.type()).isEqualTo(RawHttp2.RST_STREAM);
          assertThat(frame.payload()).containsExactly(0, 0, 0, RawHttp2.REFUSED_STREAM);
        } else {
          assertThat(frame.stream()).isEqualTo(1);
        }
      }
      assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(fixture.edge.stats().requestsTotal()).isEqualTo(2);
      assertThat(fixture.edge.stats().connections()).isZero();
    }
  }

  @Test
  void byChanceAClientIsSentToAnotherConnectionAndItsWatchesGoOn() throws Exception {
    try (EdgeFixture fixture =
            new EdgeFixture(
                this::answer,
                settings -> settings.with(settings.limits().withGoAwayChance(1)),
                Ledger.Limits.roomy(),
                true,
                clock);
        RawHttp2 client = new RawHttp2(fixture)) {
      client.get(1, "/watch");
      RawHttp2.Frame ping = null;
      boolean answered = false;
      while (ping == null || !answered) {
        RawHttp2.Frame frame = client.next();
        assertThat(frame).isNotNull();
        answered |= frame.type() == RawHttp2.HEADERS;
        if (frame.type() == RawHttp2.GOAWAY) {
          assertThat(frame.lastStream()).isEqualTo(Integer.MAX_VALUE);
        } else if (frame.type() == RawHttp2.PING) {
          ping = frame;
        }
      }
      client.send(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
      assertThat(next(client, RawHttp2.GOAWAY).lastStream()).isEqualTo(1);
      feed.give("{}\n");
      assertThat(next(client, RawHttp2.DATA).stream()).isEqualTo(1);
      feed.end(Body.State.END);
      RawHttp2.Frame last = null;
      for (RawHttp2.Frame frame = client.next(); frame != null; frame = client.next()) {
        last = frame;
      }
      assertThat(last).isNotNull();
      assertThat(last.endsStream()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionWithoutRequestsEndsWhetherOrNotItsPeerAnswers(boolean answers) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        RawHttp2 client = new RawHttp2(fixture)) {
      client.get(1, "/get");
      RawHttp2.Frame frame = client.next();
      while (!frame.endsStream()) {
        frame = client.next();
      }
      Future<Boolean> drained = drain(fixture);
      assertThat(next(client, RawHttp2.GOAWAY).lastStream()).isEqualTo(Integer.MAX_VALUE);
      RawHttp2.Frame ping = next(client, RawHttp2.PING);
      if (answers) {
        client.send(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
      } else {
        EdgeFixture.advanceUntil(
            clock,
            Duration.ofMillis(100),
            "not waited for",
            () -> fixture.edge.stats().connections() == 0);
      }
      assertThat(next(client, RawHttp2.GOAWAY).lastStream()).isEqualTo(1);
      assertThat(client.next()).isNull();
      assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** A request that is read together with the PING ACK was sent before the second GOAWAY. */
  @Test
  void aRequestThatComesInTheSameBreathAsTheAnswerIsServed() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(this::answer, clock);
        RawHttp2 client = new RawHttp2(fixture)) {
      client.get(1, "/get");
      RawHttp2.Frame frame = client.next();
      while (!frame.endsStream()) {
        frame = client.next();
      }
      Future<Boolean> drained = drain(fixture);
      next(client, RawHttp2.GOAWAY);
      RawHttp2.Frame ping = next(client, RawHttp2.PING);
      byte[] get = RawHttp2.getFrame(3, "/get");
      byte[] answer = RawHttp2.frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
      byte[] both = Arrays.copyOf(get, get.length + answer.length);
      System.arraycopy(answer, 0, both, get.length, answer.length);
      client.send(both);
      assertThat(next(client, RawHttp2.GOAWAY).lastStream()).isEqualTo(3);
      frame = next(client, RawHttp2.HEADERS);
      assertThat(frame.stream()).isEqualTo(3);
      while (!frame.endsStream()) {
        frame = next(client, RawHttp2.DATA);
      }
      assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
