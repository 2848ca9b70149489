package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The OpenAPI document of a group version of custom types. */
final class CustomDocument {
  static final String SCALE = "k8s.io/api/autoscaling/v1.Scale";

  private CustomDocument() {}

  /** Writes the paths and the schemas as fields of the JSON object that is open. */
  static void write(JsonGenerator json, OpenApiSchemas shared, List<ResourceType> types)
      throws IOException {
    Set<String> roots = new TreeSet<>();
    for (String name : List.of("DeleteOptions", "ListMeta", "ObjectMeta", "Status")) {
      roots.add(OpenApiSchemas.META + name);
    }
    json.writeObjectFieldStart("paths");
    for (ResourceType type : types) {
      CustomPaths.write(json, type);
      if (type.subresource("scale") != null) {
        roots.add(SCALE);
      }
    }
    json.writeEndObject();
    json.writeObjectFieldStart("components");
    json.writeObjectFieldStart("schemas");
    for (ResourceType type : types) {
      long mark = Meter.mark();
      json.writePOJOField(CustomSchemas.name(type, type.kind()), CustomSchemas.object(type, false));
      Meter.release(mark);
      json.writePOJOField(
          CustomSchemas.name(type, type.listKind()), CustomSchemas.list(type, false));
    }
    shared.writeShared(json, types.getFirst().apiVersion(), roots);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** The schemas of custom types in OpenAPI v2 by name; those of built-in types follow from v3. */
  static Map<String, Supplier<JsonNode>> definitions(List<ResourceType> types) {
    Map<String, Supplier<JsonNode>> all = new LinkedHashMap<>();
    for (ResourceType type : types) {
      if (type.custom() != null) {
        all.put(CustomSchemas.name(type, type.kind()), () -> CustomSchemas.object(type, true));
        all.put(CustomSchemas.name(type, type.listKind()), () -> CustomSchemas.list(type, true));
      }
    }
    return all;
  }
}
