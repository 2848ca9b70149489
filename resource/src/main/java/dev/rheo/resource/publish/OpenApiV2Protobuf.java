package dev.rheo.resource.publish;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.protobuf.WireWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * Writes an OpenAPI v2 document as protobuf, in the messages of {@code openapi.v2} (gnostic). A
 * document's parts may be repeated in protobuf and are merged by the reader, so each path and each
 * definition is written on its own.
 */
final class OpenApiV2Protobuf {
  private static final int ROOM = 16 << 10;

  private final OutputStream out;

  OpenApiV2Protobuf(OutputStream out) {
    this.out = out;
  }

  /** What a part of the document holds. */
  private interface Content {
    void write(WireWriter wire);
  }

  private void part(Content content) throws IOException {
    ByteOutput bytes = new ByteOutput(ROOM);
    content.write(new WireWriter(bytes));
    out.write(bytes.array(), 0, bytes.size());
  }

  private static void message(WireWriter wire, int field, Runnable content) {
    int start = wire.open(field);
    content.run();
    wire.close(start);
  }

  /** An entry of a map: a name, and a message. */
  private static void named(WireWriter wire, int field, String name, Runnable content) {
    message(
        wire,
        field,
        () -> {
          wire.string(1, name);
          message(wire, 2, content);
        });
  }

  private static void text(WireWriter wire, int field, JsonNode of, String name) {
    String value = of.path(name).asText();
    if (!value.isEmpty()) {
      wire.string(field, value);
    }
  }

  private static void texts(WireWriter wire, int field, JsonNode list) {
    list.forEach(value -> wire.string(field, value.asText()));
  }

  /** A value of any kind, as the text of a YAML document, which JSON is. */
  private static void any(WireWriter wire, int field, JsonNode value) {
    message(wire, field, () -> wire.string(2, value.toString()));
  }

  private static void extensions(WireWriter wire, int field, JsonNode of) {
    for (Map.Entry<String, JsonNode> entry : of.properties()) {
      if (entry.getKey().startsWith("x-")) {
        message(
            wire,
            field,
            () -> {
              wire.string(1, entry.getKey());
              any(wire, 2, entry.getValue());
            });
      }
    }
  }

  void head(JsonNode info) throws IOException {
    part(
        wire -> {
          wire.string(1, "2.0");
          message(
              wire,
              2,
              () -> {
                text(wire, 1, info, "title");
                text(wire, 2, info, "version");
              });
        });
  }

  void path(String name, JsonNode item) throws IOException {
    part(wire -> message(wire, 8, () -> named(wire, 2, name, () -> pathItem(wire, item))));
  }

  void definition(String name, JsonNode schema) throws IOException {
    part(wire -> message(wire, 9, () -> namedSchema(wire, 1, name, schema)));
  }

  private static void pathItem(WireWriter wire, JsonNode item) {
    String[] methods = {"get", "put", "post", "delete", "options", "head", "patch"};
    for (int i = 0; i < methods.length; i++) {
      JsonNode operation = item.get(methods[i]);
      if (operation != null) {
        message(wire, 2 + i, () -> operation(wire, operation));
      }
    }
    item.path("parameters").forEach(parameter -> parameter(wire, 9, parameter));
    extensions(wire, 10, item);
  }

  private static void operation(WireWriter wire, JsonNode operation) {
    texts(wire, 1, operation.path("tags"));
    text(wire, 2, operation, "summary");
    text(wire, 3, operation, "description");
    text(wire, 5, operation, "operationId");
    texts(wire, 6, operation.path("produces"));
    texts(wire, 7, operation.path("consumes"));
    operation.path("parameters").forEach(parameter -> parameter(wire, 8, parameter));
    message(
        wire,
        9,
        () ->
            operation
                .path("responses")
                .properties()
                .forEach(answer -> response(wire, answer.getKey(), answer.getValue())));
    texts(wire, 10, operation.path("schemes"));
    extensions(wire, 13, operation);
  }

  private static void response(WireWriter wire, String code, JsonNode response) {
    named(
        wire,
        1,
        code,
        () ->
            message(
                wire,
                1,
                () -> {
                  text(wire, 1, response, "description");
                  JsonNode schema = response.get("schema");
                  if (schema != null) {
                    message(wire, 2, () -> message(wire, 1, () -> schema(wire, schema)));
                  }
                }));
  }

  private static void parameter(WireWriter wire, int field, JsonNode parameter) {
    message(wire, field, () -> message(wire, 1, () -> located(wire, parameter)));
  }

