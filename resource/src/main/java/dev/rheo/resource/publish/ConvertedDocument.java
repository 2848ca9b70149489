package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.publish.OpenApi.Compressed;
import dev.rheo.resource.publish.OpenApiV2.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The OpenAPI v3 document of an extension API server that has only one of v2. What both versions
 * can say is told, as upstream's conversion tells it.
 */
public final class ConvertedDocument {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch");

  private static final Set<String> OF_OPERATION =
      Set.of("description", "externalDocs", "tags", "summary", "deprecated", "operationId");

  private static final Set<String> OF_PARAMETER =
      Set.of("name", "description", "in", "required", "allowEmptyValue");

  private ConvertedDocument() {}

  /** The document of the server's group version. */
  public static Compressed of(ExtensionSpec spec) {
    try {
      return written(spec);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Compressed written(ExtensionSpec spec) throws IOException {
    Output output = new Output();
    try (JsonGenerator out = OpenApi.JSON.createGenerator(output.out)) {
      out.writeStartObject();
      out.writeStringField("openapi", "3.0.0");
      OpenApiV2.each(
          spec.document(),
          List.of(),
          (name, value) -> {
            if (name.equals("info")) {
              out.writePOJOField(name, value.get());
            }
          });
      out.writeObjectFieldStart("paths");
      OpenApiV2.each(
          spec.document(),
          List.of("paths"),
          (name, value) -> out.writePOJOField(name, pathItem(value.get())));
      out.writeEndObject();
      out.writeObjectFieldStart("components");
      out.writeObjectFieldStart("schemas");
      OpenApiV2.each(
          spec.document(),
          List.of("definitions"),
          (name, value) -> out.writePOJOField(name, schema(value.get())));
      out.writeEndObject();
      out.writeEndObject();
      out.writeEndObject();
      out.close();
      return output.compressed();
    }
  }

  private static ObjectNode pathItem(JsonNode item) {
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> field : item.properties()) {
      String name = field.getKey();
      if (METHODS.contains(name)) {
        out.set(name, operation(field.getValue()));
      } else if (name.equals("parameters")) {
        ArrayNode parameters = out.putArray(name);
        field.getValue().forEach(parameter -> parameters.add(parameter(parameter)));
      } else if (isExtension(name)) {
        out.set(name, field.getValue());
      }
    }
    return out;
  }

  private static ObjectNode operation(JsonNode operation) {
    ObjectNode out = NODES.objectNode();
    ArrayNode parameters = NODES.arrayNode();
    for (Map.Entry<String, JsonNode> field : operation.properties()) {
      if (OF_OPERATION.contains(field.getKey()) || isExtension(field.getKey())) {
        out.set(field.getKey(), field.getValue());
      }
    }
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.path("name").asText().equals("body") && parameter.has("schema")) {
        out.putObject("requestBody")
            .set("content", content(operation.path("consumes"), parameter.path("schema")));
      } else {
        parameters.add(parameter(parameter));
      }
    }
    if (!parameters.isEmpty()) {
      out.set("parameters", parameters);
    }
    ObjectNode responses = out.putObject("responses");
    for (Map.Entry<String, JsonNode> response : operation.path("responses").properties()) {
      ObjectNode to = responses.putObject(response.getKey());
      to.put("description", response.getValue().path("description").asText());
      if (response.getValue().has("schema")) {
        to.set("content", content(operation.path("produces"), response.getValue().path("schema")));
      }
    }
    return out;
  }

  private static ObjectNode content(JsonNode mediaTypes, JsonNode schema) {
    ObjectNode content = NODES.objectNode();
    for (JsonNode mediaType : mediaTypes) {
      content.putObject(mediaType.asText()).set("schema", schema(schema));
    }
    return content;
  }

  private static ObjectNode parameter(JsonNode parameter) {
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> field : parameter.properties()) {
      if (OF_PARAMETER.contains(field.getKey()) || isExtension(field.getKey())) {
        out.set(field.getKey(), field.getValue());
      }
    }
    if (parameter.has("schema")) {
      out.set("schema", schema(parameter.path("schema")));
    } else {
      ObjectNode schema = out.putObject("schema");
      for (String keyword : List.of("type", "format", "uniqueItems")) {
        if (parameter.has(keyword)) {
          schema.set(keyword, parameter.get(keyword));
        }
      }
    }
    return out;
  }

  /** References lead elsewhere, and have no siblings. */
  private static JsonNode schema(JsonNode schema) {
    if (!(schema instanceof ObjectNode object)) {
      return schema;
    }
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> keyword : object.properties()) {
      JsonNode value = keyword.getValue();
      switch (keyword.getKey()) {
        case "$ref" -> {
          String reference = value.asText().replace(OpenApiV2.REFERENCE, OpenApiSchemas.REFERENCE);
          if (object.size() == 1) {
            out.put("$ref", reference);
          } else {
            out.putArray("allOf").addObject().put("$ref", reference);
          }
        }
        case "properties" -> {
          ObjectNode properties = out.putObject("properties");
          value
              .properties()
              .forEach(property -> properties.set(property.getKey(), schema(property.getValue())));
        }
        case "items", "additionalProperties" -> out.set(keyword.getKey(), schema(value));
        default -> out.set(keyword.getKey(), value);
      }
    }
    return out;
  }

  private static boolean isExtension(String name) {
    return name.startsWith("x-");
  }
}
