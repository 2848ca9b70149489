package dev.rheo.codec.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.CodecBenchmark;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.schema.ListMetadata;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtobufCodecTest {
  private static final ProtobufCodec CODEC = ProtobufCodec.builtIn();

  private static String roundTrip(String json) {
    return new String(CODEC.toJson(CODEC.toProtobuf(json.getBytes(UTF_8))), UTF_8);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void zeroBehindAPointerSurvivesAndAnAbsentOneStaysAbsent() {
    assertThat(
            roundTrip(
                "{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\",\"spec\":{\"replicas\":0}}"))
        .isEqualTo(
            "{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\",\"metadata\":{},\"spec\":{},\"status\":{\"replicas\":0}}");
    String zero =
        "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"spec\":{\"replicas\":0,\"selector\":null}}";
    assertThat(CODEC.toTree(CODEC.toProtobuf(zero.getBytes(UTF_8))).path("spec").toString())
        .isEqualTo("{\"replicas\":0}");
    String absent = "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"spec\":{}}";
    assertThat(CODEC.toTree(CODEC.toProtobuf(absent.getBytes(UTF_8))).path("spec").toString())
        .isEqualTo("{}");
  }

  @Test
  void bytesBoundsAndTextSurvive() {
    Random random = new Random(4);
    for (int length : new int[] {0, 1, 2, 3, 4, 5, 94, 95, 96, 127, 128, 16383, 16384, 3_000_000}) {
      byte[] data = new byte[length];
      random.nextBytes(data);
      byte[] json = CodecBenchmark.secret(data);
      byte[] protobuf = CODEC.toProtobuf(json);
      String text = new String(CODEC.toJson(protobuf), UTF_8);
      assertThat(text)
          .contains("\"k\":\"" + java.util.Base64.getEncoder().encodeToString(data) + "\"");
    }
    String text =
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{},\"data\":{\"a\":\"é\\u003c\\n日本😀\",\"b\":\"\"}}";
    assertThat(roundTrip(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, -1",
    "2147483647, 2147483647",
    "-2147483648, -2147483648",
  })
  void integersSurvive(String given, String expected) {
    String json =
        "{\"kind\":\"PriorityClass\",\"apiVersion\":\"scheduling.k8s.io/v1\",\"metadata\":{},\"value\":%s}";
    assertThat(roundTrip(json.formatted(given))).isEqualTo(json.formatted(expected));
  }

  @Test
  void timesLoseWhatUpstreamLoses() {
    String json =
        """
        {"kind":"Event","apiVersion":"v1","metadata":{"creationTimestamp":null},"involvedObject":{},\
        "firstTimestamp":"1969-12-31T23:59:59.9Z","eventTime":"2021-01-01T01:02:03.123456Z"}""";
    String back = roundTrip(json);
    assertThat(back)
        .contains("\"firstTimestamp\":\"1969-12-31T23:59:59Z\"")
        .contains("\"lastTimestamp\":null")
        .contains("\"eventTime\":\"2021-01-01T01:02:03.123456Z\"")
        .doesNotContain("creationTimestamp");
  }

  @Test
  void fieldsThatStandTwiceAreMerged() {
    // ConfigMap: data {a: b}, metadata {name: n}, data {c: d}, metadata {namespace: m}
    byte[] message = hex("1206 0a0161 120162  0a03 0a016e  1206 0a0163 120164  0a03 1a016d");
    ObjectNode tree = CODEC.toTree(message, "v1", "ConfigMap");
    assertThat(tree.toString())
        .isEqualTo(
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"data\":{\"a\":\"b\",\"c\":\"d\"},"
                + "\"metadata\":{\"name\":\"n\",\"namespace\":\"m\"}}");
  }

  @Test
  void entriesOfMapsMayLackKeyOrValue() {
    ObjectNode tree = CODEC.toTree(hex("1200 1203 0a0161 1a03 0a0162"), "v1", "ConfigMap");
    assertThat(tree.get("data").toString()).isEqualTo("{\"\":\"\",\"a\":\"\"}");
    assertThat(tree.get("binaryData").toString()).isEqualTo("{\"b\":\"\"}");
  }

  @Test
  void anObjectInItsEnvelopeIsUnwrapped() {
    byte[] inner =
        CODEC.toProtobuf(
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"data\":{\"a\":\"b\"}}"
                .getBytes(UTF_8));
    ByteOutput bytes = new ByteOutput(64);
    WireWriter out = new WireWriter(bytes);
    out.string(1, "ADDED");
    int object = out.open(2);
    out.bytes(1, inner, 0, inner.length);
    out.close(object);
    assertThat(CODEC.toTree(bytes.toByteArray(), "v1", "WatchEvent").get("object").toString())
        .isEqualTo("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"data\":{\"a\":\"b\"}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // empty
        "6b3873", // a part of the magic number
        "7b7d", // JSON
        "6b387300 0a", // no length
        "6b387300 0aff", // an incomplete length
        "6b387300 0affffffff0f", // a length beyond the end
        "6b387300 0affffffffffffffffff01", // a negative length
        "6b387300 0affffffffffffffffffff01", // more than 64 bits
        "6b387300 0008", // field number 0
        "6b387300 0b", // a group
        "6b387300 0a0d 0a027631 1207556e6b6e6f776e", // an unknown kind
      })
  void malformedInputIsRefused(String input) {
    assertThatThrownBy(() -> CODEC.toTree(hex(input))).isInstanceOf(MalformedException.class);
  }

  @Test
  void nestingIsLimited() {
    ByteOutput bytes = new ByteOutput(1 << 16);
    byte[] schema = {};
    for (int i = 0; i < 5000; i++) { // not: { not: { … } }
      ByteOutput outer = new ByteOutput(schema.length + 8);
      new WireWriter(outer).bytes(28, schema, 0, schema.length);
      schema = outer.toByteArray();
      schema = Arrays.copyOf(schema, outer.size());
    }
    WireWriter out = new WireWriter(bytes);
    int spec = out.open(2);
    int version = out.open(7);
    int validation = out.open(4);
    out.bytes(1, schema, 0, schema.length);
    out.close(validation);
    out.close(version);
    out.close(spec);
    byte[] crd = bytes.toByteArray();
    assertThatThrownBy(
            () -> CODEC.toTree(crd, "apiextensions.k8s.io/v1", "CustomResourceDefinition"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("exceeded max depth");
  }

  @Test
  void manyEmptyMessagesAreRefusedBeforeTheyFillTheMemory() {
    byte[] items = new byte[4 << 20];
    for (int i = 0; i < items.length; i += 2) {
      items[i] = 0x12;
    }
    assertThatThrownBy(() -> CODEC.toTree(items, "v1", "ConfigMapList"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("more than");
  }

  @Test
  void tellsWhatHasNoProtobuf() {
    assertThat(CODEC.supports("v1", "Pod")).isTrue();
    assertThat(CODEC.supports("meta.k8s.io/v1", "PartialObjectMetadataList")).isTrue();
    assertThat(CODEC.supports("v1", "Status")).isTrue();
    assertThat(CODEC.supports("apps/v1", "DeleteOptions")).isTrue();
    assertThat(CODEC.supports("meta.k8s.io/v1", "Table")).isFalse();
    assertThat(CODEC.supports("example.com/v1", "Foo")).isFalse();
  }

  @Test
  void statusAndMetadataSurvive() {
    String status =
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"m","reason":"NotFound",\
        "details":{"name":"n","kind":"pods","causes":[{"reason":"r","message":"m","field":"f"}],"retryAfterSeconds":1},"code":404}""";
    assertThat(roundTrip(status)).isEqualTo(status);
    String partial =
        """
        {"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"7"},\
        "items":[{"metadata":{"name":"a","generation":1,"labels":{"a":"b"}}}]}""";
    assertThat(roundTrip(partial)).isEqualTo(partial);
    String options =
        """
        {"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"preconditions":{"uid":"u"},"propagationPolicy":"Foreground"}""";
    assertThat(roundTrip(options)).isEqualTo(options);
  }

  @Test
  void aListIsFramedWithoutTouchingItsForms() {
    ByteArrayOutputStream items = new ByteArrayOutputStream();
    long size = 0;
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      String json =
          "\"metadata\":{\"name\":\"n%d\"},\"data\":{\"k\":\"%s\"}}".formatted(i, "x".repeat(i));
      byte[] form =
          CODEC.toProtobuf(
              ("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"," + json).getBytes(UTF_8));
      ProtobufFrames.Range message = ProtobufFrames.messageAt(form);
      items.writeBytes(ProtobufFrames.itemPrefix(message.length()));
      items.write(form, message.from(), message.length());
      size += ProtobufFrames.itemSize(message.length());
      expected.append(i == 0 ? "{" : ",{").append(json);
    }
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    byte[] meta = ProtobufFrames.listMeta(new ListMetadata(123, "token", 5, ""));
    list.writeBytes(ProtobufFrames.listPrefix("v1", "ConfigMapList", meta, size));
    list.writeBytes(items.toByteArray());
    list.writeBytes(ProtobufFrames.suffix());
    assertThat(items.size()).isEqualTo((int) size);
    assertThat(new String(CODEC.toJson(list.toByteArray()), UTF_8))
        .isEqualTo(
            "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"123\","
                + "\"continue\":\"token\",\"remainingItemCount\":5},\"items\":["
                + expected.toString().replace(",\"data\":{\"k\":\"\"}", ",\"data\":{\"k\":\"\"}")
                + "]}");
  }

  @Test
  void aWatchEventIsFramedWithoutTouchingItsForm() {
    for (int length : new int[] {0, 100, 200, 70_000}) {
      String json =
          "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{},\"data\":{\"k\":\"%s\"}}"
              .formatted("x".repeat(length));
      byte[] message = CODEC.toMessage(json.getBytes(UTF_8), "v1", "ConfigMap");
      byte[] prefix = ProtobufFrames.eventPrefix("MODIFIED", "v1", "ConfigMap", message.length);
      byte[] frame = join(prefix, message, ProtobufFrames.suffix());
      assertThat(ByteBuffer.wrap(prefix).getInt()).isEqualTo(frame.length - 4);
      byte[] event = Arrays.copyOfRange(frame, ProtobufFrames.FRAME_HEAD, frame.length);
      ObjectNode tree = CODEC.toTree(event, "v1", "WatchEvent");
      assertThat(tree.get("type").textValue()).isEqualTo("MODIFIED");
      assertThat(tree.get("object")).hasToString(json);
    }
  }

  @Test
  void anObjectIsFramedAroundItsMessage() {
    String tail = "\"metadata\":{\"name\":\"n\"},\"data\":{\"k\":\"v\"}}";
    String json = "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"," + tail;
    byte[] message = CODEC.toMessage(json.getBytes(UTF_8), "v1", "ConfigMap");
    byte[] fromTail = CODEC.toMessage(tail.getBytes(UTF_8), 0, tail.length(), "v1", "ConfigMap");
    assertThat(fromTail).isEqualTo(message);
    byte[] prefix = ProtobufFrames.objectPrefix("v1", "ConfigMap", message.length);
    assertThat(join(prefix, message, ProtobufFrames.suffix()))
        .isEqualTo(CODEC.toProtobuf(json.getBytes(UTF_8)));
  }

  @Test
  void metadataIsTheBeginningOfAMessage() {
    for (int length : new int[] {0, 1, 100, 200, 20_000}) {
      String metadata =
          "\"metadata\":{\"name\":\"%s\",\"labels\":{\"a\":\"b\"}}".formatted("n".repeat(length));
      String json = "{" + metadata + ",\"data\":{\"k\":\"v\"}}";
      byte[] message = CODEC.toMessage(json.getBytes(UTF_8), "v1", "ConfigMap");
      byte[] partial = CODEC.toPartialMessage(json.getBytes(UTF_8), 1, 1 + metadata.length());
      int size = ProtobufFrames.metadataSize(Arrays.copyOf(message, 12));
      assertThat(Arrays.copyOf(message, size)).isEqualTo(partial);
      ObjectNode tree = CODEC.toTree(partial, "meta.k8s.io/v1", "PartialObjectMetadata");
      assertThat(tree.at("/metadata/labels/a").textValue()).isEqualTo("b");
    }
    assertThatThrownBy(() -> ProtobufFrames.metadataSize(new byte[] {0x12, 1, 0}))
        .isInstanceOf(MalformedException.class);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
