package dev.rheo.schema.rule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.cel.cost.CostEstimator;
import dev.rheo.cel.cost.Sizes;
import dev.rheo.cel.type.DeclType;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import dev.rheo.schema.StructuralReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The cases of kube-apiserver's own tests of rules, recorded while they ran ({@code
 * tools/rules/harvest}). They are not ours to distribute: {@code -Drheo.rules.upstream=FILE}.
 */
@EnabledIfSystemProperty(named = "rheo.rules.upstream", matches = ".+")
class UpstreamTestsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern TYPE_NAME = Pattern.compile("selfType\\d+");

  /** The other limits of upstream's tests are not those of a server. */
  private static final long CALL_LIMIT = 1_000_000;

  private final List<String> differences = new ArrayList<>();
  private int cases;

  @Test
  void agree() throws IOException {
    Path file = Path.of(System.getProperty("rheo.rules.upstream"));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      String line;
      while ((line = lines.readLine()) != null) {
        JsonNode node = JSON.readTree(line);
        if (node.get("kind").textValue().equals("compile")) {
          compile(node);
        } else if (node.get("limit").longValue() == CALL_LIMIT) {
          validate(node);
        }
      }
    }
    assertThat(differences.stream().limit(60).toList()).isEmpty();
    assertThat(cases).isPositive();
  }

  private void compile(JsonNode node) {
    Structural schema = StructuralReader.read(node.get("schema"));
    DeclType type = SchemaTypes.of(schema, node.get("root").booleanValue(), "selfType1");
    if (type == null) {
      return;
    }
    RuleCompiler compiler = new RuleCompiler(schema, type);
    Sizes sizes = SchemaTypes.sizes(type);
    for (int i = 0; i < schema.rules().size(); i++) {
      Rule rule = schema.rules().get(i);
      CompiledRule compiled = compiler.compile(rule);
      ObjectNode found = JSON.createObjectNode();
      if (compiled.expressions().rule() != null) {
        long cost = CostEstimator.estimate(compiled.expressions().rule(), sizes).max();
        found.put("card", Long.toUnsignedString(SchemaTypes.mostOf(type)));
        found.put("cost", Long.toUnsignedString(cost));
      }
      if (compiled.fault() != null) {
        found.put("error", compiled.fault());
      }
      if (compiled.expressions().message() != null) {
        long cost = CostEstimator.estimate(compiled.expressions().message(), sizes).max();
        found.put("mcost", Long.toUnsignedString(cost));
      }
      if (compiled.messageFault() != null) {
        found.put("merror", compiled.messageFault());
      }
      if (compiled.readsOld()) {
        found.put("old", true);
      }
      if (!compiled.fieldPath().isEmpty()) {
        found.put("path", compiled.fieldPath());
      }
      compare("compile " + rule, node.get("r").get(i), found);
    }
  }

  private void validate(JsonNode node) {
    Structural schema = StructuralReader.read(node.get("schema"));
    SchemaRules rules = SchemaRules.compile(schema, node.get("root").booleanValue());
    if (rules == null) {
      return;
    }
    JsonNode object = node.get("obj");
    JsonNode old = node.get("oldObj").isNull() ? null : node.get("oldObj");
    FieldErrors errors = new FieldErrors();
    List<String> warnings = new ArrayList<>();
    Ratchet ratchet =
        old != null && node.get("ratchet").booleanValue()
            ? new Ratchet(new Correlation(object, old, schema), null)
            : Ratchet.NONE;
    String path = node.get("path").textValue();
    long budget = node.get("budget").longValue();
    long left = rules.judge(object, old, path, errors, warnings::add, ratchet, budget);
    ObjectNode found = JSON.createObjectNode();
    List<List<String>> shown = new ArrayList<>();
    for (FieldError error : errors.toList()) {
      shown.add(List.of(error.reason(), error.field(), error.body()));
    }
    shown.sort((a, b) -> String.join(" ", a).compareTo(String.join(" ", b)));
    found.set("e", shown.isEmpty() ? JSON.nullNode() : JSON.valueToTree(shown));
    warnings.sort(null);
    found.set("w", warnings.isEmpty() ? JSON.nullNode() : JSON.valueToTree(warnings));
    found.put("left", left);
    ObjectNode expected = JSON.createObjectNode();
    expected.set("e", node.get("e"));
    expected.set("w", node.get("w"));
    expected.set("left", node.get("left"));
    compare("validate " + schema.rules() + " " + object + " " + old, expected, found);
  }

  private void compare(String what, JsonNode expected, JsonNode found) {
    cases++;
    String one = TYPE_NAME.matcher(expected.toString()).replaceAll("selfType");
    String other = TYPE_NAME.matcher(found.toString()).replaceAll("selfType");
    if (!one.equals(other)) {
      differences.add("\n" + what + "\n  upstream " + one + "\n  here     " + other);
    }
  }
}
