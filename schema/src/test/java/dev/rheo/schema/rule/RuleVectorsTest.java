package dev.rheo.schema.rule;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.cel.cost.CostEstimator;
import dev.rheo.cel.cost.Sizes;
import dev.rheo.cel.type.DeclType;
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
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds rules against what kube-apiserver's own code says of them, recorded by {@code tools/rules}.
 * {@code -Drheo.rules.vectors=FOLDER} adds vectors that are not ours to distribute.
 */
class RuleVectorsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = "spec.validation.openAPIV3Schema";
  private static final Pattern TYPE_NAME = Pattern.compile("selfType\\d+");
  private static final Pattern CUT = Pattern.compile(" \\(cut from .*", Pattern.DOTALL);

  static Stream<Path> files() throws IOException {
    List<Path> folders = new ArrayList<>();
    folders.add(Path.of("src/test/resources/dev/rheo/schema/rule/vectors"));
    String more = System.getProperty("rheo.rules.vectors");
    if (more != null) {
      folders.add(Path.of(more));
    }
    List<Path> files = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> list = Files.list(folder)) {
        list.filter(file -> file.toString().endsWith(".gz")).sorted().forEach(files::add);
      }
    }
    return files.stream();
  }

  private final List<String> differences = new ArrayList<>();
  private JsonNode suite = JSON.createObjectNode();
  private int vectors;

  @ParameterizedTest
  @MethodSource("files")
  void agreesWithUpstream(Path file) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      String line;
      while ((line = lines.readLine()) != null) {
        JsonNode node = JSON.readTree(line);
        if (node.has("schema")) {
          suite = node;
        } else {
          check(node);
        }
      }
    }
    assertThat(differences.stream().limit(40).toList()).isEmpty();
    assertThat(vectors).isPositive();
  }

  private void check(JsonNode recorded) {
    ObjectNode raw = suite.get("schema").deepCopy();
    JsonNode rule = recorded.path("rule");
    if (rule.isObject()) {
      ObjectNode at = raw;
      for (JsonNode step : suite.path("at")) {
        at = (ObjectNode) at.get(step.textValue());
      }
      at.putArray("x-kubernetes-validations").add(rule);
    }
    Structural schema = StructuralReader.read(raw);
    if (!recorded.path("other").asBoolean()) {
      FieldErrors errors = new FieldErrors();
      DefinitionRules.check(schema, PATH, false, errors);
      compare("definition", rule, recorded.path("d"), shown(errors));
    }
    if (rule.isObject()) {
      costs(schema, recorded);
    }
    SchemaRules rules = SchemaRules.compile(schema);
    for (JsonNode verdict : recorded.path("v")) {
      judge(requireNonNull(rules), schema, rule, verdict);
    }
    assertThat(rules == null)
        .isEqualTo(recorded.path("v").isEmpty() && !suite.path("objects").isEmpty());
  }

  private void costs(Structural root, JsonNode recorded) {
    Structural schema = root;
    boolean resource = true;
    JsonNode at = suite.path("at");
    for (int i = 0; i < at.size(); i++) {
      Structural next =
          switch (at.get(i).textValue()) {
            case "properties" -> schema.properties().get(at.get(++i).textValue());
            case "items" -> schema.items();
            case "additionalProperties" -> schema.additional().schema();
            default -> null;
          };
      if (next == null) {
        return;
      }
      schema = next;
      resource = next.embedded();
    }
    DeclType type = SchemaTypes.of(schema, resource, "selfType1");
    if (type == null) {
      return;
    }
    CompiledRule rule = new RuleCompiler(schema, type).compile(schema.rules().get(0));
    ObjectNode found = JSON.createObjectNode();
    Sizes sizes = SchemaTypes.sizes(type);
    if (rule.expressions().rule() != null) {
      long cost = CostEstimator.estimate(rule.expressions().rule(), sizes).max();
      found.put("cost", Long.toUnsignedString(cost));
      found.put("card", Long.toUnsignedString(SchemaTypes.mostOf(type)));
    }
    if (rule.expressions().message() != null) {
      long cost = CostEstimator.estimate(rule.expressions().message(), sizes).max();
      found.put("mcost", Long.toUnsignedString(cost));
    }
    if (rule.readsOld()) {
      found.put("old", true);
    }
    if (!rule.fieldPath().isEmpty()) {
      found.put("path", rule.fieldPath());
    }
    ObjectNode expected = JSON.createObjectNode();
    for (String name : List.of("cost", "card", "mcost", "old", "path")) {
      if (recorded.has(name)) {
        expected.set(name, recorded.get(name));
      }
    }
    compare("costs", recorded.path("rule"), expected, found);
  }

  private void judge(SchemaRules rules, Structural schema, JsonNode rule, JsonNode verdict) {
    JsonNode object = suite.path("objects").get(verdict.get("o").intValue());
    JsonNode old =
        verdict.has("old") ? suite.path("objects").get(verdict.get("old").intValue()) : null;
    FieldErrors errors = new FieldErrors();
    List<String> warnings = new ArrayList<>();
    Ratchet ratchet =
        old == null ? Ratchet.NONE : new Ratchet(new Correlation(object, old, schema), null);
    long left = rules.judge(object, old, "", errors, warnings::add, ratchet, SchemaRules.BUDGET);
    ObjectNode found = JSON.createObjectNode();
    found.set("e", shown(errors));
    warnings.sort(null);
    found.set("w", JSON.valueToTree(warnings));
    found.put("left", left);
    ObjectNode expected = JSON.createObjectNode();
    expected.set("e", verdict.path("e").isArray() ? verdict.get("e") : JSON.createArrayNode());
    expected.set("w", verdict.path("w").isArray() ? verdict.get("w") : JSON.createArrayNode());
    expected.put("left", verdict.get("left").longValue());
    compare("object " + object + (old == null ? "" : " was " + old), rule, expected, found);
  }

  private static ArrayNode shown(FieldErrors errors) {
    List<List<String>> shown = new ArrayList<>();
    for (FieldError error : errors.toList()) {
      shown.add(List.of(error.reason(), error.field(), error.body()));
    }
    shown.sort((a, b) -> String.join(" ", a).compareTo(String.join(" ", b)));
    return JSON.valueToTree(shown);
  }

  private void compare(String what, JsonNode rule, JsonNode expected, JsonNode found) {
    vectors++;
    String one = expected.isMissingNode() ? "[]" : text(expected);
    String other = text(found);
    if (!same(one, other)) {
      differences.add(
          "\n" + what + " of " + rule + "\n  upstream " + one + "\n  here     " + other);
    }
  }

  private static String text(JsonNode node) {
    return TYPE_NAME.matcher(node.toString()).replaceAll("selfType");
  }

  /** Messages are cut here. */
  private static boolean same(String upstream, String here) {
    if (!here.contains(" (cut from ")) {
      return upstream.equals(here);
    }
    String start = CUT.matcher(here).replaceFirst("");
    return upstream.startsWith(start);
  }
}
