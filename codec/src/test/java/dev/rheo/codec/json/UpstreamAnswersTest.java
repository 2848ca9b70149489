package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The canonical form against the answers of a real kube-apiserver 1.36.3 to posted objects. */
class UpstreamAnswersTest {
  record Answer(String name, String posted, String got) {
    @Override
    public String toString() {
      return name;
    }

    ObjectNode input() {
      return decode(posted);
    }

    ObjectNode output() {
      return decode(got);
    }

    ObjectType type() {
      ObjectNode tree = output();
      return TypeTable.builtIn()
          .type(tree.get("apiVersion").textValue(), tree.get("kind").textValue());
    }
  }

  private static ObjectNode decode(String json) {
    return ObjectDecoder.decode(json.getBytes(UTF_8), ObjectDecoder.MAX_DEPTH).tree();
  }

  static Stream<Answer> answers() throws IOException {
    try (var in =
        UpstreamAnswersTest.class.getResourceAsStream("/dev/rheo/codec/upstream-1.36.3.tsv")) {
      return new String(in.readAllBytes(), UTF_8)
              .lines()
              .map(line -> line.split("\t"))
              .map(row -> new Answer(row[0], row[1], row[2]))
              .toList()
              .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anAnswerIsItsOwnCanonicalForm(Answer answer) {
    assertThat(new String(Canonicalizer.encodeAnswer(answer.output(), answer.type()), UTF_8))
        .isEqualTo(answer.got());
  }

  /** Cases whose value the server's defaulting changed: it rounds resources up to 1m. */
  private static final Set<String> ROUNDED = Set.of("cpu-01", "cpu-02", "cpu-07", "cpu-28");

  /** The case of 1000E, which upstream prints as 1. */
  private static final String BEYOND_EXA = "cpu-27";

  /** The input, completed by what the server adds, is spelt as in the server's answer. */
  @ParameterizedTest
  @MethodSource("answers")
  void theInputIsSpeltAsTheAnswer(Answer answer) {
    assumeThat(ROUNDED).doesNotContain(answer.name());
    assumeThat(answer.name()).isNotEqualTo(BEYOND_EXA);
    ObjectNode input = answer.input();
    ObjectNode output = answer.output();
    complete(input, output, answer.type());
    assertThat(new String(Canonicalizer.encodeAnswer(input, answer.type()), UTF_8))
        .isEqualTo(answer.got());
    Canonicalizer.normalize(input, answer.type());
    assertThat(new String(Canonicalizer.encodeAnswer(input, answer.type()), UTF_8))
        .isEqualTo(answer.got());
    if (!answer.got().contains("CustomResourceDefinition")) { // has numbers like 0.50
      Canonicalizer.normalize(output, answer.type());
      assertThat(input).isEqualTo(output);
    }
  }

  private static void complete(JsonNode input, JsonNode output, ObjectType type) {
    if (input instanceof ObjectNode object && output.isObject()) {
      output
          .properties()
          .forEach(
              entry -> {
                if (object.has(entry.getKey())) {
                  complete(object.get(entry.getKey()), entry.getValue(), type);
                } else {
                  object.set(entry.getKey(), entry.getValue().deepCopy());
                }
              });
    } else if (input instanceof ArrayNode list && output.isArray()) {
      for (int i = 0; i < Math.min(list.size(), output.size()); i++) {
        complete(list.get(i), output.get(i), type);
      }
    }
  }
}
