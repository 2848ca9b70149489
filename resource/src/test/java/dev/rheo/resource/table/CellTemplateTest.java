package dev.rheo.resource.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.codec.io.ByteOutput;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CellTemplateTest {
  private static byte[] template(String before, long instant, String after) {
    ByteOutput out = new ByteOutput(0);
    out.write(before.getBytes(UTF_8));
    CellTemplate.slot(out, instant);
    out.write(after.getBytes(UTF_8));
    return out.toByteArray();
  }

  private static String render(byte[] template, long now) {
    return new String(CellTemplate.render(template, now), UTF_8);
  }

  @Test
  void theSameTemplateIsReadAtManyTimes() {
    byte[] template = template("[\"wéb\",\"3 (", 1_000_000, " ago)\"]");
    assertThat(render(template, 1_000_000)).isEqualTo("[\"wéb\",\"3 (0s ago)\"]");
    assertThat(render(template, 1_304_000)).isEqualTo("[\"wéb\",\"3 (5m4s ago)\"]");
    assertThat(render(template, 1_000_000 + 9 * 86_400_000L)).isEqualTo("[\"wéb\",\"3 (9d ago)\"]");
  }

  @Test
  void theFutureIsEscapedAsJsonIs() {
    assertThat(render(template("\"", 10_000, "\""), 0)).isEqualTo("\"\\u003cinvalid\\u003e\"");
  }

  @Test
  void withoutSlotsNothingChanges() {
    byte[] json = "[\"a\",1,true]".getBytes(UTF_8);
    assertThat(CellTemplate.render(json, 5)).isEqualTo(json);
    assertThat(CellTemplate.render(new byte[0], 5)).isEmpty();
  }

  @Test
  void instantsMayHoldAnyByte() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      ByteOutput out = new ByteOutput(0);
      StringBuilder expected = new StringBuilder();
      int slots = random.nextInt(4);
      for (int slot = 0; slot < slots; slot++) {
        // half of the instants contain the byte that begins a slot
        long instant = random.nextBoolean() ? 0x0101_0101_0101L : random.nextLong() >>> 20;
        CellTemplate.slot(out, instant);
        out.ascii("|");
        expected.append(HumanDuration.of(Long.MAX_VALUE / 2 - instant)).append('|');
      }
      assertThat(render(out.toByteArray(), Long.MAX_VALUE / 2)).isEqualTo(expected.toString());
    }
  }

  @Test
  void aPartOfAnArrayIsRendered() {
    byte[] template = template("xx[", 0, "]yy");
    ByteOutput out = new ByteOutput(0);
    out.ascii("head ");
    CellTemplate.render(template, 2, template.length - 2, 60_000, out);
    assertThat(new String(out.toByteArray(), 0, out.size(), UTF_8)).isEqualTo("head [60s]");
  }
}
