package dev.rheo.resource.published;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Structural;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what merging needs of a schema, for tests. */
public final class Structurals {
  private Structurals() {}

  public static Structural read(JsonNode schema) {
    Map<String, Structural> properties = new LinkedHashMap<>();
    schema
        .path("properties")
        .properties()
        .forEach(entry -> properties.put(entry.getKey(), read(entry.getValue())));
    JsonNode more = schema.path("additionalProperties");
    return new Structural(
        schema.path("type").asText(),
        schema.path("nullable").asBoolean(),
        schema.get("default"),
        properties,
        schema.has("items") ? read(schema.get("items")) : null,
        more.isMissingNode()
            ? Structural.Additional.NONE
            : new Structural.Additional(
                true, more.isObject() || more.asBoolean(), more.isObject() ? read(more) : null),
        schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(),
        schema.path("x-kubernetes-embedded-resource").asBoolean(),
        schema.path("x-kubernetes-int-or-string").asBoolean(),
        schema.path("x-kubernetes-list-type").asText(),
        schema.path("x-kubernetes-list-map-keys").valueStream().map(JsonNode::asText).toList(),
        schema.path("x-kubernetes-map-type").asText(),
        List.of(),
        schema.has("format") ? ofFormat(schema.get("format").asText()) : null);
  }

  private static Restrictions ofFormat(String format) {
    return new Restrictions(
        format, null, false, null, false, null, null, "", null, null, false, null, List.of(), null,
        null, List.of(), List.of(), List.of(), List.of(), null);
  }
}
