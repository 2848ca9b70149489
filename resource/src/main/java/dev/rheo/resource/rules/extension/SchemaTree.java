package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The schemas within a schema as a definition has it, wherever they stand. */
final class SchemaTree {
  /** Members that hold schemas, in upstream's order. */
  private static final List<String> PLACES =
      List.of(
          "items",
          "allOf",
          "anyOf",
          "oneOf",
          "not",
          "properties",
          "additionalProperties",
          "patternProperties",
          "additionalItems",
          "definitions",
          "dependencies");

  /** Those of them that are maps. */
  private static final Set<String> MAPS =
      Set.of("properties", "patternProperties", "definitions", "dependencies");

  private SchemaTree() {}

  /**
   * Whether a schema, or one within it, fulfils a test. Ends with the first that does, so a test
   * that never does visits all.
   */
  static boolean any(@Nullable JsonNode schema, Predicate<ObjectNode> test) {
    if (!(schema instanceof ObjectNode object)) {
      return false; // a boolean, or names, in place of a schema
    }
    if (test.test(object)) {
      return true;
    }
    for (String place : PLACES) {
      JsonNode below = Trees.get(object, place);
      if (below == null) {
        continue;
      }
      if (below.isArray() || MAPS.contains(place)) {
        for (JsonNode one : below) {
          if (any(one, test)) {
            return true;
          }
        }
      } else if (any(below, test)) {
        return true;
      }
    }
    return false;
  }

  static boolean hasDefaults(@Nullable JsonNode schema) {
    return any(schema, one -> Trees.has(one, "default"));
  }

  /** Whether a schema states what only structural schemas may. */
  static boolean hasExtensions(@Nullable JsonNode schema) {
    return any(
        schema,
        one ->
            Trees.flag(one, "x-kubernetes-embedded-resource")
                || Trees.has(one, "x-kubernetes-preserve-unknown-fields")
                || Trees.flag(one, "x-kubernetes-int-or-string")
                || !Trees.isEmpty(one, "x-kubernetes-list-map-keys")
                || Trees.has(one, "x-kubernetes-list-type")
                || !Trees.isEmpty(one, "x-kubernetes-validations"));
  }
}
