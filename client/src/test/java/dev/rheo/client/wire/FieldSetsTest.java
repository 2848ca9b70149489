package dev.rheo.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is taken out of objects before they are decoded, and what is left of them. */
class FieldSetsTest {
  private static final String SET =
      "{\"f:data\":{\".\":{},\"f:k\\\"ey\":{}},\"f:metadata\":{\"f:labels\":{\".\":{}}}}";

  private final FieldSets sets = new FieldSets();

  private static String object(String managedFields) {
    return "{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"labels\":{\"fieldsV1\":\"x\"},"
        + "\"managedFields\":"
        + managedFields
        + "},\"data\":{\"k\":\"v}\"}}";
  }

  private FieldSets.Rest take(String object) {
    // What is before and behind an object in a buffer is not its.
    byte[] bytes = ("]}" + object + "{[").getBytes(StandardCharsets.UTF_8);
    return sets.takeFrom(bytes, 2, bytes.length - 4);
  }

  private static String text(FieldSets.Rest rest) {
    return new String(rest.bytes(), 0, rest.length(), StandardCharsets.UTF_8);
  }

  @Test
  void eachSetIsTakenOutAndNullIsLeft() {
    FieldSets.Rest rest =
        take(
            object(
                "[{\"manager\":\"a\",\"fieldsV1\":"
                    + SET
                    + ",\"operation\":\"Update\"} ,"
                    + " {\"manager\":\"b\"},{\"fieldsV1\" : "
                    + SET
                    + "}]"));
    assertThat(text(rest))
        .isEqualTo(
            object(
                "[{\"manager\":\"a\",\"fieldsV1\":null,\"operation\":\"Update\"} ,"
                    + " {\"manager\":\"b\"},{\"fieldsV1\" : null}]"));
    assertThat(rest.sets()).hasSize(3);
    assertThat(rest.sets().get(0))
        .isEqualTo(
            Map.of(
                "f:data", Map.of(".", Map.of(), "f:k\"ey", Map.of()),
                "f:metadata", Map.of("f:labels", Map.of(".", Map.of()))));
    assertThat(rest.sets().get(1)).isNull();
    assertThat(rest.sets().get(2)).isSameAs(rest.sets().get(0));
  }

  @Test
  void aSetIsDecodedOnceAndCannotBeChanged() {
    String object = object("[{\"fieldsV1\":" + SET + "}]");
    Map<String, Object> first = take(object).sets().get(0);
    assertThat(take(object).sets().get(0)).isSameAs(first);
    assertThatThrownBy(() -> first.put("f:x", Map.of()))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void whatIsNoSetStays() {
    assertThat(take("{\"metadata\":{\"name\":\"a\"}}")).isNull();
    assertThat(take("{\"kind\":\"x\"}")).isNull();
    for (String odd :
        new String[] {
          "null",
          "[]",
          "{}",
          "[null]",
          "[{}]",
          "[{\"fieldsV1\":null}]",
          "[{\"fieldsV1\":{}}]",
          "[{\"fieldsV1\":{\"f:a\":1}}]",
          "[{\"fieldsV1\":\"text\"}]",
          "[{\"fieldsV1\":[{},{}]}]",
          "[{\"fieldsV1\":{\"f:a\":{\"f:b\":[]}}}]",
          "[{\"fieldsV1\":" + "{\"f:a\":".repeat(100) + "{}" + "}".repeat(100) + "}]",
          "[{\"fieldsV1\":{\"f:" + "a".repeat(FieldSets.LONGEST) + "\":{}}}]"
        }) {
      assertThat(take(object(odd))).as("%.60s", odd).isNull();
    }
  }

  @Test
  void anObjectThatIsCutStaysAsItIs() {
    byte[] bytes = object("[{\"fieldsV1\":" + SET + "}]").getBytes(StandardCharsets.UTF_8);
    int end = object("[{\"fieldsV1\":" + SET + "}]").indexOf("},\"data\"");
    for (int length = 0; length < end; length++) {
      assertThat(sets.takeFrom(bytes, 0, length)).as("%d bytes", length).isNull();
    }
  }

  @Test
  void moreSetsThanAreKeptAreStillRight() {
    for (int i = 0; i < 3 * FieldSets.KEPT; i++) {
      assertThat(take(object("[{\"fieldsV1\":{\"f:n" + i + "\":{}}}]")).sets().get(0))
          .isEqualTo(Map.of("f:n" + i, Map.of()));
    }
  }
}
