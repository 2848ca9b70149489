package dev.rheo.codec.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.codec.Golden;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class YamlFormsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Stream<Golden> vectors() {
    return Golden.all();
  }

  private static String yaml(String json) {
    return new String(YamlForms.object(json.getBytes(UTF_8)), UTF_8);
  }

  @Test
  void writesBlockStyle() {
    assertThat(
            yaml(
                """
                {"a":{"b":"c","e":{},"f":[]},"l":[1,"x",{"k":"v","m":[true,null]},[[1],2],[],{}]}"""))
        .isEqualTo(
            """
            a:
              b: c
              e: {}
              f: []
            l:
            - 1
            - x
            - k: v
              m:
              - true
              - null
            - - - 1
              - 2
            - []
            - {}
            """);
  }

  @Test
  void writesLiteralBlocks() {
    assertThat(yaml("{\"a\":\"x\\ny\",\"b\":\"x\\n\",\"c\":\"x\\n\\n\",\"d\":[\" x\\n\\n y\"]}"))
        .isEqualTo(
            """
            a: |-
              x
              y
            b: |
              x
            c: |+
              x

            d:
            - |2-
               x

               y
            """);
  }
}
