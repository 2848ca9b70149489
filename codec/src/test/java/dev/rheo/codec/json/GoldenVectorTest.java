package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.Golden;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The canonical form against upstream's golden vectors: every field of every kind. */
class GoldenVectorTest {
  static Stream<Golden> vectors() {
    return Golden.all();
  }

  @Test
  void allVectorsAreThere() {
    assertThat(Golden.all()).hasSize(189).allSatisfy(g -> assertThat(g.type()).isNotNull());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void encodesByteForByteAsUpstream(Golden golden) {
    ObjectNode tree = ObjectDecoder.decode(golden.json(), ObjectDecoder.MAX_DEPTH).tree();
    assertThat(new String(Canonicalizer.encodeAnswer(tree, golden.type()), UTF_8))
        .isEqualTo(golden.compact());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void storedFormDiffersInTheRevisionAlone(Golden golden) {
    ObjectNode tree = ObjectDecoder.decode(golden.json(), ObjectDecoder.MAX_DEPTH).tree();
    byte[] form = Canonicalizer.encode(tree, golden.type());
    ObjectHeader header = ObjectHeader.scan(form, List.of());
    String expected = golden.compact();
    if (tree.path("metadata").path("resourceVersion").isTextual()
        && golden.type().field("metadata").type().isObjectMeta()) {
      assertThat(header.revisionLength()).isZero();
      String revision = tree.path("metadata").path("resourceVersion").textValue();
      form =
          (new String(form, 0, header.revisionOffset(), UTF_8)
                  + revision
                  + new String(
                      form, header.revisionOffset(), form.length - header.revisionOffset(), UTF_8))
              .getBytes(UTF_8);
    }
    assertThat(new String(form, UTF_8)).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void isValidAndHasNoUnknownOrDuplicateFields(Golden golden) {
    ObjectDecoder.Decoded decoded = ObjectDecoder.decode(golden.json(), ObjectDecoder.MAX_DEPTH);
    assertThat(decoded.tree()).isEqualTo(golden.tree());
    assertThat(decoded.duplicates()).isEmpty();
    assertThat(Canonicalizer.unknownFields(decoded.tree(), golden.type())).isEmpty();
    Canonicalizer.validate(decoded.tree(), golden.type());
    Canonicalizer.normalize(decoded.tree(), golden.type());
    assertThat(new String(Canonicalizer.encodeAnswer(decoded.tree(), golden.type()), UTF_8))
        .isEqualTo(golden.compact());
  }
}
