package dev.rheo.server.verb.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrettyBodyTest {
  private static final String COMPACT =
      "{\"kind\":\"X\",\"empty\":{},\"none\":[],\"a\":[1,-2.5e3,[true,null],{\"b\":\"c,{[:\\\"\\\\ü\"}],"
          + "\"e\":{\"f\":{\"g\":false}}}\n";

  private static final String PRETTY =
      """
      {
        "kind": "X",
        "empty": {},
        "none": [],
        "a": [
          1,
          -2.5e3,
          [
            true,
            null
          ],
          {
            "b": "c,{[:\\"\\\\ü"
          }
        ],
        "e": {
          "f": {
            "g": false
          }
        }
      }
      """;

  /** A body that gives a few bytes at a time. */
  private static final class Sips implements Body {
    private final byte[] bytes;
    private final Random random;
    private int position;
    boolean closed;

    Sips(byte[] bytes, Random random) {
      this.bytes = bytes;
      this.random = random;
    }

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      int most = Math.min(out.writableBytes(), bytes.length - position);
      int length = random.nextInt(Math.min(most, 7) + 1);
      out.writeBytes(bytes, position, length);
      position += length;
      if (position == bytes.length) {
        return State.END;
      }
      return random.nextBoolean() ? State.WAIT : State.MORE;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static String drawn(Body body, Random random) {
    ByteBuf all = Unpooled.buffer();
    Body.State state;
    do {
      ByteBuf out = Unpooled.buffer(64).slice(0, 1 + random.nextInt(20)).clear();
      state = body.draw(out);
      all.writeBytes(out);
    } while (state != Body.State.END);
    return all.toString(StandardCharsets.UTF_8);
  }

  @Test
  void itIsIndentedHoweverItComesAndGoes() throws Exception {
    ObjectMapper json = new ObjectMapper();
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Sips source = new Sips(COMPACT.getBytes(StandardCharsets.UTF_8), random);
      PrettyBody body = new PrettyBody(source);
      String pretty = drawn(body, random);
      assertThat(pretty).isEqualTo(PRETTY);
      assertThat(json.readTree(pretty)).isEqualTo(json.readTree(COMPACT));
      body.close();
      assertThat(source.closed).isTrue();
    }
  }

  @Test
  void whatBreaksOffStaysBroken() {
    Body broken =
        new Body() {
          @Override
          public void onReady(Runnable wake) {}

          @Override
          public State draw(ByteBuf out) {
            out.writeByte('{');
            return State.ABORT;
          }

          @Override
          public void close() {}
        };
    ByteBuf out = Unpooled.buffer(64);
    assertThat(new PrettyBody(broken).draw(out)).isEqualTo(Body.State.ABORT);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{");
  }
}
