package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipBodyTest {

  /** Yields pieces of random sizes, with random states in between. */
  private static final class Erratic implements Body {
    private final byte[] bytes;
    private final Random random;
    private int position;
    int closed;

    /** Number of draws. */
    int asked;

    Erratic(byte[] bytes, Random random) {
      this.bytes = bytes;
      this.random = random;
    }

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      asked++;
      int most = Math.min(out.writableBytes(), bytes.length - position);
      int length = random.nextInt(5) == 0 ? 0 : random.nextInt(most + 1);
      out.writeBytes(bytes, position, length);
      position += length;
      if (position == bytes.length) {
        return State.END;
      }
      return random.nextBoolean() ? State.WAIT : State.MORE;
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** A wake-up between two draws counts for the second draw, so the body must be asked again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itWaitsOnlyForABodyThatItHasJustAsked(long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[100_000];
    random.nextBytes(bytes);
    Erratic source = new Erratic(bytes, random);
    Body body = new Deflaters(1).tryCompress(source);
    assertThat(body).isNotNull();
    Body.State state;
    do {
      int asked = source.asked;
      ByteBuf out = Unpooled.buffer(64 << 10, 64 << 10);
      state = body.draw(out.slice(0, 1 + random.nextInt(300)).clear());
      if (state == Body.State.WAIT) {
        assertThat(source.asked).isGreaterThan(asked);
      }
      out.release();
    } while (state != Body.State.END);
    body.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whatComesOutIsWhatWentIn(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = new byte[random.nextInt(300_000)];
    if (seed % 2 == 0) {
      random.nextBytes(bytes);
    }
    Erratic source = new Erratic(bytes, random);
    Deflaters deflaters = new Deflaters(1);
    Body body = deflaters.tryCompress(source);
    assertThat(body).isNotNull();
    assertThat(deflaters.tryCompress(source)).as("over the limit").isNull();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    Body.State state;
    int draws = 0;
    do {
      ByteBuf out = Unpooled.buffer(64 << 10, 64 << 10);
      ByteBuf window = out.slice(0, 1 + random.nextInt(seed % 3 == 0 ? 20 : 60_000)).clear();
      state = body.draw(window);
      window.readBytes(wire, window.readableBytes());
      out.release();
      assertThat(++draws).isLessThan(1_000_000);
    } while (state == Body.State.MORE || state == Body.State.WAIT);
    assertThat(state).isEqualTo(Body.State.END);
    byte[] unpacked =
        new GZIPInputStream(new ByteArrayInputStream(wire.toByteArray())).readAllBytes();
    assertThat(unpacked).isEqualTo(bytes);
    body.close();
    body.close();
    assertThat(source.closed).isEqualTo(1);
    assertThat(deflaters.inUse()).isZero();
  }

  @Test
  void whatWasGivenIsReadableWhenTheBodyWaits() throws Exception {
    byte[] event = "an event\n".getBytes();
    Body body =
        new GzipBody(
            new Body() {
              private boolean given;

              @Override
              public void onReady(Runnable wake) {}

              @Override
              public State draw(ByteBuf out) {
                if (!given) {
                  given = true;
                  out.writeBytes(event);
                  return State.MORE;
                }
                return State.WAIT;
              }

              @Override
              public void close() {}
            },
            () -> {});
    ByteBuf out = Unpooled.buffer(1000, 1000);
    while (body.draw(out) != Body.State.WAIT) {
      assertThat(out.isWritable()).isTrue();
    }
    Inflater inflater = new Inflater(true);
    inflater.setInput(out.array(), 10, out.readableBytes() - 10);
    byte[] read = new byte[100];
    assertThat(inflater.inflate(read)).isEqualTo(event.length);
    inflater.end();
    body.close();
    out.release();
  }
}
