package dev.rheo.resource.published;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.Conversion;
import dev.rheo.resource.type.CustomType;
import dev.rheo.resource.type.FieldLabels;
import dev.rheo.resource.type.ResourceInfo;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Schema;
import dev.rheo.resource.type.Subresource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Custom types as clients are told of them, for tests. They cannot be stored. */
public final class CustomTypes {
  private CustomTypes() {}

  /**
   * A version of a definition.
   *
   * @param spec of the definition
   */
  public static ResourceType of(JsonNode spec, String version, boolean structural) {
    JsonNode found =
        spec.get("versions")
            .valueStream()
            .filter(some -> some.get("name").asText().equals(version))
            .findFirst()
            .orElseThrow();
    ResourceType model = BuiltInResources.registry().get("", "v1", "configmaps");
    Map<String, Subresource> subresources = new LinkedHashMap<>();
    found
        .path("subresources")
        .fieldNames()
        .forEachRemaining(
            name ->
                subresources.put(
                    name,
                    new Subresource(
                        name, "example.com/v1", "Any", model.objectType(), Set.of("get"))));
    ResourceInfo info =
        new ResourceInfo(
            spec.get("group").asText(),
            version,
            spec.at("/names/plural").asText(),
            spec.at("/names/singular").asText(),
            spec.at("/names/kind").asText(),
            spec.get("scope").asText().equals("Namespaced"),
            Set.of(
                "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
            List.of(),
            List.of(),
            "",
            subresources);
    return new ResourceType(
        info,
        new Schema(model.objectType(), model.listType(), object -> {}),
        null,
        Conversion.IDENTITY,
        model.strategy(),
        new FieldLabels(info, List.of(), Map.of(), ""),
        new CustomType(
            spec.at("/names/listKind").asText(),
            structural,
            spec.path("preserveUnknownFields").asBoolean(),
            () -> found));
  }
}
