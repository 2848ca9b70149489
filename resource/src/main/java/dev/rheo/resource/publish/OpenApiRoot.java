package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The document of a path that belongs to no group version: discovery, the version, and where the
 * keys of service accounts are told.
 *
 * @param path {@code api}, {@code apis/apps}, {@code version}
 * @param kind the kind of the answer in {@code meta/v1}; empty for a text
 * @param mediaTypes of the answer
 */
record OpenApiRoot(String path, String kind, List<String> mediaTypes) {
  private static final List<String> JSON = List.of("application/json");

  /** All of them that a server has. */
  static List<OpenApiRoot> of(ResourceRegistry registry) {
    List<OpenApiRoot> all = new ArrayList<>();
    all.add(new OpenApiRoot("api", "APIVersions", OpenApiPaths.ANSWERS));
    all.add(new OpenApiRoot("apis", "APIGroupList", OpenApiPaths.ANSWERS));
    Set<String> groups = new TreeSet<>();
    for (ResourceType type : registry.all()) {
      if (type.custom() == null) {
        groups.add(type.group());
      }
    }
    groups.remove("");
    for (String group : groups) {
      all.add(new OpenApiRoot("apis/" + group, "APIGroup", OpenApiPaths.ANSWERS));
    }
    all.add(new OpenApiRoot("version", "", JSON));
    all.add(new OpenApiRoot(".well-known/openid-configuration", "", JSON));
    all.add(new OpenApiRoot("openid/v1/jwks", "", List.of("application/jwk-set+json")));
    return all;
  }

  /** Writes the paths and the schemas as fields of the JSON object that is open. */
  void write(JsonGenerator json, OpenApiSchemas schemas) throws IOException {
    json.writeObjectFieldStart("paths");
    json.writeObjectFieldStart("/" + path + "/");
    json.writeObjectFieldStart("get");
    json.writeObjectFieldStart("responses");
    json.writeObjectFieldStart("200");
    json.writeStringField("description", "OK");
    json.writeObjectFieldStart("content");
    for (String mediaType : mediaTypes) {
      json.writeObjectFieldStart(mediaType);
      json.writeObjectFieldStart("schema");
      if (kind.isEmpty()) {
        json.writeStringField("type", path.equals("version") ? "object" : "string");
      } else {
        json.writeStringField("$ref", OpenApiSchemas.metaReference(kind));
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    for (int i = 0; i < 5; i++) {
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeObjectFieldStart("components");
    json.writeObjectFieldStart("schemas");
    if (!kind.isEmpty()) {
      schemas.writeMeta(json, kind);
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
