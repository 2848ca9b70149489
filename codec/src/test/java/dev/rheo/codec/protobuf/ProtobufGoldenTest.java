package dev.rheo.codec.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.Golden;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Upstream's golden vectors in both directions. */
class ProtobufGoldenTest {
  private static final ProtobufCodec CODEC = ProtobufCodec.builtIn();

  /** All except WatchEvent, whose envelope does not state its kind. */
  static Stream<Golden> vectors() {
    return Golden.all().filter(golden -> !golden.name().equals("core.v1.WatchEvent"));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsUpstreamsBytes(Golden golden) {
    assertThat(new String(CODEC.toJson(golden.protobuf()), UTF_8)).isEqualTo(golden.compact());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void writesWhatItReads(Golden golden) {
    byte[] json = golden.compact().getBytes(UTF_8);
    byte[] protobuf = CODEC.toProtobuf(json);
    assertThat(new String(CODEC.toJson(protobuf), UTF_8)).isEqualTo(golden.compact());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void writesTheFieldsThatUpstreamWrites(Golden golden) {
    byte[] protobuf = CODEC.toProtobuf(golden.compact().getBytes(UTF_8));
    assertThat(CODEC.toTree(protobuf)).isEqualTo(CODEC.toTree(golden.protobuf()));
    ProtobufFrames.Range message = ProtobufFrames.messageAt(protobuf);
    byte[] bare = Arrays.copyOfRange(protobuf, message.from(), message.to());
    String apiVersion = golden.tree().get("apiVersion").asText();
    String kind = golden.tree().get("kind").asText();
    assertThat(CODEC.toMessage(golden.compact().getBytes(UTF_8), apiVersion, kind)).isEqualTo(bare);
    assertThat(CODEC.toTree(bare, apiVersion, kind)).isEqualTo(CODEC.toTree(protobuf));
  }

  /** Writes compare what a client sent in protobuf with what is stored in JSON. */
  @ParameterizedTest
  @MethodSource("vectors")
  void isTheSameTreeAsOfJson(Golden golden) {
    ObjectNode ofProtobuf = CODEC.toTree(golden.protobuf());
    ObjectNode ofJson =
        ObjectDecoder.decode(golden.compact().getBytes(UTF_8), ObjectDecoder.MAX_DEPTH).tree();
    Canonicalizer.normalize(ofProtobuf, golden.type());
    Canonicalizer.normalize(ofJson, golden.type());
    assertThat(ofProtobuf).isEqualTo(ofJson);
  }

  @Test
  void readsAndWritesTheBareWatchEvent() {
    Golden golden = Golden.named("core.v1.WatchEvent");
    ProtobufFrames.Range range = ProtobufFrames.messageAt(golden.protobuf());
    byte[] bare = Arrays.copyOfRange(golden.protobuf(), range.from(), range.to());
    var tree = CODEC.toTree(bare, "v1", "WatchEvent");
    tree.remove("kind");
    tree.remove("apiVersion");
    assertThat(new String(Canonicalizer.encodeAnswer(tree, golden.type()), UTF_8))
        .isEqualTo(golden.compact());
    byte[] message = CODEC.toMessage(golden.compact().getBytes(UTF_8), "v1", "WatchEvent");
    assertThat(message).isEqualTo(bare);
  }
}
