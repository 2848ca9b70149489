package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManagedFieldsTest {
  private static String without(String json) {
    return new String(ManagedFields.without(json.getBytes(UTF_8)), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | {}",
        "{\"metadata\":{}} | {\"metadata\":{}}",
        "{\"metadata\":null} | {\"metadata\":null}",
        "{\"a\":1,\"metadata\":{\"name\":\"x\"},\"b\":2} | {\"a\":1,\"metadata\":{\"name\":\"x\"},\"b\":2}",
        "{\"metadata\":{\"name\":\"x\",\"managedFields\":[{\"m\":\"}]\\\"\"}]},\"b\":2} |"
            + " {\"metadata\":{\"name\":\"x\"},\"b\":2}",
        "{\"metadata\":{\"managedFields\":[],\"name\":\"x\"}} | {\"metadata\":{\"name\":\"x\"}}",
        "{\"metadata\":{\"a\":1,\"managedFields\":null,\"b\":2}} | {\"metadata\":{\"a\":1,\"b\":2}}",
        "{\"metadata\":{\"managedFields\":[1]}} | {\"metadata\":{}}",
        // only those of the metadata
        "{\"managedFields\":1,\"spec\":{\"metadata\":{\"managedFields\":2}}} |"
            + " {\"managedFields\":1,\"spec\":{\"metadata\":{\"managedFields\":2}}}",
        "{\"metadata\":{\"annotations\":{\"managedFields\":\"x\"}}} |"
            + " {\"metadata\":{\"annotations\":{\"managedFields\":\"x\"}}}",
        "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"metadata\":{\"name\":\"a\",\"managedFields\":[]}},"
            + "{\"metadata\":{\"name\":\"b\",\"managedFields\":[]},\"items\":[{\"metadata\":{\"managedFields\":1}}]},7]} |"
            + " {\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"metadata\":{\"name\":\"a\"}},"
            + "{\"metadata\":{\"name\":\"b\"},\"items\":[{\"metadata\":{\"managedFields\":1}}]},7]}",
        "{\"items\":{\"metadata\":1}} | {\"items\":{\"metadata\":1}}",
      })
  void objectsAndLists(String json, String expected) {
    assertThat(without(json)).isEqualTo(expected);
  }

  @Test
  void aRangeOfAnObject() {
    byte[] json =
        "{\"kind\":\"A\",\"metadata\":{\"name\":\"x\",\"managedFields\":[{}]},\"data\":{}}"
            .getBytes(UTF_8);
    String text = new String(json, UTF_8);
    int from = text.indexOf("\"metadata\"");
    assertThat(new String(ManagedFields.without(json, from, json.length), UTF_8))
        .isEqualTo("\"metadata\":{\"name\":\"x\"},\"data\":{}}");
    assertThat(new String(ManagedFields.without(json, from, text.indexOf(",\"data\"")), UTF_8))
        .isEqualTo("\"metadata\":{\"name\":\"x\"}");
  }
}
