package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** The parts that the operations of all types have in OpenAPI v3. */
final class OperationParts {
  private OperationParts() {}

  /**
   * Writes the field {@code content} of the object that is open.
   *
   * @param reference to the schema, which is that of all media types
   */
  static void content(JsonGenerator json, List<String> mediaTypes, String reference)
      throws IOException {
    json.writeObjectFieldStart("content");
    for (String mediaType : mediaTypes) {
      json.writeObjectFieldStart(mediaType);
      json.writeObjectFieldStart("schema");
      json.writeStringField("$ref", reference);
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  /**
   * Writes the field {@code parameters} of the object that is open.
   *
   * @param query each as {@code name:type}
   */
  static void parameters(JsonGenerator json, List<String> query, boolean namespaced, boolean named)
      throws IOException {
    json.writeArrayFieldStart("parameters");
    if (named) {
      parameter(json, "name", "path", "string");
    }
    if (namespaced) {
      parameter(json, "namespace", "path", "string");
    }
    for (String parameter : query) {
      int colon = parameter.indexOf(':');
      parameter(json, parameter.substring(0, colon), "query", parameter.substring(colon + 1));
    }
    json.writeEndArray();
  }

  private static void parameter(JsonGenerator json, String name, String in, String type)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("in", in);
    if (in.equals("path")) {
      json.writeBooleanField("required", true);
    }
    json.writeObjectFieldStart("schema");
    json.writeStringField("type", type);
    json.writeBooleanField("uniqueItems", true);
    json.writeEndObject();
    json.writeEndObject();
  }
}
