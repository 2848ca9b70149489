package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketBodyTest {

  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf;stream=watch";

  /** Yields events; stops where told, as a body that is woken later does. */
  private static final class Events implements Body {
    final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
    State atEnd = State.END;
    int most = Integer.MAX_VALUE;
    boolean finished;
    boolean closed;
    private int offset;

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      int room = Math.min(most, out.writableBytes());
      while (!pieces.isEmpty()) {
        byte[] piece = pieces.getFirst();
        int length = Math.min(room, piece.length - offset);
        out.writeBytes(piece, offset, length);
        room -= length;
        offset += length;
        if (offset < piece.length) {
          return State.MORE;
        }
        pieces.removeFirst();
        offset = 0;
      }
      return atEnd;
    }

    @Override
    public void finish() {
      finished = true;
      atEnd = State.END;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private record Frame(boolean fin, int opcode, byte[] payload) {}

  /** Parses frames like a strict peer: unmasked, complete, with lengths in their shortest form. */
  private static List<Frame> frames(ByteBuf in) {
    List<Frame> frames = new ArrayList<>();
    while (in.isReadable()) {
      int first = in.readUnsignedByte();
      assertThat(first & 0x70).as("reserved bits").isZero();
      int length = in.readUnsignedByte();
      assertThat(length).as("masked, or a long length").isLessThan(127);
      if (length == 126) {
        length = in.readUnsignedShort();
        assertThat(length).isGreaterThan(125);
      }
      byte[] payload = new byte[length];
      in.readBytes(payload);
      frames.add(new Frame((first & 0x80) != 0, first & 15, payload));
    }
    return frames;
  }

  private static WebSocketBody body(Events events, String mediaType) {
    return new WebSocketBody(events, Objects.requireNonNull(Messages.of(mediaType)));
  }

  private static byte[] json(Random random, int length) {
    byte[] event = new byte[length];
    for (int i = 0; i < length - 1; i++) {
      event[i] = (byte) ('a' + random.nextInt(26));
    }
    event[length - 1] = '\n';
    return event;
  }

  private static byte[] prefixed(byte[] message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int length = message.length;
    out.writeBytes(
        new byte[] {
          (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
        });
    out.writeBytes(message);
    return out.toByteArray();
  }

  private static int anySize(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> WebSocketBody.LEAST_EVENT;
      case 1 -> 125 + random.nextInt(3);
      case 2 -> 60_000 + random.nextInt(10_000);
      case 3 -> random.nextInt(300_000) + 100;
      default -> WebSocketBody.LEAST_EVENT + random.nextInt(400);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "1,application/json,true",
    "2,application/json,true",
    "3,application/json,false",
    "4,application/vnd.kubernetes.protobuf;stream=watch,true",
    "5,application/vnd.kubernetes.protobuf;stream=watch,true",
    "6,application/vnd.kubernetes.protobuf;stream=watch,false"
  })
  void eachEventIsAMessageHoweverItIsDrawn(long seed, String mediaType, boolean pooled) {
    ByteBufAllocator allocator =
        pooled ? PooledByteBufAllocator.DEFAULT : UnpooledByteBufAllocator.DEFAULT;
    Random random = new Random(seed);
    for (int round = 0; round < 10; round++) {
      Events events = new Events();
      List<byte[]> sent = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        byte[] event = json(random, anySize(random));
        sent.add(event);
        events.pieces.add(mediaType.equals(JSON) ? event : prefixed(event));
      }
      events.most = random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(100_000);
      List<byte[]> received = receive(events, mediaType, allocator, random);
      assertThat(received).hasSameSizeAs(sent);
      for (int i = 0; i < sent.size(); i++) {
        assertThat(Arrays.equals(received.get(i), sent.get(i))).as("message %d", i).isTrue();
      }
    }
  }

  private static List<byte[]> receive(
      Events events, String mediaType, ByteBufAllocator allocator, Random random) {
    WebSocketBody body = body(events, mediaType);
    int opcode = mediaType.equals(JSON) ? 1 : 2;
    List<byte[]> received = new ArrayList<>();
    ByteArrayOutputStream message = null;
    ByteBuf buffer = allocator.directBuffer(Pump.CHUNK, Pump.CHUNK);
    try {
      while (true) {
        buffer.clear();
        int room = random.nextInt(3) == 0 ? 100 + random.nextInt(Pump.CHUNK - 100) : Pump.CHUNK;
        ByteBuf out = room == Pump.CHUNK ? buffer : buffer.slice(0, room).clear();
        Body.State state = body.draw(out);
        for (Frame frame : frames(out)) {
          if (frame.opcode == 8) {
            assertThat(state).isEqualTo(Body.State.END);
            assertThat(frame.payload).containsExactly(0x03, 0xe8);
            assertThat(message).isNull();
            return received;
          }
          assertThat(frame.opcode).isEqualTo(message == null ? opcode : 0);
          message = message == null ? new ByteArrayOutputStream() : message;
          message.writeBytes(frame.payload);
          if (frame.fin) {
            received.add(message.toByteArray());
            message = null;
          }
        }
        assertThat(state).isEqualTo(Body.State.MORE);
      }
    } finally {
      buffer.release();
    }
  }

  @Test
  void anEventThatLiesWholeInADrawIsOneFrame() {
    Random random = new Random(7);
    for (int size : new int[] {24, 60, 125, 126, 5000, 59_000}) {
      Events events = new Events();
      events.atEnd = Body.State.WAIT;
      WebSocketBody body = body(events, JSON);
      for (int i = 0; i < 3; i++) {
        byte[] event = json(random, size);
        events.pieces.add(event);
        ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(Pump.CHUNK, Pump.CHUNK);
        assertThat(body.draw(out)).isEqualTo(Body.State.WAIT);
        List<Frame> frames = frames(out);
        assertThat(frames).hasSize(1);
        assertThat(frames.getFirst().fin).isTrue();
        assertThat(frames.getFirst().opcode).isEqualTo(1);
        assertThat(frames.getFirst().payload).isEqualTo(event);
        out.release();
      }
    }
  }

  @Test
  void aLargeEventTakesWhatTheChunkHolds() {
    Events events = new Events();
    events.pieces.add(json(new Random(1), 1 << 20));
    WebSocketBody body = body(events, JSON);
    ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(Pump.CHUNK, Pump.CHUNK);
    assertThat(body.draw(out)).isEqualTo(Body.State.MORE);
    // Otherwise the pump would conclude that the body did much work for few bytes.
    assertThat(out.readableBytes()).isGreaterThan(Pump.CHUNK * 9 / 10);
    out.release();
  }

  @Test
  void nothingDrawnIsNoFrame() {
    Events events = new Events();
    events.atEnd = Body.State.WAIT;
    WebSocketBody body = body(events, PROTOBUF);
    events.pieces.add(new byte[] {0, 0});
    ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(1000, 1000);
    assertThat(body.draw(out)).isEqualTo(Body.State.WAIT);
    assertThat(out.isReadable()).isFalse();
    events.pieces.add(new byte[] {0, 3, 1, 2, 3});
    out.clear();
    assertThat(body.draw(out)).isEqualTo(Body.State.WAIT);
    assertThat(frames(out).getFirst().payload).containsExactly(1, 2, 3);
    out.release();
  }

  @Test
  void aFinishedStreamSaysThatTheServerGoesAway() {
    Events events = new Events();
    events.atEnd = Body.State.WAIT;
    WebSocketBody body = body(events, JSON);
    body.finish();
    assertThat(events.finished).isTrue();
    ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(1000, 1000);
    assertThat(body.draw(out)).isEqualTo(Body.State.END);
    assertThat(frames(out).getFirst().payload).containsExactly(0x03, 0xe9);
    out.release();
    body.close();
    assertThat(events.closed).isTrue();
  }

  @Test
  void aStreamThatBreaksOffIsNotClosedAsIfComplete() {
    Events aborted = new Events();
    aborted.atEnd = Body.State.ABORT;
    aborted.pieces.add(json(new Random(1), 40));
    ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(1000, 1000);
    assertThat(body(aborted, JSON).draw(out)).isEqualTo(Body.State.ABORT);
    assertThat(frames(out)).hasSize(1);

    Events cut = new Events();
    cut.pieces.add("{\"type\":\"ADDED\",".getBytes());
    out.clear();
    assertThatThrownBy(() -> body(cut, JSON).draw(out)).hasMessageContaining("within");
    out.release();
  }
}
