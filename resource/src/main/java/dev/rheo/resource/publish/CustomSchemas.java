package dev.rheo.resource.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Weights;
import dev.rheo.resource.type.CustomType;
import dev.rheo.resource.type.ResourceType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The schemas of custom types as they are published: those of their definitions, with the parts
 * that every object has. In OpenAPI v2 they lose what its readers do not understand.
 */
final class CustomSchemas {
  private static final JsonNodeFactory NODES = Nodes.INSTANCE;
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
  private static final String EMBEDDED = "x-kubernetes-embedded-resource";
  private static final String INT_OR_STRING = "x-kubernetes-int-or-string";
  private static final ArrayNode INTEGER_OR_STRING = NODES.arrayNode();

  static {
    INTEGER_OR_STRING.addObject().put("type", "integer");
    INTEGER_OR_STRING.addObject().put("type", "string");
  }

  private final boolean v2;

  private CustomSchemas(boolean v2) {
    this.v2 = v2;
  }

  /** The name of the schema of a kind: {@code com.example.v1.Shape}. */
  static String name(ResourceType type, String kind) {
    List<String> group = new ArrayList<>(Arrays.asList(type.group().split("\\.", -1)));
    Collections.reverse(group);
    return String.join(".", group) + "." + type.version() + "." + kind;
  }

  /**
   * The schema of the objects.
   *
   * @param v2 whether it is for a document of OpenAPI v2
   */
  static ObjectNode object(ResourceType type, boolean v2) {
    CustomType custom = Objects.requireNonNull(type.custom());
    JsonNode version = version(custom);
    JsonNode schema = custom.publishedSchema(version);
    CustomSchemas schemas = new CustomSchemas(v2);
    ObjectNode out;
    if (!schema.isObject()
        || (v2 && (custom.preservesUnknown() || schema.path(PRESERVE).asBoolean()))) {
      // clients of v2 refuse unknown fields as soon as any field is known
      out = NODES.objectNode().put("type", "object");
    } else {
      out = schemas.value(schema, false);
      schemas.typed(out, "ObjectMeta");
    }
    extensions(out, type, type.kind(), version);
    return out;
  }

  /** The schema of a list of the objects; parameters as of {@link #object}. */
  static ObjectNode list(ResourceType type, boolean v2) {
    CustomType custom = Objects.requireNonNull(type.custom());
    CustomSchemas schemas = new CustomSchemas(v2);
    ObjectNode out = NODES.objectNode().put("type", "object");
    out.putArray("required").add("items");
    ObjectNode items = out.putObject("properties").putObject("items");
    items
        .put("type", "array")
        .putObject("items")
        .put("$ref", schemas.reference(name(type, type.kind())));
    schemas.typed(out, "ListMeta");
    extensions(out, type, custom.listKind(), version(custom));
    return out;
  }

  /** As it stands in the definition; missing if that has just gone, as then the type will, too. */
  private static JsonNode version(CustomType custom) {
    try {
      return custom.version();
    } catch (ApiException _) {
      return MissingNode.getInstance();
    }
  }

  private static void extensions(ObjectNode out, ResourceType type, String kind, JsonNode version) {
    out.putArray("x-kubernetes-group-version-kind")
        .addObject()
        .put("group", type.group())
        .put("version", type.version())
        .put("kind", kind);
    JsonNode selectable = version.path("selectableFields");
    if (!selectable.isEmpty()) {
      ArrayNode fields = out.putArray("x-kubernetes-selectable-fields");
      for (JsonNode field : selectable) {
        String path = field.path("jsonPath").asText();
        fields.addObject().put("fieldPath", path.startsWith(".") ? path.substring(1) : path);
      }
    }
  }

  private String reference(String name) {
    return (v2 ? OpenApiV2.REFERENCE : OpenApiSchemas.REFERENCE) + name;
  }

  /** Adds the properties of each object, or of each list. */
  private void typed(ObjectNode schema, String meta) {
    ObjectNode properties =
        schema.get("properties") instanceof ObjectNode some ? some : schema.putObject("properties");
    properties.putObject("apiVersion").put("type", "string");
    properties.putObject("kind").put("type", "string");
    ObjectNode metadata = properties.putObject("metadata");
    String reference = reference(OpenApiSchemas.name(OpenApiSchemas.META + meta));
    // in v3 a bare reference could have no sibling
    (v2 ? metadata : metadata.putArray("allOf").addObject()).put("$ref", reference);
  }

