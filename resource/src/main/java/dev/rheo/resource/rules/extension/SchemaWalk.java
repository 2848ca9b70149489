package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.rules.kind.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks each schema within a schema: what is not supported, where something must not stand, and
 * what does not go together.
 */
final class SchemaWalk {
  static final List<String> TYPES =
      List.of("array", "boolean", "integer", "number", "object", "string");
  static final List<String> MAP_TYPES = List.of("atomic", "granular");
  private static final Set<String> METADATA = Set.of("metadata", "kind", "apiVersion");

  /** What is not supported, in the order of the messages; it counts even if it is empty. */
  private static final List<String> UNSUPPORTED =
      List.of("additionalItems", "patternProperties", "definitions", "dependencies", "$ref");

  /** What holds schemas that only restrict. */
  private static final List<String> JUNCTORS = List.of("not", "allOf", "oneOf", "anyOf");

  /**
   * Where a schema stands.
   *
   * @param noDefault why there must be no default; null if there may be one
   * @param inMetadata whether it describes metadata, or the type of an object
   * @param uncorrelatable the schema above whose values cannot be found in the old object; empty if
   *     there is none
   * @param rules whether its rules are compiled: not below a junctor
   */
  private record Place(
      @Nullable String noDefault, boolean inMetadata, String uncorrelatable, boolean rules) {

    Place withoutDefault(String reason) {
      return new Place(reason, inMetadata, uncorrelatable, rules);
    }

    Place metadata() {
      return new Place(noDefault, true, uncorrelatable, rules);
    }

    Place uncorrelatable(Field schema) {
      return uncorrelatable.isEmpty()
          ? new Place(noDefault, inMetadata, schema.path(), rules)
          : this;
    }

    Place withoutRules() {
      return rules ? new Place(noDefault, inMetadata, uncorrelatable, false) : this;
    }
  }

  private final Ratchet demands;
  private final Map<String, String> compiled = new LinkedHashMap<>();

  SchemaWalk(Ratchet demands) {
    this.demands = demands;
  }

  /**
   * @param schema the root
   * @param rules where the faults of rules go; null if no rules are to be compiled
   * @param version its name
   */
  void check(Field schema, @Nullable Field rules, String version) {
    schema(schema, new Place(null, false, "", rules != null), true);
    if (rules != null && !compiled.isEmpty()) {
      StructuralChecks.rules(rules, compiled, demands, demands.unchanged().contains(version));
    }
  }

  private void schema(Field schema, Place place, boolean root) {
    if (!(schema.node() instanceof ObjectNode) || schema.isFull()) {
      return; // a boolean, or names, in place of a schema
    }
    int before = schema.faults();
    supported(schema, place);
    if (schema.at("uniqueItems").flag()) {
      schema
          .at("uniqueItems")
          .forbidden(
              "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    }
    additional(schema, place);
    properties(schema, place, root);
    Place below = place.withoutRules();
    for (String junctor : JUNCTORS) {
      Field at = schema.at(junctor);
      schema(at, below, false);
      at.items().forEach(one -> schema(one, below, false));
    }
    schema.at("definitions").entries().forEach(one -> schema(one, below, false));
    items(schema, place);
    schema.at("dependencies").entries().forEach(one -> schema(one, below, false));
    Field preserve = schema.at("x-kubernetes-preserve-unknown-fields");
    if (preserve.present() && !preserve.flag()) {
      preserve.invalid("must be true or undefined");
    }
    ListTypes.check(schema, demands);
    RuleTexts.check(schema);
    if (place.rules
        && schema.faults() == before
        && !schema.at("x-kubernetes-validations").isEmpty()) {
      compiled.put(schema.path(), place.uncorrelatable);
    }
  }

  private void supported(Field schema, Place place) {
    Field type = schema.at("type");
    if (demands.knownTypes() && !type.isEmpty()) {
      type.oneOf(TYPES);
    }
    if (schema.at("default").present() && place.noDefault != null) {
      schema.at("default").forbidden("must not be set " + place.noDefault);
    }
    if (!schema.at("id").isEmpty()) {
      schema.at("id").forbidden("id is not supported");
    }
    for (String name : UNSUPPORTED) {
      if (schema.at(name).present()) {
        schema.at(name).forbidden(name + " is not supported");
      }
    }
    if (type.is("null")) {
      type.forbidden("type cannot be set to null, use nullable as an alternative");
    }
    JsonNode items = schema.at("items").node();
    if (items != null && items.isArray() && !items.isEmpty()) {
      schema.at("items").forbidden("items must be a schema object and not an array");
    }
    Field embedded = schema.at("x-kubernetes-embedded-resource");
    if (place.inMetadata && embedded.flag()) {
      embedded.forbidden("must not be used inside of resource meta");
    }
  }

  private void additional(Field schema, Place place) {
    Field additional = schema.at("additionalProperties");
    if (additional.absent()) {
      return;
    }
    boolean all = additional.node() instanceof BooleanNode && additional.flag();
    if (!schema.at("properties").isEmpty() && !all) {
      additional.forbidden("additionalProperties and properties are mutual exclusive");
    }
    schema(
        additional,
        place.inMetadata
            ? place.withoutDefault("inside additionalProperties applying to object metadata")
            : place,
        false);
  }

  private void properties(Field schema, Place place, boolean root) {
    Field type = schema.at("x-kubernetes-map-type");
    Place below =
        type.absent() || MAP_TYPES.contains(type.text()) ? place : place.uncorrelatable(schema);
    boolean object = root || schema.at("x-kubernetes-embedded-resource").flag();
    for (Field property : schema.at("properties").entries()) {
      Place at = below;
      if (object && METADATA.contains(property.name())) {
        at = at.metadata();
        if (root) {
          at = at.withoutDefault("in top-level " + property.name());
        }
      }
      schema(property, at, false);
    }
  }

  private void items(Field schema, Place place) {
    // only the elements of maps are compared with what they were
    Place below =
        schema.at("x-kubernetes-list-type").is("map") ? place : place.uncorrelatable(schema);
    Field items = schema.at("items");
    schema(items, below, false);
    items.items().forEach(one -> schema(one, below, false));
  }
}
