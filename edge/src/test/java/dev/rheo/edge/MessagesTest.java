package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {

  private static final HexFormat HEX = HexFormat.of();

  /** Splits a stream, passed in pieces of random size, into messages. */
  private static List<String> split(Messages messages, byte[] stream, Random random) {
    List<String> found = new ArrayList<>();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    boolean within = false;
    int handed = 0;
    while (handed < stream.length) {
      int piece = Math.min(stream.length - handed, 1 + random.nextInt(20));
      // Not at the start of the buffer, as in production.
      ByteBuf in = Unpooled.buffer().writeZero(7).writeBytes(stream, handed, piece).writeZero(3);
      handed += piece;
      int at = 7;
      int to = 7 + piece;
      while (at < to || within) {
        if (!within) {
          at = messages.begin(in, at, to);
          if (at < 0) {
            break;
          }
          within = true;
        }
        int end = messages.end(in, at, to);
        int stop = end < 0 ? to : end;
        message.writeBytes(copy(in, at, stop));
        at = stop;
        if (end < 0) {
          break;
        }
        found.add(HEX.formatHex(message.toByteArray()));
        message.reset();
        within = false;
      }
      in.release();
    }
    assertThat(within).as("a message without an end").isFalse();
    return found;
  }

  private static byte[] copy(ByteBuf in, int from, int to) {
    byte[] bytes = new byte[to - from];
    in.getBytes(from, bytes);
    return bytes;
  }

  private static Messages messages(String mediaType) {
    return Objects.requireNonNull(Messages.of(mediaType));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void linesKeepTheirEnds(long seed) {
    Random random = new Random(seed);
    List<String> sent = new ArrayList<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      byte[] line =
          ("{" + "x".repeat(random.nextInt(60)) + "é}\n").getBytes(StandardCharsets.UTF_8);
      sent.add(HEX.formatHex(line));
      stream.writeBytes(line);
    }
    Messages messages = messages("application/json;charset=utf-8");
    assertThat(messages.areText()).isTrue();
    assertThat(split(messages, stream.toByteArray(), random)).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void prefixesAreLeftOut(long seed) {
    Random random = new Random(seed);
    List<String> sent = new ArrayList<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      byte[] message = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(600)];
      random.nextBytes(message);
      sent.add(HEX.formatHex(message));
      stream.writeBytes(new byte[] {0, 0, (byte) (message.length >> 8), (byte) message.length});
      stream.writeBytes(message);
    }
    Messages messages = messages("application/vnd.kubernetes.protobuf;stream=watch");
    assertThat(messages.areText()).isFalse();
    assertThat(split(messages, stream.toByteArray(), random)).isEqualTo(sent);
  }

  /** One item each; most are examples of RFC 8949, appendix A. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "00",
        "1864",
        "1b000000e8d4a51000",
        "3903e7",
        "fb3ff199999999999a",
        "f4",
        "f8ff",
        "c074323031332d30332d32315432303a30343a30305a",
        "40",
        "4401020304",
        "60",
        "6161",
        "80",
        "8301820203820405",
        "a0",
        "a201020304",
        "a26161016162820203",
        "5f42010243030405ff",
        "7f657374726561646d696e67ff",
        "9fff",
        "9f018202039f0405ffff",
        "bf61610161629f0203ffff",
        "bf6346756ef563416d7421ff",
        "d9d9f7a26474797065654144444544666f626a656374a0",
        "7818616161616161616161616161616161616161616161616161"
      })
  void anItemEndsWhereItEnds(String hex) {
    byte[] item = HEX.parseHex(hex);
    byte[] stream = HEX.parseHex(hex + hex + hex);
    for (int seed = 0; seed < 20; seed++) {
      assertThat(split(messages("application/cbor-seq"), stream, new Random(seed)))
          .containsOnly(HEX.formatHex(item))
          .hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomItemsAreToldApart(long seed) {
    Random random = new Random(seed);
    List<String> sent = new ArrayList<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 100; i++) {
      ByteArrayOutputStream item = new ByteArrayOutputStream();
      writeItem(item, random, 0);
      sent.add(HEX.formatHex(item.toByteArray()));
      stream.writeBytes(item.toByteArray());
    }
    assertThat(split(messages("application/cbor-seq"), stream.toByteArray(), random))
        .isEqualTo(sent);
  }

  private static void writeItem(ByteArrayOutputStream out, Random random, int depth) {
    int kind = random.nextInt(depth > 30 ? 4 : 9);
    switch (kind) {
      case 0 -> writeHead(out, random, 0, random.nextInt(100_000));
      case 1, 2 -> {
        byte[] bytes = new byte[random.nextInt(400)];
        random.nextBytes(bytes);
        writeHead(out, random, kind + 1, bytes.length);
        out.writeBytes(bytes);
      }
      case 3 -> out.write(0xf6);
      case 4, 5 -> {
        int items = random.nextInt(4);
        writeHead(out, random, kind, items);
        for (int i = 0; i < items * (kind - 3); i++) {
          writeItem(out, random, depth + 1);
        }
      }
      case 6, 7 -> {
        out.write(kind == 6 ? 0x9f : 0xbf);
        int items = random.nextInt(3) * (kind - 5);
        for (int i = 0; i < items; i++) {
          writeItem(out, random, depth + 1);
        }
        out.write(0xff);
      }
      default -> {
        writeHead(out, random, 6, 55799);
        writeItem(out, random, depth + 1);
      }
    }
  }

  /** In a random width that holds the value; CBOR allows more bytes than necessary. */
  private static void writeHead(ByteArrayOutputStream out, Random random, int major, int value) {
    int least = value < 24 ? 0 : value < 256 ? 1 : value < 65536 ? 2 : 3;
    int width = least + random.nextInt(5 - least);
    if (width == 0) {
      out.write(major << 5 | value);
      return;
    }
    out.write(major << 5 | 23 + width);
    for (int i = (1 << (width - 1)) - 1; i >= 0; i--) {
      out.write(i > 3 ? 0 : value >> 8 * i);
    }
  }

  @ParameterizedTest
  @CsvSource({"1c", "ff", "82ff", "5bffffffffffffffff", "bbffffffffffffffff"})
  void whatIsNoCborIsNotFollowed(String hex) {
    assertThatThrownBy(
            () -> split(messages("application/cbor-seq"), HEX.parseHex(hex), new Random(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nestingHasALimit() {
    byte[] deep = new byte[100_000];
    java.util.Arrays.fill(deep, (byte) 0x81);
    assertThatThrownBy(() -> split(messages("application/cbor-seq"), deep, new Random(1)))
        .hasMessageContaining("deep");
  }

  @Test
  void otherMediaTypesHaveNoMessages() {
    assertThat(Messages.of("application/yaml")).isNull();
    assertThat(Messages.of("text/plain")).isNull();
  }
}