  private static void located(WireWriter wire, JsonNode parameter) {
    switch (parameter.path("in").asText()) {
      case "body" ->
          message(
              wire,
              1,
              () -> {
                text(wire, 1, parameter, "description");
                text(wire, 2, parameter, "name");
                wire.string(3, "body");
                flag(wire, 4, parameter, "required");
                message(wire, 5, () -> schema(wire, parameter.path("schema")));
              });
      case "path" -> simple(wire, 4, () -> simple(wire, "path", parameter, 5, 19));
      case "header" -> simple(wire, 1, () -> simple(wire, "header", parameter, 5, 19));
      case "formData" -> simple(wire, 2, () -> simple(wire, "formData", parameter, 6, 20));
      default -> simple(wire, 3, () -> simple(wire, "query", parameter, 6, 20));
    }
  }

  /** A parameter that is not a body. */
  private static void simple(WireWriter wire, int field, Runnable content) {
    message(wire, 2, () -> message(wire, field, content));
  }

  /**
   * The fields of such a parameter.
   *
   * @param type the number of field {@code type}; {@code format} is the next one
   * @param unique that of {@code uniqueItems}
   */
  private static void simple(WireWriter wire, String in, JsonNode parameter, int type, int unique) {
    if (in.equals("path")) {
      wire.varint(1, 1);
    } else {
      flag(wire, 1, parameter, "required");
    }
    wire.string(2, in);
    text(wire, 3, parameter, "description");
    text(wire, 4, parameter, "name");
    text(wire, type, parameter, "type");
    text(wire, type + 1, parameter, "format");
    flag(wire, unique, parameter, "uniqueItems");
  }

  private static void flag(WireWriter wire, int field, JsonNode of, String name) {
    if (of.path(name).asBoolean()) {
      wire.varint(field, 1);
    }
  }

  private static void namedSchema(WireWriter wire, int field, String name, JsonNode schema) {
    named(wire, field, name, () -> schema(wire, schema));
  }

  /**
   * The keywords of a schema whose values are of one simple type, by the numbers of their fields.
   */
  private static final Map<String, Integer> TEXTS =
      Map.of("$ref", 1, "format", 2, "title", 3, "description", 4, "pattern", 13);

  private static final Map<String, Integer> NUMBERS =
      Map.of("multipleOf", 6, "maximum", 7, "minimum", 9);

  private static final Map<String, Integer> FLAGS =
      Map.of("exclusiveMaximum", 8, "exclusiveMinimum", 10, "uniqueItems", 16);

  private static final Map<String, Integer> COUNTS =
      Map.of(
          "maxLength", 11,
          "minLength", 12,
          "maxItems", 14,
          "minItems", 15,
          "maxProperties", 17,
          "minProperties", 18);

  private static void schema(WireWriter wire, JsonNode schema) {
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      keyword(wire, keyword.getKey(), keyword.getValue());
    }
    extensions(wire, 31, schema);
  }

  /** Without closures around what is nested: a schema may be as deep as JSON may. */
  private static void keyword(WireWriter wire, String name, JsonNode value) {
    switch (name) {
      case "default" -> any(wire, 5, value);
      case "required" -> texts(wire, 19, value);
      case "enum" -> value.forEach(one -> any(wire, 20, one));
      case "additionalProperties" -> {
        int start = wire.open(21);
        if (value.isObject()) {
          nested(wire, 1, value);
        } else {
          wire.varint(2, value.asBoolean() ? 1 : 0);
        }
        wire.close(start);
      }
      case "type" -> {
        int start = wire.open(22);
        wire.string(1, value.asText());
        wire.close(start);
      }
      case "items" -> {
        int start = wire.open(23);
        nested(wire, 1, value);
        wire.close(start);
      }
      case "properties" -> {
        int start = wire.open(25);
        for (Map.Entry<String, JsonNode> property : value.properties()) {
          int named = wire.open(1);
          wire.string(1, property.getKey());
          nested(wire, 2, property.getValue());
          wire.close(named);
        }
        wire.close(start);
      }
      case "externalDocs" -> {
        int start = wire.open(29);
        text(wire, 1, value, "description");
        text(wire, 2, value, "url");
        wire.close(start);
      }
      case "example" -> any(wire, 30, value);
      default -> simpleKeyword(wire, name, value);
    }
  }

  private static void nested(WireWriter wire, int field, JsonNode schema) {
    int start = wire.open(field);
    schema(wire, schema);
    wire.close(start);
  }

  private static void simpleKeyword(WireWriter wire, String name, JsonNode value) {
    if (TEXTS.containsKey(name)) {
      if (!value.asText().isEmpty()) {
        wire.string(TEXTS.get(name), value.asText());
      }
    } else if (NUMBERS.containsKey(name)) {
      wire.fixed64(NUMBERS.get(name), value.doubleValue());
    } else if (FLAGS.containsKey(name)) {
      wire.varint(FLAGS.get(name), value.asBoolean() ? 1 : 0);
    } else if (COUNTS.containsKey(name)) {
      wire.varint(COUNTS.get(name), value.asLong());
    }
  }
}
