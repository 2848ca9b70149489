package dev.rheo.codec.cbor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.Golden;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborFormsTest {
  private static final HexFormat HEX = HexFormat.of();

  static Stream<Golden> vectors() {
    return Golden.all();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsWhatItWrites(Golden golden) {
    byte[] json = golden.compact().getBytes(UTF_8);
    ObjectNode wanted = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    byte[] untyped = CborForms.object(json, null);
    assertThat(CborForms.toTree(untyped, null)).isEqualTo(wanted);
    byte[] typed = CborForms.object(json, golden.type());
    assertThat(CborForms.toTree(typed, null)).isEqualTo(wanted);
    assertThat(CborForms.toTree(typed, golden.type())).isEqualTo(wanted);
    assertThat(typed.length).isLessThanOrEqualTo(untyped.length).isLessThan(json.length);
    assertThat(new String(Canonicalizer.encodeAnswer(wanted, golden.type()), UTF_8))
        .isEqualTo(golden.compact());
  }

  @Test
  void readsWhatUpstreamWrites() throws Exception {
    int count = 0;
    try (InputStream in = Golden.class.getResourceAsStream("upstream-cbor-1.36.3.txt.gz")) {
      String lines = new String(new GZIPInputStream(in).readAllBytes(), UTF_8);
      for (String line : lines.lines().toList()) {
        Golden golden = Golden.named(line.substring(0, line.indexOf(' ')));
        byte[] cbor = Base64.getDecoder().decode(line.substring(line.indexOf(' ') + 1));
        for (ObjectType type : Arrays.asList(golden.type(), null)) {
          byte[] json = Canonicalizer.encodeAnswer(CborForms.toTree(cbor, type), golden.type());
          // Compares trees, because the order within untyped values is not kept.
          assertThat(new ObjectMapper().readTree(json)).isEqualTo(golden.tree());
        }
        count++;
      }
    }
    assertThat(count).isEqualTo(188);
  }

  @Test
  void writesAnObjectAroundItsTail() {
    byte[] json = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"AQID\"}}".getBytes(UTF_8);
    byte[] tail = CborForms.tail(json, 1, json.length, TypeTable.builtIn().type("v1", "Secret"));
    assertThat(HEX.formatHex(join(CborForms.head("v1", "Secret"), tail)))
        .isEqualTo(
            "d9d9f7bf" // self-described, a map of indefinite length
                + "446b696e6446536563726574" // kind: Secret
                + "4a61706956657273696f6e427631" // apiVersion: v1
                + "486d65746164617461a1446e616d654161" // metadata: {name: a}
                + "4464617461a1416bd643010203" // data: {k: 22(010203)}
                + "ff");
    assertThat(CborForms.toTree(join(CborForms.itemHead(), tail), null))
        .hasToString(new String(json, UTF_8));
  }

  @Test
  void writesLists() throws Exception {
    byte[] json = "{\"metadata\":{\"name\":\"a\"}}".getBytes(UTF_8);
    byte[] tail = CborForms.tail(json, 1, json.length, null);
    byte[] list =
        join(
            CborForms.listHead("v1", "SecretList", new ListMetadata(17, "abc", 5, "")),
            CborForms.itemHead(),
            tail,
            CborForms.itemHead("v1", "Secret"),
            tail,
            CborForms.listEnd());
    assertThat(CborForms.toTree(list, null))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"kind":"SecretList","apiVersion":"v1",
                     "metadata":{"resourceVersion":"17","continue":"abc","remainingItemCount":5},
                     "items":[{"metadata":{"name":"a"}},
                              {"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"}}]}"""));
    assertThat(
            CborForms.toTree(
                join(
                    CborForms.listHead("v1", "SecretList", new ListMetadata(17, "", 0, "")),
                    CborForms.listEnd()),
                null))
        .hasToString(
            "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\","
                + "\"metadata\":{\"resourceVersion\":\"17\"},\"items\":[]}");
  }

  @Test
  void writesEvents() {
    byte[] tail = CborForms.tail("\"metadata\":{}}".getBytes(UTF_8), 0, 14, null);
    assertThat(
            CborForms.toTree(
                join(CborForms.eventHead("ADDED"), CborForms.head("v1", "Pod"), tail), null))
        .hasToString(
            "{\"type\":\"ADDED\",\"object\":"
                + "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{}}}");
  }

  /** Unescaping shortens the string across the sizes at which its head becomes smaller. */
  @Test
  void writesEscapedStrings() {
    for (int length : new int[] {1, 22, 23, 24, 25, 254, 255, 256, 257, 65534, 65535, 65536}) {
      for (int escapes = 1; escapes <= Math.min(length, 12); escapes++) {
        String text = "<".repeat(escapes) + "é".repeat((length - escapes) / 2);
        String json = new ObjectMapper().createObjectNode().put("k", text).toString();
        json = json.replace("<", "\\u003c");
        assertThat(CborForms.toTree(CborForms.object(json.getBytes(UTF_8), null), null).get("k"))
            .hasToString('"' + text + '"');
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "23",
        "24",
        "255",
        "256",
        "65535",
        "65536",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "-1",
        "-24",
        "-25",
        "-9223372036854775808",
        "1.5",
        "0.1",
        "3.0E38",
        "1.7976931348623157E308",
        "-0.0",
        "65504.0",
        "5.960464477539063E-8"
      })
  void keepsNumbers(String number) {
    String json = "{\"n\":[" + number + "]}";
    byte[] cbor = CborForms.object(json.getBytes(UTF_8), null);
    assertThat(CborForms.toTree(cbor, null)).hasToString(json);
  }

  @Test
  void countsMembersOfLargeContainers() {
    for (int count : new int[] {0, 1, 23, 24, 300}) {
      ObjectNode node = new ObjectMapper().createObjectNode();
      ObjectNode map = node.putObject("map");
      var array = node.putArray("array");
      for (int i = 0; i < count; i++) {
        map.put("k" + i, i);
        array.add(i);
      }
      byte[] cbor = CborForms.object(node.toString().getBytes(UTF_8), null);
      assertThat(CborForms.toTree(cbor, null)).isEqualTo(node);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a1416b6161", // a text string
        "a1616b4161", // a text key
        "a1416b5f416140ff", // chunks
        "bf416b4161ff",
        "d9d9f7a1416bd9d9f74161", // nested tags
        "a1416bd8184161",
      })
  void readsOtherSpellings(String hex) {
    assertThat(CborForms.toTree(HEX.parseHex(hex), null)).hasToString("{\"k\":\"a\"}");
  }

  @Test
  void readsTagsAsUpstream() {
    assertThat(value("c074323031332d30332d32315432303a30343a30305a"))
        .isEqualTo("2013-03-21T20:04:00Z");
    assertThat(value("c11a514b67b0")).isEqualTo("2013-03-21T20:04:00Z");
    assertThat(value("c1fb41d452d9ec200000")).isEqualTo("2013-03-21T20:04:00.500Z");
    assertThat(value("d643fbfffe")).isEqualTo("+//+");
    assertThat(value("d543fbfffe")).isEqualTo("-__-");
    assertThat(value("d743fbfffe")).isEqualTo("fbfffe");
    var secret = TypeTable.builtIn().type("v1", "Secret");
    byte[] typed = HEX.parseHex("a1" + "4464617461" + "a1416b" + "d743fbfffe");
    assertThat(CborForms.toTree(typed, secret).at("/data/k").textValue()).isEqualTo("+//+");
  }

  private static String value(String hex) {
    return CborForms.toTree(HEX.parseHex("a1416b" + hex), null).get("k").textValue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // empty
        "80", // not a map
        "a0a0", // two data items
        "a1", // a missing member
        "a1416b", // a missing value
        "a1016161", // a key that is a number
        "a2416b01416b02", // a duplicate key
        "a1416bf7", // undefined
        "a1416be0", // simple values
        "a1416bf814",
        "a1416bf97e00", // not a number
        "a1416bf97c00", // infinity
        "a1416b1bffffffffffffffff", // more than 63 bits
        "a1416b3bffffffffffffffff",
        "a1416bc249010000000000000000", // bignum
        "a1416b61ff", // not UTF-8
        "a1416b7f61c361a9ff", // not UTF-8 chunk by chunk
        "a1416bd601", // tag 22 on a number
        "a1416bd66161", // tag 22 on text
        "a1416bc101ff",
        "a1416b5f6161ff", // a chunk of text in bytes
        "a1416b5f5f4161ffff", // chunks within chunks
        "a1416b1c", // reserved additional information
        "a1416bff", // break where a value is due
        "bf416b", // no end
        "bb7fffffffffffffff", // a length beyond the end
        "a1416b5b7fffffffffffffff",
        "a1416b9affffffff",
      })
  void refusesAsUpstream(String hex) {
    assertThatThrownBy(() -> CborForms.toTree(HEX.parseHex(hex), null))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("unable to decode CBOR: ");
  }

  @Test
  void limitsDepthContainersAndValues() {
    byte[] deep = new byte[4000];
    Arrays.fill(deep, (byte) 0x81);
    assertRefused(join(HEX.parseHex("a1416b"), deep), "exceeded max depth");
    Arrays.fill(deep, (byte) 0xC6);
    assertRefused(join(HEX.parseHex("a1416b"), deep), "exceeded max depth");
    byte[] wide = new byte[ObjectDecoder.MAX_CONTAINERS + 1];
    Arrays.fill(wide, (byte) 0x80);
    assertRefused(join(HEX.parseHex("a1416b9f"), wide), "more than 300000 objects and arrays");
    byte[] many = new byte[CborReader.MAX_VALUES + 1];
    assertRefused(join(HEX.parseHex("a1416b9f"), many), "more than 1500000 values");
  }

  private static void assertRefused(byte[] cbor, String message) {
    assertThatThrownBy(() -> CborForms.toTree(cbor, null))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(message);
  }
}
