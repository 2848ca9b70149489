package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectDecoderTest {
  private static ObjectDecoder.Decoded decode(String json) {
    return ObjectDecoder.decode(json.getBytes(UTF_8), ObjectDecoder.MAX_DEPTH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "true",
        "1",
        "\"a\"",
        "[]",
        "{",
        "{\"",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":0x1}",
        "{\"a\":NaN}",
        "{\"a\":tru}",
        "{\"a\":nul}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\",
        "{\"a\":1e400}",
        "{\"a\":}",
        "{\"a\"::1}",
        "/**/{}",
        "{\"a\":\"\u0000\"}",
      })
  void whatIsNotAnObjectOfJsonIsRefused(String json) {
    assertThatThrownBy(() -> decode(json)).isInstanceOf(MalformedException.class);
  }

  @Test
  void messagesAreThoseOfGo() {
    assertThatThrownBy(() -> decode("{\"a\":}"))
        .hasMessageContaining(
            "json parse error: invalid character '}' looking for beginning of value");
    assertThatThrownBy(() -> decode("{\"a\":1"))
        .hasMessageContaining("unexpected end of JSON input");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "\\ud83d\\ude00|😀",
        "\\ud83d|\uFFFD",
        "\\ude00x|\uFFFDx",
        "\\ud83d\\u0041|\uFFFDA",
        "\\/|/",
        "\\u00e9|é",
      },
      delimiter = '|')
  void escapesAreDecodedAsGoDoes(String escaped, String expected) {
    assertThat(decode("{\"" + escaped + "\":\"" + escaped + "\"}").tree().get(expected).textValue())
        .isEqualTo(expected);
  }

  @Test
  void invalidUtf8IsReplaced() {
    byte[] json = "{\"a\":\"x\u00ffy\"}".getBytes(ISO_8859_1);
    assertThat(ObjectDecoder.decode(json, 10).tree().get("a").textValue()).isEqualTo("x\uFFFDy");
  }

  @Test
  void integersStayIntegersAndDecimalsStayAsWritten() {
    JsonNode tree =
        decode(
                """
                {"a":2147483647,"b":2147483648,"c":-9223372036854775808,"d":9223372036854775808,"e":1.0,"f":0.5,"g":2e3}""")
            .tree();
    assertThat(tree.get("a").isInt()).isTrue();
    assertThat(tree.get("b").isLong()).isTrue();
    assertThat(tree.get("c").longValue()).isEqualTo(Long.MIN_VALUE);
    assertThat(tree.get("d").isBigInteger()).isTrue();
    assertThat(tree.get("e").isIntegralNumber()).isFalse();
    assertThat(new String(Canonicalizer.encode(decode("{\"x\":1.0}").tree(), null), UTF_8))
        .isEqualTo("{\"x\":1}"); // as in upstream, where it is a float64
    assertThat(tree.get("f").isDouble()).isTrue();
    assertThat(tree.get("g").doubleValue()).isEqualTo(2000);
  }

  @Test
  void duplicatesAreToldAndObjectsMerged() {
    ObjectDecoder.Decoded decoded =
        decode(
            """
            {"a":1,"a":2,"spec":{"list":[{"x":1},{"y":1,"y":2}],"m":{"p":1}},"spec":{"m":{"q":2}},"a":3}""");
    assertThat(decoded.tree().toString())
        .isEqualTo("{\"a\":3,\"spec\":{\"list\":[{\"x\":1},{\"y\":2}],\"m\":{\"p\":1,\"q\":2}}}");
    assertThat(decoded.duplicates())
        .containsExactly(
            "duplicate field \"a\"",
            "duplicate field \"spec.list[1].y\"",
            "duplicate field \"spec\"",
            "duplicate field \"spec.m\"");
  }

  @Test
  void duplicatesAreToldOnceAndAHundredAtMost() {
    StringBuilder json = new StringBuilder("{\"z\":1");
    for (int i = 0; i < 300; i++) {
      json.append(",\"k").append(i % 150).append("\":1");
    }
    assertThat(decode(json + "}").duplicates()).hasSize(100);
    assertThat(decode("{\"a\":1,\"a\":1,\"a\":1}").duplicates()).hasSize(1);
  }

  @Test
  void depthIsLimited() {
    String three = "{\"a\":{\"b\":[]}}";
    assertThat(ObjectDecoder.decode(three.getBytes(UTF_8), 3).tree()).isNotNull();
    assertThatThrownBy(() -> ObjectDecoder.decode(three.getBytes(UTF_8), 2))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("exceeded max depth");
    String deep = "{\"a\":" + "[".repeat(1_000_000);
    assertThatThrownBy(() -> decode(deep)).hasMessageContaining("exceeded max depth");
    String most =
        "{\"a\":".repeat(ObjectDecoder.MAX_DEPTH - 1)
            + "{}"
            + "}".repeat(ObjectDecoder.MAX_DEPTH - 1);
    assertThat(new String(Canonicalizer.encode(decode(most).tree(), null), UTF_8)).isEqualTo(most);
  }

  @Test
  void containersAndNumbersAreLimited() {
    String many = "{\"a\":[" + "[],".repeat(ObjectDecoder.MAX_CONTAINERS) + "1]}";
    assertThatThrownBy(() -> decode(many)).hasMessageContaining("objects and arrays");
    assertThatThrownBy(() -> decode("{\"a\":" + "9".repeat(100_000) + "}"))
        .hasMessageContaining("a number of more than");
    assertThatThrownBy(() -> decode("{\"a\":1e-99999999999}"))
        .isInstanceOf(MalformedException.class);
  }
}
