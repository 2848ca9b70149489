package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.publish.OpenApi.Compressed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the OpenAPI v2 document of the v3 documents: one document of all group versions, as JSON
 * and as protobuf. It is written path by path and schema by schema, so that only one v3 document is
 * in memory at a time, and of it one tree.
 *
 * <p>kubectl up to 1.37 reads it for what it finds in no v3 document, such as a {@code List}.
 */
final class OpenApiV2 {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  static final String REFERENCE = "#/definitions/";

  /** The document in both formats. */
  record Both(Compressed json, Compressed protobuf) {}

  /**
   * A part of the document.
   *
   * @param v3 the document of a group version
   * @param own the schemas that do not follow from it, by name
   */
  record Part(Compressed v3, Map<String, Supplier<JsonNode>> own) {}

  private OpenApiV2() {}

  static Both of(List<Part> parts, List<ExtensionSpec> extensions) throws IOException {
    SpecMerge merge = merge(parts, extensions);
    Output plain = new Output();
    Output binary = new Output();
    try (JsonGenerator json = OpenApi.JSON.createGenerator(plain.out)) {
      OpenApiV2Protobuf protobuf = new OpenApiV2Protobuf(binary.out);
      ObjectNode info =
          NODES
              .objectNode()
              .put("title", "Kubernetes")
              .put("version", "v" + Discovery.KUBERNETES_VERSION);
      json.writeStartObject();
      json.writeStringField("swagger", "2.0");
      json.writePOJOField("info", info);
      protobuf.head(info);
      json.writeObjectFieldStart("paths");
      for (Part part : parts) {
        each(
            part.v3,
            List.of("paths"),
            (path, value) -> {
              ObjectNode item = pathItem(value.get(), !part.own.isEmpty());
              json.writePOJOField(path, item);
              protobuf.path(path, item);
            });
      }
      for (SpecMerge.Part part : merge.parts()) {
        each(
            part.spec().document(),
            List.of("paths"),
            (path, value) -> {
              if (part.paths().contains(path)) {
                JsonNode item = renamed(value.get(), part.renamed());
                json.writePOJOField(path, item);
                protobuf.path(path, item);
              }
            });
      }
      json.writeEndObject();
      json.writeObjectFieldStart("definitions");
      Member definitions =
          (name, value) -> {
            JsonNode definition = withKinds(value.get(), merge.moreKinds(name));
            json.writePOJOField(name, definition);
            protobuf.definition(name, definition);
          };
      eachDefinition(parts, definitions);
      for (SpecMerge.Part part : merge.parts()) {
        each(
            part.spec().document(),
            List.of("definitions"),
            (name, value) -> {
              String here = part.names().get(name);
              if (here != null) {
                definitions.take(here, () -> renamed(value.get(), part.renamed()));
              }
            });
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    binary.out.close();
    return new Both(plain.compressed(), binary.compressed());
  }

  /** Finds out what of the extensions' documents is new. */
  private static SpecMerge merge(List<Part> parts, List<ExtensionSpec> extensions)
      throws IOException {
    Set<String> names = new HashSet<>();
    Map<String, Definition> known = new HashMap<>();
    Set<String> paths = new HashSet<>();
    if (!extensions.isEmpty()) {
      for (Part part : parts) {
        each(
            part.v3,
            List.of("paths"),
            (path, value) -> {
              if (extensions.stream().anyMatch(spec -> spec.paths().contains(path))) {
                paths.add(path);
              }
            });
      }
      eachDefinition(
          parts,
          (name, value) -> {
            names.add(name);
            if (extensions.stream().anyMatch(spec -> spec.definitions().containsKey(name))) {
              known.put(name, Definition.of(value.get()));
            }
          });
    }
    SpecMerge merge = new SpecMerge(names, known, paths);
    extensions.forEach(merge::add);
    return merge;
  }

  /** Goes through this server's own definitions. */
  private static void eachDefinition(List<Part> parts, Member member) throws IOException {
    Set<String> seen = new HashSet<>();
    for (Part part : parts) {
      each(
          part.v3,
          List.of("components", "schemas"),
          (name, value) -> {
            if (seen.add(name)) {
              Supplier<JsonNode> own = part.own.get(name);
              member.take(
                  name, () -> withoutDefaults(own == null ? schema(value.get()) : own.get()));
            }
          });
    }
  }

  /** As upstream, whose document of version 2 tells no defaults. */
  private static JsonNode withoutDefaults(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      object.remove("default");
      for (Map.Entry<String, JsonNode> keyword : object.properties()) {
        JsonNode value = keyword.getValue();
        switch (keyword.getKey()) {
          case "properties", "allOf", "anyOf", "oneOf" -> value.forEach(OpenApiV2::withoutDefaults);
          case "items", "additionalProperties", "not" -> withoutDefaults(value);
          default -> {}
        }
      }
    }
    return schema;
  }

  private static JsonNode withKinds(JsonNode definition, Map<String, String> kinds) {
    if (!kinds.isEmpty() && definition instanceof ObjectNode object) {
      ArrayNode list = object.putArray(Definition.KINDS);
      kinds
          .values()
          .forEach(
              kind -> {
                byte[] json = kind.getBytes(StandardCharsets.UTF_8);
                list.add(tree(json, 0, json.length));
              });
    }
    return definition;
  }

  /** Changes references to definitions that have other names here. */
  private static JsonNode renamed(JsonNode node, Map<String, String> names) {
    if (names.isEmpty()) {
      return node;
    }
    if (node instanceof ObjectNode object) {
      String reference = object.path("$ref").asText();
      String name =
          reference.startsWith(REFERENCE)
              ? names.get(reference.substring(REFERENCE.length()))
              : null;
      if (name != null) {
        object.put("$ref", REFERENCE + name);
      }
    }
    node.forEach(child -> renamed(child, names));
    return node;
  }

  /** Takes the members of an object one after the other. */
  interface Member {
    void take(String name, Supplier<JsonNode> value) throws IOException;
  }

  /** Goes through the fields of an object within a document. No more than one is held as a tree. */
  static void each(Compressed document, List<String> path, Member member) throws IOException {
    long all = Meter.mark();
    Meter.charge(document.length());
    byte[] bytes = document.bytes();
    try (JsonParser json = OpenApi.JSON.createParser(bytes)) {
      json.nextToken();
      for (String name : path) {
        enter(json, name);
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        int from = (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        int to = (int) json.currentLocation().getByteOffset();
        long mark = Meter.mark();
        member.take(name, () -> tree(bytes, from, to));
        Meter.release(mark);
      }
    }
    Meter.release(all);
  }

  /** From the beginning of an object to the beginning of a field's value, which is there. */
  private static void enter(JsonParser json, String field) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = json.currentName().equals(field);
      json.nextToken();
      if (found) {
        return;
      }
      json.skipChildren();
    }
    throw new IllegalStateException("the document has no " + field);
  }