  /**
   * @param nested whether the schema only restricts values, as below {@code allOf}
   */
  private ObjectNode value(JsonNode schema, boolean nested) {
    Meter.charge(Weights.OBJECT + (schema.size() + 4L) * Weights.entry(0));
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : schema.properties()) {
      keyword(entry.getKey(), entry.getValue(), nested, out);
    }
    if (!nested) {
      if (v2) {
        reduce(schema, out);
      } else if (schema.path(INT_OR_STRING).asBoolean()) {
        unfold(out);
      }
      if (schema.path(EMBEDDED).asBoolean() && !(v2 && schema.path(PRESERVE).asBoolean())) {
        embedded(out);
      }
    }
    return out;
  }

  private void keyword(String key, JsonNode value, boolean nested, ObjectNode out) {
    switch (key) {
      case "type", "format", "title", "description", "pattern" -> {
        if (!value.asText().isEmpty()) {
          out.set(key, value);
        }
      }
      case "exclusiveMaximum",
          "exclusiveMinimum",
          "uniqueItems",
          PRESERVE,
          EMBEDDED,
          INT_OR_STRING -> {
        if (value.asBoolean()) {
          out.set(key, value);
        }
      }
      case "nullable" -> {
        if (value.asBoolean() && !v2) {
          out.set(key, value);
        }
      }
      case "default" -> {
        if (!value.isNull() && !v2) {
          out.set(key, value);
        }
      }
      case "allOf", "anyOf", "oneOf" -> {
        if (!value.isEmpty() && !v2) {
          ArrayNode all = out.putArray(key);
          for (JsonNode one : value) {
            all.add(value(one, true));
          }
        }
      }
      case "not" -> {
        if (value.isObject() && !v2) {
          out.set(key, value(value, true));
        }
      }
      case "properties" -> {
        if (!value.isEmpty()) {
          ObjectNode properties = out.putObject(key);
          for (Map.Entry<String, JsonNode> property : value.properties()) {
            properties.set(property.getKey(), value(property.getValue(), nested));
          }
        }
      }
      case "items" -> {
        if (value.isObject()) {
          out.set(key, value(value, nested));
        }
      }
      case "additionalProperties" -> {
        if (value.isObject() && !nested) {
          out.set(key, value(value, false));
        } else if (value.isBoolean() && !nested) {
          out.set(key, value);
        }
      }
      case "enum",
          "required",
          "externalDocs",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-validations" -> {
        if (!value.isEmpty()) {
          out.set(key, value);
        }
      }
      case "example",
          "maximum",
          "minimum",
          "maxLength",
          "minLength",
          "maxItems",
          "minItems",
          "multipleOf",
          "maxProperties",
          "minProperties",
          "x-kubernetes-list-type",
          "x-kubernetes-map-type" -> {
        if (!value.isNull()) {
          out.set(key, value);
        }
      }
      default -> {}
    }
  }

  /** Tells in plain OpenAPI that the value is an integer or a string. */
  private static void unfold(ObjectNode out) {
    JsonNode any = out.get("anyOf");
    if (INTEGER_OR_STRING.equals(any)
        || out.path("allOf").path(0).path("anyOf").equals(INTEGER_OR_STRING)) {
      return;
    }
    if (any == null) {
      out.set("anyOf", INTEGER_OR_STRING);
    } else {
      ArrayNode all = NODES.arrayNode();
      all.addObject().set("anyOf", INTEGER_OR_STRING);
      out.path("allOf").forEach(all::add);
      out.set("allOf", all);
    }
  }

  /**
   * Removes what clients of v2 take for more than it is: they refuse nulls and unknown fields as
   * soon as the type is told, or anything of what is inside.
   */
  private static void reduce(JsonNode schema, ObjectNode out) {
    boolean preserves = schema.path(PRESERVE).asBoolean();
    boolean nullable = schema.path("nullable").asBoolean();
    if (preserves || nullable) {
      out.remove(List.of("items", "properties"));
    }
    String type = schema.path("type").asText();
    if (nullable
        || (type.equals("array") && !out.has("items"))
        || (type.equals("object") && preserves)) {
      out.remove("type");
    }
    if (!(out.get("required") instanceof ArrayNode required)) {
      return;
    }
    ArrayNode left = NODES.arrayNode();
    if (!schema.path("additionalProperties").path("nullable").asBoolean()) {
      for (JsonNode name : required) {
        if (!out.path("properties").has(name.asText())
            || !schema.path("properties").path(name.asText()).path("nullable").asBoolean()) {
          left.add(name);
        }
      }
    }
    if (left.isEmpty()) {
      out.remove("required");
    } else {
      out.set("required", left);
    }
  }

  private void embedded(ObjectNode out) {
    typed(out, "ObjectMeta");
    ArrayNode required = NODES.arrayNode();
    out.path("required").forEach(required::add);
    for (String name : List.of("kind", "apiVersion")) {
      if (required.valueStream().noneMatch(some -> some.asText().equals(name))) {
        required.add(name);
      }
    }
    out.set("required", required);
  }
}
