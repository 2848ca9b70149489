package dev.rheo.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.WriteContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares writes of the objects of samples.yaml, byte for byte, with the answers of kube-apiserver
 * 1.36.3 (samples.jsonl, recorded by tools/typegen): defaults, strategies, admission, validation
 * and conversion together.
 */
class SamplesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  record Exchange(
      String path,
      String subresource,
      boolean update,
      JsonNode old,
      ObjectNode input,
      int code,
      ObjectNode output) {
    String name() {
      return (update ? "update " : "create ")
          + path.substring(path.indexOf('/') + 1)
          + "/"
          + input.at("/metadata/name").asText()
          + (subresource.isEmpty() ? "" : "/" + subresource);
    }
  }

  @TestFactory
  Stream<DynamicTest> kubeApiserverAnswersTheSame() throws IOException {
    List<Exchange> exchanges = exchanges();
    assertThat(exchanges).hasSizeGreaterThan(150);
    return exchanges.stream()
        // refused while decoding, which the codec's tests cover
        .filter(exchange -> exchange.code != 400)
        .map(exchange -> DynamicTest.dynamicTest(exchange.name(), () -> check(exchange)));
  }

  private static void check(Exchange exchange) throws IOException {
    ResourceType type = type(exchange.path);
    ObjectNode expected = exchange.output.deepCopy();
    Instant now = Instant.parse("2026-01-02T03:04:05Z");
    WriteContext context =
        new WriteContext(
            now,
            "admin",
            "admin",
            List.of("system:masters", "system:authenticated"),
            Map.of(),
            "",
            new LinkedHashSet<>());
    ObjectNode object;
    try {
      object = write(exchange, type, expected, context);
    } catch (ApiException refused) {
      assertThat(exchange.code).as(refused.getMessage()).isEqualTo(refused.code());
      assertThat(causes(JSON.readTree(refused.status().toJson())))
          .containsExactlyInAnyOrderElementsOf(causes(expected));
      return;
    }
    assertThat(exchange.code).as(expected.path("message").asText()).isIn(200, 201);
    ObjectNode ours = decode(Canonicalizer.encodeAnswer(object, type.objectType()));
    forget(ours);
    forget(expected);
    // byte for byte, printed as trees
    assertThat(ours.toPrettyString()).isEqualTo(expected.toPrettyString());
    // defaults are idempotent
    byte[] once = Canonicalizer.encode(object, type.objectType());
    type.defaults().apply(object);
    assertThat(decode(Canonicalizer.encode(object, type.objectType()))).isEqualTo(decode(once));
  }

  private static ObjectNode write(
      Exchange exchange, ResourceType type, ObjectNode expected, WriteContext context) {
    ObjectNode given = exchange.input.deepCopy();
    given.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode object = decode(Canonicalizer.encode(given, type.objectType()));
    type.defaults().apply(object);
    type.conversion().toStored(object);
    if (type.storage().name().equals("services") && expected.has("spec")) {
      allocate((ObjectNode) object.get("spec"), (ObjectNode) expected.get("spec"));
    }
    ObjectNode metadata = Trees.metadata(object);
    if (exchange.update) {
      ObjectNode old = decode(exchange.old.toString().getBytes(StandardCharsets.UTF_8));
      type.conversion().toStored(old);
      type.defaults().apply(old);
      DefaultAdmission.update(object, type.storage().name(), exchange.subresource);
      WritePreparation.forUpdate(object, old, type, exchange.subresource, context);
      Validation.update(object, old, type, exchange.subresource, context);
    } else {
      metadata.put("namespace", expected.at("/metadata/namespace").asText());
      if (type.namespaced()) {
        metadata.put("namespace", "default");
      }
      metadata.put("uid", expected.at("/metadata/uid").asText("uid"));
      metadata.put("creationTimestamp", "2026-01-02T03:04:05Z");
      DefaultAdmission.create(object, type.storage().name());
      if (type.storage().name().equals("pods")) {
        prioritize(Trees.need(object, "spec"));
      }
      WritePreparation.forCreate(object, type, context);
      Validation.create(object, type, context);
    }
    return type.conversion().fromStored(object);
  }

  /** As the plugin Priority does where there are the classes of the system only. */
  private static void prioritize(ObjectNode spec) {
    spec.put(
        "priority",
        switch (Trees.text(spec, "priorityClassName")) {
          case "system-node-critical" -> 2_000_001_000;
          case "system-cluster-critical" -> 2_000_000_000;
          default -> 0;
        });
    Trees.putText(spec, "preemptionPolicy", "PreemptLowerPriority");
  }

  /** Gives a Service what the server had allocated before. */
  private static void allocate(ObjectNode spec, ObjectNode recorded) {
    for (String field :
        List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort")) {
      if (recorded.has(field)) {
        spec.set(field, recorded.get(field));
      }
    }
    List<ObjectNode> ports = Trees.objects(spec, "ports");
    List<ObjectNode> recordedPorts = Trees.objects(recorded, "ports");
    for (int i = 0; i < Math.min(ports.size(), recordedPorts.size()); i++) {
      if (recordedPorts.get(i).has("nodePort")) {
        ports.get(i).set("nodePort", recordedPorts.get(i).get("nodePort"));
      }
    }
  }

  /** Drops what depends on the time, the author and the number of writes. */
  private static void forget(ObjectNode object) {
    ObjectNode metadata = (ObjectNode) object.get("metadata");
    metadata.remove(List.of("managedFields", "resourceVersion", "creationTimestamp"));
    if (object.path("kind").asText().equals("Pod")
        && object.at("/spec/serviceAccountName").asText("default").equals("default")) {
      // the samples were recorded without the ServiceAccount admission plugin
      ((ObjectNode) object.get("spec")).remove(List.of("serviceAccountName", "serviceAccount"));
    }
    object.findParents("lastTransitionTime").forEach(parent -> blank(parent, "lastTransitionTime"));
    object
        .findParents("lastPhaseTransitionTime")
        .forEach(parent -> blank(parent, "lastPhaseTransitionTime"));
  }

  private static void blank(JsonNode parent, String field) {
    ((ObjectNode) parent).putNull(field);
  }

  /** Reason, field and message of each cause, without the diff of Go structs that some end in. */
  private static List<String> causes(JsonNode status) {
    List<String> causes = new ArrayList<>();
    for (JsonNode cause : status.at("/details/causes")) {
      String message = cause.path("message").asText();
      int diff = message.indexOf("\n@@ ");
      causes.add(
          cause.path("reason").asText()
              + " "
              + cause.path("field").asText()
              + " "
              + (diff < 0 ? message : message.substring(0, diff)));
    }
    return causes;
  }

  static ResourceType type(String path) {
    String[] part = path.split("/");
    boolean core = part[0].equals("api");
    return Objects.requireNonNull(
        BuiltInResources.registry()
            .find(core ? "" : part[1], core ? part[1] : part[2], part[part.length - 1]),
        path);
  }

  private static ObjectNode decode(byte[] json) {
    return ObjectDecoder.decode(json, 100).tree();
  }

  static List<Exchange> exchanges() throws IOException {
    List<Exchange> exchanges = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                SamplesTest.class.getResourceAsStream("samples.jsonl"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode node = JSON.readTree(line);
        exchanges.add(
            new Exchange(
                node.get("path").asText(),
                node.path("subresource").asText(),
                node.path("update").asBoolean(),
                node.get("old"),
                (ObjectNode) node.get("input"),
                node.get("code").asInt(),
                (ObjectNode) node.get("output")));
      }
    }
    return exchanges;
  }
}
