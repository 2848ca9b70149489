package dev.rheo.codec.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.AwkwardTexts;
import dev.rheo.codec.Golden;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class YamlReaderTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String REFUSED = "refused";

  private static String canonical(ObjectNode tree) {
    return new String(Canonicalizer.encode(tree, null), UTF_8);
  }

  private static JsonNode read(String yaml) {
    return YamlForms.toTree(yaml.getBytes(UTF_8)).tree();
  }

  @Test
  void readsAsUpstream() throws IOException {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    try (InputStream in = Golden.class.getResourceAsStream("yaml-1.36.3.jsonl")) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        JsonNode vector = MAPPER.readTree(line);
        String document = vector.get(0).textValue();
        String json = vector.get(1).textValue();
        String wanted =
            json == null || !json.startsWith("{")
                ? REFUSED
                : canonical(ObjectDecoder.decode(json.getBytes(UTF_8), 100).tree());
        String got;
        try {
          got = canonical(YamlForms.toTree(document.getBytes(UTF_8)).tree());
        } catch (MalformedException e) {
          got = REFUSED;
        }
        if (!got.equals(wanted)) {
          wrong.add(vector + " but got " + got);
        }
        count++;
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(count).isGreaterThan(500);
  }

  static Stream<Golden> vectors() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsWhatItWrites(Golden golden) {
    byte[] json = golden.compact().getBytes(UTF_8);
    ObjectNode wanted = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    ObjectNode tree = YamlForms.toTree(YamlForms.object(json)).tree();
    assertThat(tree).isEqualTo(wanted);
    byte[] item = YamlForms.tail(json, 1, json.length, YamlForms.ITEM_INDENT);
    String list = "items:\n- " + new String(item, UTF_8).substring(YamlForms.itemTailOffset());
    assertThat(read(list).get("items").get(0)).isEqualTo(wanted);
  }

  /** Each text is a value, a key, an element, and a part of another text. */
  @Test
  void readsAwkwardTexts() {
    List<String> texts = AwkwardTexts.all();
    for (String text : texts) {
      for (String other : List.of("", "x", "\n", " ", text)) {
        ObjectNode object = MAPPER.createObjectNode();
        object.put("text", text + other).put("turned", other + text);
        object.putObject(text + "").put("k", text).putArray(other + text).add(text).add(other);
        object.putArray("list").add(text).addArray().add(text).addObject().put(text, text);
        byte[] json = Canonicalizer.encode(object, null);
        assertThat(read(new String(YamlForms.object(json), UTF_8)))
            .as(json.length < 500 ? new String(json, UTF_8) : "long")
            .isEqualTo(ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree());
      }
    }
  }

  @Test
  void tellsKeysThatStandTwice() {
    assertThat(YamlForms.toTree("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n".getBytes(UTF_8)).duplicates())
        .containsExactly(
            "yaml: unmarshal errors:\n  line 4: key \"c\" already set in map\n"
                + "  line 5: key \"a\" already set in map");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: b: c | line 1, column 5: mapping values are not allowed in this context",
        "a:\\n  b: 1\\n c: 2 | line 3, column 2: did not find expected key",
        "- a\\nb: 1 | line 2, column 1: did not find expected '-' indicator",
        "a: [{b: 1} c] | line 1, column 12: did not find expected ',' or ']'",
        "a: {b: 1 | column 9: did not find expected ',' or '}'",
        "a: 1\\nb: @x | line 2, column 4: found character that cannot start any token",
        "a:\\n\\tb: 1 | line 2, column 1: found a tab, which must not be used for indentation",
        "a: 1\\nno colon | line 3, column 1: could not find expected ':'",
        "a: 'b | line 1, column 6: found unexpected end of stream",
        "a: b\\nc: ä\\u0001 | line 2, column 5: control characters are not allowed",
      })
  void tellsWhereAndWhyATextIsNotYaml(String escaped, String why) {
    String yaml = escaped.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0001", "\u0001");
    assertThatThrownBy(() -> read(yaml + (yaml.contains("no colon") ? "\n" : "")))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("error converting YAML to JSON: yaml: ")
        .hasMessageContaining(why)
        .hasMessageNotContaining("<")
        .hasMessageNotContaining("body");
  }

  @Test
  void tellsWhereATextIsNotUtf8() {
    assertThatThrownBy(() -> YamlForms.toTree(new byte[] {'a', ':', '\n', 'b', (byte) 0xFF}))
        .hasMessage("error converting YAML to JSON: yaml: line 2, column 2: invalid UTF-8");
  }

  /** Upstream does not look at what follows. */
  @Test
  void takesTheFirstOfSeveralDocuments() {
    assertThat(read("a: 1\n---\nb: 2\n")).isEqualTo(read("a: 1"));
    assertThat(read("---\na: 1\n...\n---\n- [\n")).isEqualTo(read("a: 1"));
  }

  @Test
  void limitsAliases() {
    StringBuilder laughs = new StringBuilder("a0: &a0 [lol]\n");
    for (int i = 1; i < 30; i++) {
      laughs.append("a%d: &a%d [*a%d,*a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertRefused(laughs.toString(), "more than 300000 objects and arrays");
    String text = "x".repeat(100_000);
    assertRefused("a: &a " + text + "\nb: [" + "*a,".repeat(50) + "]\n", "excessive aliasing");
    StringBuilder deep = new StringBuilder("a0: &a0 x\n");
    for (int i = 1; i < 20; i++) {
      String open = "[".repeat(90);
      deep.append("a%d: &a%d %s*a%d%s\n".formatted(i, i, open, i - 1, "]".repeat(90)));
    }
    assertRefused(deep.toString(), "exceeded max depth");
  }

  @Test
  void limitsDepthAndNumbers() {
    assertRefused("a: " + "[".repeat(2_000_000), "");
    assertRefused("a: " + "- ".repeat(100_000), "");
    assertRefused("{a: ".repeat(100_000), "");
    assertRefused("? ".repeat(100_000), "");
    assertRefused(
        "a: [" + "[],".repeat(ObjectDecoder.MAX_CONTAINERS + 1) + "]", "more than 300000");
    assertRefused("a: [" + "1,".repeat(YamlReader.MAX_VALUES + 1) + "]", "more than 1500000");
    assertThat(read("a: " + "9".repeat(1_000_000)).get("a").isTextual()).isTrue();
    assertRefused("a: " + "&".repeat(1_000_000), "");
    assertRefused("a: \"" + "\\".repeat(1_000_001), "");
  }

  private static void assertRefused(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("error converting YAML to JSON: ")
        .hasMessageContaining(message);
  }
}
