package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InflatedBodyTest {
  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 100_000, 1_000_000})
  void whatIsDrawnIsTheDocument(int length) throws IOException {
    Random random = new Random(length);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextInt(4);
    }
    ByteArrayOutputStream drawn = new ByteArrayOutputStream();
    InflatedBody body = new InflatedBody(gzip(bytes));
    Body.State state;
    do {
      ByteBuf out = Unpooled.buffer(1 + random.nextInt(70_000));
      int room = out.writableBytes();
      ByteBuf limited = out.slice(0, room).clear();
      state = body.draw(limited);
      limited.readBytes(drawn, limited.readableBytes());
      out.release();
    } while (state == Body.State.MORE);
    body.close();
    assertThat(state).isEqualTo(Body.State.END);
    assertThat(drawn.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void anIncompleteDocumentIsNotTakenForAWholeOne() throws IOException {
    byte[] whole = gzip(new byte[100_000]);
    InflatedBody body = new InflatedBody(Arrays.copyOf(whole, whole.length - 12));
    Body.State state;
    do {
      ByteBuf out = Unpooled.buffer(64 << 10, 64 << 10);
      state = body.draw(out);
      out.release();
    } while (state == Body.State.MORE);
    assertThat(state).isEqualTo(Body.State.ABORT);
    body.close();
  }

  @Test
  void onlyGzipIsTaken() {
    assertThatIllegalArgumentException().isThrownBy(() -> new InflatedBody(new byte[30]));
    assertThatIllegalArgumentException().isThrownBy(() -> new InflatedBody(new byte[0]));
  }
}