  private static JsonNode tree(byte[] json, int from, int to) {
    return ObjectDecoder.decodeValue(json, from, to, ObjectDecoder.MAX_DEPTH + OpenApi.MORE_DEPTH);
  }

  /** A document that is written: compressed, with its hash. */
  static final class Output {
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private final MessageDigest digest = OpenApi.sha512();
    final DigestOutputStream out;

    Output() throws IOException {
      out = new DigestOutputStream(new GZIPOutputStream(compressed, 8 << 10), digest);
    }

    Compressed compressed() {
      return new Compressed(
          compressed.toByteArray(), HexFormat.of().withUpperCase().formatHex(digest.digest()));
    }
  }

  private static ObjectNode pathItem(JsonNode item, boolean custom) {
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : item.properties()) {
      JsonNode value = entry.getValue();
      out.set(
          entry.getKey(),
          entry.getKey().equals("parameters")
              ? parameters(value)
              : value.isObject() ? operation(value, custom) : value);
    }
    return out;
  }

  private static ArrayNode parameters(JsonNode parameters) {
    ArrayNode out = NODES.arrayNode();
    for (JsonNode parameter : parameters) {
      ObjectNode simple = out.addObject();
      parameter
          .properties()
          .forEach(
              entry -> {
                if (entry.getKey().equals("schema")) {
                  simple.setAll((ObjectNode) entry.getValue());
                } else {
                  simple.set(entry.getKey(), entry.getValue());
                }
              });
    }
    return out;
  }

  private static ObjectNode operation(JsonNode operation, boolean custom) {
    ObjectNode out = NODES.objectNode();
    if (custom) {
      // As upstream, also where there is no body; what is said of a body replaces it.
      out.putArray("consumes").add("application/json").add("application/yaml");
    }
    ArrayNode parameters = parameters(operation.path("parameters"));
    for (Map.Entry<String, JsonNode> entry : operation.properties()) {
      switch (entry.getKey()) {
        case "parameters" -> {}
        case "requestBody" -> {
          JsonNode content = entry.getValue().path("content");
          entries(out.putArray("consumes"), content);
          ObjectNode body = parameters.addObject().put("name", "body").put("in", "body");
          if (operation.path("x-kubernetes-action").asText().startsWith("p")
              || entry.getValue().path("required").asBoolean()) {
            body.put("required", true);
          }
          body.set("schema", schema(content.elements().next().path("schema")));
        }
        case "responses" -> {
          ObjectNode responses = out.putObject("responses");
          ArrayNode produces = out.putArray("produces");
          entry
              .getValue()
              .properties()
              .forEach(
                  answer -> {
                    JsonNode content = answer.getValue().path("content");
                    ObjectNode response = responses.putObject(answer.getKey());
                    response.set("description", answer.getValue().path("description"));
                    if (!content.isEmpty()) {
                      response.set("schema", schema(content.elements().next().path("schema")));
                    }
                    if (produces.isEmpty()) {
                      entries(produces, content);
                    }
                  });
        }
        default -> out.set(entry.getKey(), entry.getValue());
      }
    }
    if (!parameters.isEmpty()) {
      out.set("parameters", parameters);
    }
    out.putArray("schemes").add("https");
    return out;
  }

  private static void entries(ArrayNode out, JsonNode content) {
    content.properties().forEach(entry -> out.add(entry.getKey()));
  }

  /** A schema of v3 in the words of v2, which has no alternatives. */
  private static JsonNode schema(JsonNode schema) {
    if (schema instanceof ArrayNode list) {
      ArrayNode out = NODES.arrayNode();
      list.forEach(element -> out.add(schema(element)));
      return out;
    }
    if (!(schema instanceof ObjectNode object)) {
      return schema;
    }
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      JsonNode value = entry.getValue();
      switch (entry.getKey()) {
        case "$ref" -> out.put("$ref", value.asText().replace(OpenApiSchemas.REFERENCE, REFERENCE));
        case "allOf" -> out.setAll((ObjectNode) schema(value.get(0)));
        // An integer or a text is told by the format, a quantity is a text.
        case "oneOf", "anyOf" -> out.put("type", "string");
        case "properties" -> {
          ObjectNode properties = out.putObject("properties");
          value
              .properties()
              .forEach(property -> properties.set(property.getKey(), schema(property.getValue())));
        }
        case "items", "additionalProperties" -> out.set(entry.getKey(), schema(value));
        default -> out.set(entry.getKey(), value);
      }
    }
    return out;
  }
}
