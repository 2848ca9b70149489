package dev.rheo.resource.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.resource.type.Widgets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares with the documents of kube-apiserver 1.36.3, which are recorded without descriptions.
 * Their paths are reduced to what clients read.
 */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Schema members that the documents of this server omit. */
  private static final List<String> NOT_SAID = List.of("x-kubernetes-unions");

  private final OpenApi openApi = new OpenApi(BuiltInResources::registry);

  @Test
  void versionTwoSaysWhatVersionThreeSays() throws IOException {
    JsonNode document = JSON.readTree(openApi.v2(false).bytes());
    assertThat(document.path("swagger").asText()).isEqualTo("2.0");
    JsonNode spec = document.path("definitions").path("io.k8s.api.apps.v1.Deployment");
    assertThat(spec.path("properties").path("spec").path("$ref").asText())
        .isEqualTo("#/definitions/io.k8s.api.apps.v1.DeploymentSpec");
    assertThat(spec.path("x-kubernetes-group-version-kind").get(0).path("kind").asText())
        .isEqualTo("Deployment");
    JsonNode patch =
        document.path("paths").path("/api/v1/namespaces/{namespace}/pods/{name}").path("patch");
    assertThat(patch.path("consumes").toString()).contains("application/apply-patch+yaml");
    assertThat(patch.path("parameters").toString())
        .contains("\"name\":\"fieldValidation\",\"in\":\"query\",\"type\":\"string\"")
        .contains("\"in\":\"body\"");
    JsonNode pods = document.path("paths").path("/api/v1/namespaces/{namespace}/pods");
    for (String method : List.of("get", "delete")) {
      assertThat(pods.path(method).path("parameters").toString())
          .contains("\"name\":\"shardSelector\",\"in\":\"query\",\"type\":\"string\"");
    }
    for (JsonNode definition : document.path("definitions")) {
      assertThat(definition.toString())
          .doesNotContain("\"allOf\":[")
          .doesNotContain("#/components");
    }
    // The parts of the protobuf document: 8 is a path, 9 a definition.
    int[] parts = new int[16];
    ByteBuffer bytes = ByteBuffer.wrap(openApi.v2(true).bytes());
    while (bytes.hasRemaining()) {
      int tag = bytes.get();
      assertThat(tag & 7).isEqualTo(2);
      parts[tag >> 3]++;
      int length = 0;
      for (int shift = 0, more = 0x80; more != 0; shift += 7) {
        int b = bytes.get();
        more = b & 0x80;
        length |= (b & 0x7f) << shift;
      }
      bytes.position(bytes.position() + length);
    }
    assertThat(parts[8]).isEqualTo(document.path("paths").size());
    assertThat(parts[9]).isEqualTo(document.path("definitions").size()).isGreaterThan(500);
  }

  @Test
  void onlyTheDocumentsOfChangedGroupVersionsAreWrittenAgain() {
    ServedTypes served = new ServedTypes(BuiltInResources.registry());
    OpenApi following = new OpenApi(served);
    OpenApi.Compressed apps = following.document("apis/apps/v1");
    byte[] index = following.index();
    ResourceType first = Widgets.type(1);
    served.update(now -> now.with(first));
    OpenApi.Compressed one = following.document("apis/example.com/v1");
    assertThat(new String(one.bytes(), StandardCharsets.UTF_8))
        .contains("/apis/example.com/v1/namespaces/{namespace}/widgets1/{name}");
    assertThat(new String(following.index(), StandardCharsets.UTF_8)).contains(one.hash());
    ResourceType second = Widgets.type(2);
    served.update(now -> now.with(second));
    assertThat(following.document("apis/example.com/v1").hash()).isNotEqualTo(one.hash());
    assertThat(following.document("apis/apps/v1")).isSameAs(apps);
    served.update(now -> now.without(first).without(second));
    assertThat(following.document("apis/example.com/v1")).isNull();
    assertThat(following.index()).isEqualTo(index);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api/v1",
        "apis/apps/v1",
        "apis/apiextensions.k8s.io/v1",
        "apis/resource.k8s.io/v1",
        "apis/autoscaling/v1"
      })
  void schemasAreThoseOfKubeApiserver(String path) throws IOException {
    JsonNode ours = document(path).at("/components/schemas");
    JsonNode theirs = recorded().get(path).get("schemas");
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, JsonNode> schema : theirs.properties()) {
      compare(schema.getKey(), ours.get(schema.getKey()), schema.getValue(), differences);
    }
    assertThat(differences).isEmpty();
    // every reference resolves
    Set<String> references = new TreeSet<>();
    document(path).findValuesAsText("$ref").forEach(references::add);
    references.removeIf(reference -> !reference.startsWith("#"));
    for (String reference : references) {
      assertThat(ours.has(reference.substring("#/components/schemas/".length())))
          .as(reference)
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"api/v1", "apis/apps/v1", "apis/autoscaling/v1"})
  void operationsAreThoseOfKubeApiserver(String path) throws IOException {
    JsonNode theirs = recorded().get(path).get("operations");
    for (Map.Entry<String, JsonNode> entry : document(path).get("paths").properties()) {
      JsonNode operations = theirs.get(entry.getKey());
      assertThat(operations).as(entry.getKey()).isNotNull();
      for (Map.Entry<String, JsonNode> method : entry.getValue().properties()) {
        if (method.getValue().isObject()) {
          JsonNode known = operations.get(method.getKey());
          String at = method.getKey() + " " + entry.getKey();
          assertThat(known).as(at).isNotNull();
          assertThat(method.getValue().path("x-kubernetes-action").asText(""))
              .as(at)
              .isEqualTo(known.get(0).asText(""));
          assertThat(method.getValue().path("x-kubernetes-group-version-kind").toString())
              .as(at)
              .isEqualTo(reorder(known.get(1)));
          if (!known.get(0).asText().equals("connect")) {
            Set<String> parameters = new TreeSet<>();
            method
                .getValue()
                .path("parameters")
                .forEach(p -> parameters.add(p.get("name").asText()));
            Set<String> expected = new TreeSet<>();
            known.get(2).forEach(name -> expected.add(name.asText()));
            assertThat(expected).as(at).containsAll(parameters);
          }
        }
      }
    }
  }

  @Test
  void theIndexNamesEachDocumentByItsHash() throws IOException {
    JsonNode paths = JSON.readTree(openApi.index()).get("paths");
    assertThat(paths.size()).isEqualTo(47);
    for (Map.Entry<String, JsonNode> entry : paths.properties()) {
      OpenApi.Compressed document = Objects.requireNonNull(openApi.document(entry.getKey()));
      assertThat(entry.getValue().get("serverRelativeURL").asText())
          .isEqualTo("/openapi/v3/" + entry.getKey() + "?hash=" + Discovery.hash(document.bytes()));
      assertThat(document.hash()).isEqualTo(Discovery.hash(document.bytes()));
    }
    assertThat(openApi.document("apis/nothing/v1")).isNull();
  }

  @Test
  void theDocumentsAreSmall() throws IOException {
    long bytes = openApi.index().length;
    for (Map.Entry<String, JsonNode> entry :
        JSON.readTree(openApi.index()).get("paths").properties()) {
      bytes += Objects.requireNonNull(openApi.document(entry.getKey())).gzip().length;
    }
    assertThat(bytes).isLessThan(256 << 10);
  }

  private static void compare(String at, JsonNode ours, JsonNode theirs, List<String> differences) {
    if (reference(ours) instanceof ObjectNode a && reference(theirs) instanceof ObjectNode b) {
      Set<String> names = new TreeSet<>();
      a.fieldNames().forEachRemaining(names::add);
      b.fieldNames().forEachRemaining(names::add);
      names.removeAll(NOT_SAID);
      for (String name : names) {
        compare(at + "." + name, a.get(name), b.get(name), differences);
      }
    } else if (!Objects.equals(ours, theirs)) {
      differences.add(at + ": ours " + ours + ", theirs " + theirs);
    }
  }

  /** An {@code allOf} of one reference is equivalent to the reference itself. */
  private static JsonNode reference(JsonNode schema) {
    return schema != null && schema.size() == 1 && schema.path("allOf").size() == 1
        ? schema.get("allOf").get(0)
        : schema;
  }

  private static String reorder(JsonNode kind) {
    if (kind == null || kind.isNull()) {
      return "";
    }
    return JSON.createObjectNode()
        .put("group", kind.get("group").asText())
        .put("version", kind.get("version").asText())
        .put("kind", kind.get("kind").asText())
        .toString();
  }

  private JsonNode document(String path) throws IOException {
    return JSON.readTree(Objects.requireNonNull(openApi.document(path)).bytes());
  }

  private static JsonNode recorded() throws IOException {
    try (InputStream in =
        new GZIPInputStream(OpenApiTest.class.getResourceAsStream("openapi.json.gz"))) {
      return JSON.readTree(in);
    }
  }
}
