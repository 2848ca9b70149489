package dev.rheo.schema.rule;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.io.Meter;
import dev.rheo.schema.StructuralReader;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchemaRulesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static SchemaRules rules(String... rules) {
    ObjectNode schema = JSON.createObjectNode().put("type", "object");
    schema.putObject("properties").putObject("s").put("type", "string");
    for (String rule : rules) {
      schema.withArray("x-kubernetes-validations").addObject().put("rule", rule);
    }
    return requireNonNull(SchemaRules.compile(StructuralReader.read(schema)));
  }

  private static JsonNode text(int length) {
    return JSON.createObjectNode().put("s", "a".repeat(length));
  }

  private static List<String> faults(SchemaRules rules, JsonNode object) {
    FieldErrors errors = new FieldErrors();
    rules.validate(object, null, "", errors, warning -> {});
    return errors.toList().stream().map(FieldError::message).toList();
  }

  @Test
  void aSchemaWithoutRulesHasNone() {
    ObjectNode schema = JSON.createObjectNode().put("type", "object");
    assertThat(SchemaRules.compile(StructuralReader.read(schema))).isNull();
  }

  @Test
  void aRuleThatCostsTooMuchEndsAll() {
    // 1,100 times 1,100
    SchemaRules rules = rules("self.s.contains(self.s)", "self.s == ''");
    assertThat(faults(rules, text(11_000)))
        .containsExactly(
            "<nil>: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no"
                + " further validation rules will be run due to call cost exceeds limit for rule:"
                + " self.s.contains(self.s)");
  }

  @Test
  void rulesThatCostTooMuchTogetherEndAll() {
    String[] each =
        IntStream.range(0, 12).mapToObj(i -> "self.s.contains(self.s)").toArray(String[]::new);
    assertThat(faults(rules(each), text(9_500)))
        .containsExactly(
            "<nil>: Invalid value: \"object\": validation failed due to running out of cost budget,"
                + " no further validation rules will be run");
    assertThat(faults(rules(List.of(each).subList(0, 11).toArray(String[]::new)), text(9_500)))
        .isEmpty();
  }

  @Test
  void theMeterEndsTheWork() {
    SchemaRules rules = rules("lists.range(90000).all(x, x >= 0)");
    assertThat(faults(rules, text(1))).isEmpty();
    IllegalStateException gone = new IllegalStateException("gone");
    Meter meter =
        new Meter() {
          @Override
          protected void onCharge(long bytes) {}

          @Override
          protected void onCheck() {
            throw gone;
          }
        };
    assertThatThrownBy(() -> Meter.within(meter, () -> faults(rules, text(1)))).isSameAs(gone);
  }

  @Test
  void aRefusedCompilationIsTriedAgain() {
    SchemaRules rules = rules("self.s == 'a'");
    IllegalStateException full = new IllegalStateException("full");
    Meter meter =
        new Meter() {
          @Override
          protected void onCharge(long bytes) {
            throw full;
          }

          @Override
          protected void onCheck() {}
        };
    assertThatThrownBy(() -> Meter.within(meter, () -> faults(rules, text(1)))).isSameAs(full);
    assertThat(faults(rules, text(1))).isEmpty();
  }
}
