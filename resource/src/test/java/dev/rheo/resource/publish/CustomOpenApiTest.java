package dev.rheo.resource.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.resource.custom.CustomDefinition;
import dev.rheo.resource.published.CustomTypes;
import dev.rheo.resource.published.Vectors;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares with what the program in tools/published recorded of upstream's builders. */
class CustomOpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What some 230 definitions are published as, alone. */
  @Test
  void documentsAreThoseOfUpstream() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<JsonNode> lines = Vectors.read("openapi");
    // the random ones are each in a version of its own
    List<ResourceType> random =
        lines.stream().filter(line -> !line.get("v3").has("paths")).map(this::type).toList();
    OpenApi ofRandom = new OpenApi(() -> new ResourceRegistry(random));
    JsonNode v2OfRandom = JSON.readTree(ofRandom.v2(false).bytes());
    int checked = 0;
    for (JsonNode line : lines) {
      boolean alone = line.get("v3").has("paths");
      ResourceType type = alone ? type(line) : random.get(checked++);
      OpenApi openApi = alone ? new OpenApi(() -> new ResourceRegistry(List.of(type))) : ofRandom;
      OpenApi.Compressed document = openApi.document("apis/" + type.apiVersion());
      JsonNode v3 = JSON.readTree(document.bytes());
      JsonNode v2 = alone ? JSON.readTree(openApi.v2(false).bytes()) : v2OfRandom;
      JsonNode told = line.get("v3");
      compare(type + " v3", told.at("/components/schemas"), v3.at("/components/schemas"), wrong);
      compare(type + " v2", line.at("/v2/definitions"), v2.get("definitions"), wrong);
      if (told.has("paths")) {
        assertThat(v3.get("info")).isEqualTo(told.get("info"));
        assertThat(canonical(v3.get("paths"))).isEqualTo(canonical(told.get("paths")));
        assertThat(paths(v2.get("paths"))).isEqualTo(paths(line.at("/v2/paths")));
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(lines.size()).isGreaterThan(200);
  }

  /** As deep as a definition can be, which must not keep others from being published. */
  @Test
  void aDeepSchemaIsPublished() throws IOException {
    StringBuilder schema = new StringBuilder("{\"x-kubernetes-int-or-string\":true}");
    for (int i = 0; i < 988; i++) {
      schema.insert(0, "{\"type\":\"array\",\"items\":").append('}');
    }
    schema.insert(0, "{\"type\":\"object\",\"properties\":{\"a\":").append("}}");
    JsonNode definition =
        JSON.readTree(
            "{\"group\":\"example.com\",\"scope\":\"Cluster\",\"names\":{\"plural\":\"deeps\","
                + "\"singular\":\"deep\",\"kind\":\"Deep\",\"listKind\":\"DeepList\"},"
                + "\"versions\":[{\"name\":\"v1\",\"schema\":{\"openAPIV3Schema\":"
                + schema
                + "}}]}");
    ResourceType type = CustomTypes.of(definition, "v1", true);
    OpenApi openApi = new OpenApi(() -> new ResourceRegistry(List.of(type)));
    OpenApi.Compressed document = openApi.document("apis/example.com/v1");
    assertThat(new String(document.bytes(), StandardCharsets.UTF_8)).contains("anyOf");
    assertThat(openApi.v2(true).bytes()).isNotEmpty();
  }

  /** A definition that goes while documents are made must not keep others from being published. */
  @Test
  void aDefinitionMayBeGone() throws IOException {
    ObjectNode definition =
        (ObjectNode)
            JSON.readTree(
                """
                {"metadata": {"name": "gones.example.com", "uid": "u", "generation": 1},
                 "spec": {"group": "example.com", "scope": "Cluster", "versions": [
                   {"name": "v1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": {"type": "object"}}}]},
                 "status": {"acceptedNames": {"plural": "gones", "singular": "gone",
                   "kind": "Gone", "listKind": "GoneList"},
                   "conditions": [{"type": "Established", "status": "True"}]}}
                """);
    List<ResourceType> types =
        dev.rheo.resource.custom.CustomTypes.of(CustomDefinition.of(definition), () -> null, null);
    OpenApi openApi = new OpenApi(() -> new ResourceRegistry(types));
    assertThat(openApi.document("apis/example.com/v1")).isNotNull();
    JsonNode v2 = JSON.readTree(openApi.v2(false).bytes());
    assertThat(v2.at("/definitions/com.example.v1.Gone/type").asText()).isEqualTo("object");
  }

  private ResourceType type(JsonNode line) {
    return CustomTypes.of(
        line.get("definition"), line.get("version").asText(), line.get("structural").asBoolean());
  }

  private static void compare(String what, JsonNode expected, JsonNode actual, List<String> wrong) {
    for (Map.Entry<String, JsonNode> schema : expected.properties()) {
      JsonNode ours = actual.get(schema.getKey());
      if (ours == null) {
        wrong.add(what + " has no " + schema.getKey());
      } else if (!schema.getValue().isBoolean()) {
        different(what, canonical(schema.getValue()), canonical(ours), wrong);
      }
    }
    actual
        .fieldNames()
        .forEachRemaining(
            name -> {
              // of v2 there is one document for all
              if (!expected.has(name) && !name.startsWith("io.k8s.") && what.endsWith("v3")) {
                wrong.add(what + " has " + name);
              }
            });
  }

  private static void different(
      String where, JsonNode expected, @Nullable JsonNode actual, List<String> wrong) {
    if (expected.isObject() && actual != null && actual.isObject()) {
      TreeSet<String> names = new TreeSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      actual.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        different(where + "/" + name, expected.path(name), actual.get(name), wrong);
      }
    } else if (!expected.equals(actual) && wrong.size() < 20) {
      wrong.add(where + " is " + actual + ", not " + expected);
    }
  }

  /** With sorted members, and numbers that tell their values only. */
  private static JsonNode canonical(JsonNode value) {
    if (value.isObject()) {
      ObjectNode out = JSON.createObjectNode();
      Map<String, JsonNode> sorted = new TreeMap<>();
      value.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
      // the recording has no texts of upstream
      String text = value.path("description").asText();
      if (text.contains("git.k8s.io") || text.contains(" is a list of ")) {
        sorted.remove("description");
      }
      sorted.forEach((name, member) -> out.set(name, canonical(member)));
      return out;
    }
    if (value.isArray()) {
      ArrayNode out = JSON.createArrayNode();
      value.forEach(element -> out.add(canonical(element)));
      return out;
    }
    return value.isNumber()
        ? TextNode.valueOf(value.decimalValue().stripTrailingZeros().toPlainString())
        : value;
  }

  /** The paths of v2; upstream names parameters that are often the same. */
  private static Map<String, String> paths(JsonNode paths) {
    Map<String, String> out = new TreeMap<>();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      if (!path.getKey().startsWith("/apis/draw")) {
        continue;
      }
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (method.getKey().equals("parameters")) {
          continue;
        }
        ObjectNode operation = method.getValue().deepCopy();
        TreeSet<String> names = new TreeSet<>();
        for (JsonNode parameter : operation.path("parameters")) {
          String reference = parameter.path("$ref").asText();
          names.add(
              reference.isEmpty()
                  ? parameter.get("name").asText()
                  : reference.substring("#/parameters/".length(), reference.length() - 9));
        }
        operation.put("parameters", names.toString());
        operation.set("consumes", sorted(operation.path("consumes")));
        operation.remove("schemes");
        out.put(path.getKey() + " " + method.getKey(), canonical(operation).toString());
      }
    }
    return out;
  }

  private static ArrayNode sorted(JsonNode texts) {
    ArrayNode out = JSON.createArrayNode();
    texts.valueStream().sorted(Comparator.comparing(JsonNode::asText)).forEach(out::add);
    return out;
  }
}
