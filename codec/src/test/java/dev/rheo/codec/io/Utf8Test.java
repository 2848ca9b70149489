package dev.rheo.codec.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

  /** Tries every range with the only non-ASCII byte at every position. */
  @Test
  void everyByteIsLookedAtAndNoneBesideThem() {
    byte[] bytes = new byte[40];
    for (int at = 0; at < bytes.length; at++) {
      Arrays.fill(bytes, (byte) 0x7f);
      bytes[at] = (byte) 0x80;
      for (int from = 0; from <= bytes.length; from++) {
        for (int length = 0; length <= bytes.length - from; length++) {
          assertThat(Utf8.isAscii(bytes, from, length))
              .as("byte %d of %d from %d", at, length, from)
              .isEqualTo(at < from || at >= from + length);
        }
      }
    }
  }

  @Test
  void stringsAreWhatJavaMakesOfThem() {
    Random random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(50)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] &= 0x7f;
        }
      }
      int from = random.nextInt(bytes.length + 1);
      int length = random.nextInt(bytes.length - from + 1);
      assertThat(Utf8.string(bytes, from, length, Meter.tally()))
          .isEqualTo(new String(bytes, from, length, StandardCharsets.UTF_8));
    }
  }
}
