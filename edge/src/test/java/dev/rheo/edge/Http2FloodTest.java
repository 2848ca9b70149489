package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that cause work and serve no request. */
class Http2FloodTest {

  private static final byte[] RST = {0, 0, 0, 8};
  private static final byte[] LARGEST = {127, -1, -1, -1};
  private static final byte[] NOTHING = {};
  private static final byte[] ZERO = {0, 0, 0, 0};
  private static final byte[] ONE = {0, 0, 0, 1};
  private static final byte[] EIGHT = {1, 2, 3, 4, 5, 6, 7, 8};

  /** Each produces the i-th piece of an attack. */
  enum Flood {
    RESET(i -> join(get(i), RawHttp2.frame(RawHttp2.RST_STREAM, 0, id(i), RST))),
    WINDOW_OF_ZERO(i -> join(get(i), RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, id(i), ZERO))),
    WINDOW_TOO_LARGE(i -> join(get(i), RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, id(i), LARGEST))),
    DEPENDS_ON_ITSELF(
        i -> join(get(i), RawHttp2.frame(RawHttp2.PRIORITY, 0, id(i), dependency(id(i))))),
    PRIORITY_OF_WRONG_SIZE(i -> join(get(i), RawHttp2.frame(RawHttp2.PRIORITY, 0, id(i), ZERO))),
    DATA_AFTER_THE_END(i -> join(get(i), RawHttp2.frame(RawHttp2.DATA, 0, id(i), ZERO))),
    HEADERS_WITHOUT_METHOD(
        i -> RawHttp2.frame(RawHttp2.HEADERS, END, id(i), (byte) 0x84, (byte) 0x87)),
    UPPER_CASE_FIELD(
        i ->
            RawHttp2.frame(
                RawHttp2.HEADERS,
                END,
                id(i),
                concat(new byte[] {(byte) 0x82, (byte) 0x84, (byte) 0x87}, field("X", "y")))),
    FIELD_OF_THE_CONNECTION(
        i ->
            RawHttp2.frame(
                RawHttp2.HEADERS,
                END,
                id(i),
                concat(
                    new byte[] {(byte) 0x82, (byte) 0x84, (byte) 0x87},
                    field("connection", "close")))),
    RESET_OF_WHAT_IS_OVER(
        i ->
            i == 0
                ? join(get(0), RawHttp2.frame(RawHttp2.RST_STREAM, 0, 1, RST))
                : RawHttp2.frame(RawHttp2.RST_STREAM, 0, 1, RST)),
    PING(i -> RawHttp2.frame(RawHttp2.PING, 0, 0, EIGHT)),
    PING_ANSWERS(i -> RawHttp2.frame(RawHttp2.PING, RawHttp2.ACK, 0, EIGHT)),
    SETTINGS(i -> RawHttp2.frame(RawHttp2.SETTINGS, 0, 0)),
    SETTINGS_ANSWERS(i -> RawHttp2.frame(RawHttp2.SETTINGS, i == 0 ? 0 : RawHttp2.ACK, 0)),
    PRIORITY(i -> RawHttp2.frame(RawHttp2.PRIORITY, 0, id(i), dependency(0))),
    WINDOW(i -> RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, ONE)),
    WINDOW_OF_WHAT_IS_OVER(
        i ->
            i == 0
                ? join(get(0), RawHttp2.frame(RawHttp2.RST_STREAM, 0, 1, RST))
                : RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 1, ONE)),
    UNKNOWN(i -> RawHttp2.frame(77, 0, i % 2 == 0 ? 0 : id(i), EIGHT)),
    EMPTY_DATA(i -> i == 0 ? post() : RawHttp2.frame(RawHttp2.DATA, 0, 1)),
    SMALL_DATA_AND_EMPTY(
        i ->
            i == 0
                ? post()
                : RawHttp2.frame(RawHttp2.DATA, 0, 1, i % 5 == 0 ? new byte[1] : NOTHING)),
    EMPTY_CONTINUATION(
        i ->
            i == 0
                ? RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, (byte) 0x82)
                : RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1));

    private final IntFunction<byte[]> piece;

    Flood(IntFunction<byte[]> piece) {
      this.piece = piece;
    }
  }

  private static final int END = RawHttp2.END_STREAM | RawHttp2.END_HEADERS;

  private final List<LogRecord> logged = Collections.synchronizedList(new ArrayList<>());
  private final Logger root = Logger.getLogger("");

  private final Handler collector =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
            logged.add(record);
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    root.addHandler(collector);
  }

  @AfterEach
  void stopListening() {
    root.removeHandler(collector);
  }

  private static byte[] dependency(int stream) {
    return new byte[] {0, 0, (byte) (stream >> 8), (byte) stream, 1};
  }

  private static int id(int i) {
    return 2 * i + 1;
  }

  private static byte[] get(int i) {
    return RawHttp2.getFrame(id(i), "/slow");
  }

  /** The header of a request with a body. */
  private static byte[] post() {
    return RawHttp2.frame(
        RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, (byte) 0x83, (byte) 0x84, (byte) 0x87);
  }

  private static byte[] field(String name, String value) {
    byte[] field = new byte[3 + name.length() + value.length()];
    field[1] = (byte) name.length();
    for (int i = 0; i < name.length(); i++) {
      field[2 + i] = (byte) name.charAt(i);
    }
    field[2 + name.length()] = (byte) value.length();
    for (int i = 0; i < value.length(); i++) {
      field[3 + name.length() + i] = (byte) value.charAt(i);
    }
    return field;
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    return concat(first, second);
  }

  private static HttpResponse answer(HttpRequest request) {
    return HttpResponse.bytes(200, "text/plain", request.target().getBytes());
  }

  /**
   * @return the last GOAWAY, or null if the connection ended without one
   */
  private static RawHttp2.Frame flood(EdgeFixture fixture, IntFunction<byte[]> piece, int pieces)
      throws IOException {
    try (RawHttp2 client = new RawHttp2(fixture)) {
      Thread sender =
          Thread.startVirtualThread(
              () -> {
                try {
                  for (int i = 0; i < pieces; ) {
                    ByteArrayOutputStream some = new ByteArrayOutputStream();
                    for (int end = Math.min(pieces, i + 100); i < end; i++) {
                      some.writeBytes(piece.apply(i));
                    }
                    client.send(some.toByteArray());
                  }
                } catch (IOException e) {
                  // The edge has ended the connection.
                }
              });
      RawHttp2.Frame last = null;
      try {
        for (RawHttp2.Frame f = client.next(); f != null; f = client.next()) {
          last = f.type() == RawHttp2.GOAWAY ? f : last;
        }
      } catch (SocketTimeoutException e) {
        throw new AssertionError("nobody ended it", e);
      } catch (IOException e) {
        // The connection was reset while the client was still sending.
      }
      sender.interrupt();
      return last;
    }
  }

  @ParameterizedTest
  @EnumSource(Flood.class)
  void anyFloodIsEndedAndNotLogged(Flood flood) throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(Http2FloodTest::answer)) {
      RawHttp2.Frame goAway = flood(fixture, flood.piece, 20_000);
      if (goAway != null) {
        assertThat(goAway.error()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
      }
      EdgeFixture.await("the connection ends", () -> fixture.edge.stats().connections() == 0);
      assertThat(fixture.edge.stats().requestsTotal()).isLessThan(3000);
      boolean byTheCodec = flood == Flood.EMPTY_DATA || flood == Flood.EMPTY_CONTINUATION;
      assertThat(fixture.edge.stats().refusals().getOrDefault("calm", 0L))
          .isEqualTo(byTheCodec ? 0 : 1);
    }
    assertThat(logged).extracting(LogRecord::getMessage).isEmpty();
  }

  @Test
  void aRequestThatIsResetInTheSameBreathIsNotBegun() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(Http2FloodTest::answer);
        RawHttp2 client = new RawHttp2(fixture)) {
      ByteArrayOutputStream burst = new ByteArrayOutputStream();
      for (int i = 0; i < 100; i++) {
        burst.writeBytes(Flood.RESET.piece.apply(i));
      }
      burst.writeBytes(RawHttp2.getFrame(id(100), "/a"));
      client.send(burst.toByteArray());
      RawHttp2.Frame frame = client.next();
      while (!frame.endsStream()) {
        frame = client.next();
      }
      assertThat(frame.stream()).isEqualTo(id(100));
      assertThat(fixture.edge.stats().requestsTotal()).isEqualTo(1);
    }
  }

  @Test
  void connectingAnewDoesNotBeginANewAllowance() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(Http2FloodTest::answer)) {
      AtomicLong sent = new AtomicLong();
      IntFunction<byte[]> counted =
          i -> {
            sent.incrementAndGet();
            return Flood.RESET.piece.apply(i);
          };
      flood(fixture, counted, 20_000);
      EdgeFixture.await("it is remembered", () -> fixture.edge.stats().connections() == 0);
      RawHttp2.Frame goAway = flood(fixture, counted, 100);
      assertThat(goAway).isNotNull();
      assertThat(goAway.error()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
      // A client at the same address that waits for responses is not affected.
      try (RawHttp2 other = new RawHttp2(fixture)) {
        for (int i = 0; i < 60; i++) {
          other.get(id(2 * i), "/a");
          RawHttp2.Frame frame = other.next();
          while (!frame.endsStream()) {
            frame = other.next();
          }
          if (i > 5) {
            other.send(
                join(get(2 * i + 1), RawHttp2.frame(RawHttp2.RST_STREAM, 0, id(2 * i + 1), RST)));
          }
        }
      }
    }
  }

  @Test
  void aClientThatOpensItsWindowsForEachFewBytesIsNotAFlood() throws Exception {
    try (EdgeFixture fixture =
            new EdgeFixture(
                request -> HttpResponse.streaming(200, "text/plain", new SyntheticBody(40 << 20)));
        RawHttp2 client = new RawHttp2(fixture)) {
      client.get(1, "/");
      long got = 0;
      RawHttp2.Frame frame = client.next();
      while (!frame.endsStream()) {
        if (frame.type() == RawHttp2.DATA) {
          got += frame.payload().length;
          ByteArrayOutputStream updates = new ByteArrayOutputStream();
          for (int left = frame.payload().length; left > 0; left -= 4096) {
            int step = Math.min(left, 4096);
            byte[] size = {0, 0, (byte) (step >> 8), (byte) step};
            updates.writeBytes(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, size));
            updates.writeBytes(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 1, size));
          }
          client.send(updates.toByteArray());
        }
        frame = client.next();
        assertThat(frame).isNotNull();
      }
      assertThat(got).isGreaterThanOrEqualTo((40 << 20) - (1 << 16));
    }
  }
}
