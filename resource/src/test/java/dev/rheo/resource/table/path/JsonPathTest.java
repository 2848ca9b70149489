package dev.rheo.resource.table.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonPathTest {
  private static final List<String> PARTS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "[?(",
          ")]",
          ".",
          "..",
          "*",
          "'",
          "\"",
          "\\",
          "@",
          "$",
          ",",
          ":",
          "-",
          "+",
          "1",
          "9999999999999999999",
          ".5",
          "a",
          "é",
          "\ud83d\ude00",
          "\ud800",
          "\n",
          "\t",
          " ",
          "range ",
          "end",
          "true",
          "==",
          "<",
          "!=",
          "[0,0]",
          "[*]",
          "..a",
          "['a']",
          "[::",
          "x20");

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void aTemplateIsAPathOrRefused() throws IOException {
    Random random = new Random(5);
    JsonNode data =
        json("{\"a\":[{\"a\":1},{\"a\":[\"x\",null,1.5,{}]},[]],\"b\":\"text\",\"c\":null}");
    int valid = 0;
    for (int i = 0; i < 40_000; i++) {
      StringBuilder template = new StringBuilder(i % 2 == 0 ? "{" : "");
      for (int n = random.nextInt(12); n > 0; n--) {
        template.append(PARTS.get(random.nextInt(PARTS.size())));
      }
      if (i % 2 == 0) {
        template.append('}');
      }
      try {
        JsonPath path = JsonPath.parse(template.toString());
        path.first(data);
        valid++;
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).as(template.toString()).isNotNull();
      }
    }
    assertThat(valid).isGreaterThan(1000);
  }

  @Test
  void faultsAreToldInTheWordsOfUpstream() {
    assertFault("{.a", "unclosed action");
    assertFault("{#}", "unrecognized character in action: U+0023 '#'");
    assertFault("{....a}", "invalid multiple recursive descent");
    assertFault("{.a[x]}", "invalid array index x");
    assertFault("{.a[-]}", "array index - is not a number");
    assertFault("{.a[1}", "unterminated array");
    assertFault("{.a[?(@.b==1]}", "unterminated filter");
    assertFault("{.a[?(@.b==1)}", "unclosed array expect ]");
    assertFault("{'a}", "unterminated quoted string");
    assertFault("{1.2.3}", "cannot parse number 1.2.3");
    assertFault("{\"\\q\"}", "unquote string \"\\q\" error invalid syntax");
  }

  private static void assertFault(String template, String message) {
    assertThatThrownBy(() -> JsonPath.parse(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aPathOfAnyLengthIsParsedInPlace() throws IOException {
    String path = ".a".repeat(100_000) + "[0]".repeat(100_000);
    assertThat(JsonPath.parse("{" + path + "}").first(json("{\"a\":1}"))).isNull();
    assertThat(JsonPath.parse("{range .a}".repeat(10_000)).first(json("{\"a\":1}"))).isNull();
  }
}
