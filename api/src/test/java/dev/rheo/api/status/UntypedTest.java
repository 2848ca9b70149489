package dev.rheo.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/** What messages show of values that have no Go type. */
class UntypedTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @Test
  void scalarsAreShownAsGoPrintsThem() {
    assertThat(shown(NullNode.instance)).isEqualTo("null");
    assertThat(shown(TextNode.valueOf("a\"<"))).isEqualTo("\"a\\\"<\"");
    assertThat(shown(LongNode.valueOf(1_000_000))).isEqualTo("1000000");
    assertThat(shown(DoubleNode.valueOf(1e6))).isEqualTo("1e+06");
    assertThat(shown(DoubleNode.valueOf(-0.00001))).isEqualTo("-1e-05");
    assertThat(shown(DecimalNode.valueOf(new BigDecimal("1.50")))).isEqualTo("1.5");
  }

  @Test
  void treesAreShownAsGoEncodesThem() {
    assertThat(
            shown(
                NODES
                    .objectNode()
                    .put("b", new BigDecimal("1E+3"))
                    .set("a", NODES.arrayNode().add("<").add(new BigDecimal("1.0")))))
        .isEqualTo("{\"a\":[\"\\u003c\",1],\"b\":1000}");
  }

  @Test
  void largeValuesAreCut() {
    assertThat(shown(TextNode.valueOf("a".repeat(5000)))).endsWith("(cut from 5000 characters)");
    assertThat(shown(NODES.objectNode().put("a", "b".repeat(5000))))
        .hasSizeLessThan(Excerpt.MAX_BYTES + 64)
        .endsWith("(cut from an object of 1 members)");
  }

  private static String shown(JsonNode value) {
    return Excerpt.value(new Untyped(value));
  }
}
