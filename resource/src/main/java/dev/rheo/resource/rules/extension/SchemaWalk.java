package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.schema.StructuralReader;
import dev.rheo.schema.rule.DefinitionRules;
import dev.rheo.schema.rule.RuleStatements;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
   * @param uncorrelatable the schema above whose values cannot be found in the old object; null if
   *     there is none
   * @param rules its rules; null if they are not compiled: below a junctor
   */
  private record Place(
      @Nullable String noDefault,
      boolean inMetadata,
      @Nullable String uncorrelatable,
      DefinitionRules.@Nullable Place rules) {

    Place withoutDefault(String reason) {
      return new Place(reason, inMetadata, uncorrelatable, rules);
    }

    Place metadata() {
      return new Place(noDefault, true, uncorrelatable, rules);
    }

    Place uncorrelatable(Field schema) {
      return uncorrelatable == null ? new Place(noDefault, inMetadata, schema.path(), rules) : this;
    }

    /**
     * @param below the rules there, if those of this place are compiled
     */
    Place below(Function<DefinitionRules.Place, DefinitionRules.Place> below) {
      return rules == null
          ? this
          : new Place(noDefault, inMetadata, uncorrelatable, below.apply(rules));
    }

    Place withoutRules() {
      return rules == null ? this : new Place(noDefault, inMetadata, uncorrelatable, null);
    }
  }

  private final Ratchet demands;
  private final FieldErrors ofRules;

  /**
   * @param ofRules gets the faults of rules, which upstream tells after all others
   */
  SchemaWalk(Ratchet demands, FieldErrors ofRules) {
    this.demands = demands;
    this.ofRules = ofRules;
  }

  /**
   * @param schema the root
   * @param rules null if no rules are to be compiled
   */
  void check(Field schema, @Nullable DefinitionRules rules) {
    schema(schema, new Place(null, false, null, rules == null ? null : rules.root()), true);
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
    if (!schema.at("x-kubernetes-validations").isEmpty()) {
      rules(schema, place, before);
    }
  }

  /**
   * @param before the number of faults before the schema was checked
   */
  private void rules(Field schema, Place place, int before) {
    FieldErrors faults = new FieldErrors();
    boolean sound =
        RuleStatements.check(
            StructuralReader.rules(schema.object()),
            SchemaReading.of(schema.node()).schema(),
            schema.path(),
            faults);
    faults.toList().forEach(schema::fault);
    for (Field rule : schema.at("x-kubernetes-validations").items()) {
      Field reason = rule.at("reason");
      if (reason.present() && reason.isEmpty()) {
        reason.notSupported(RuleStatements.REASONS); // none at all is fine
      }
    }
    if (sound && place.rules != null && schema.faults() == before) {
      place.rules.check(schema.path(), place.uncorrelatable, ofRules);
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
    if (additional.node() instanceof ObjectNode) {
      Place below = place.below(DefinitionRules.Place::additional);
      schema(
          additional,
          place.inMetadata
              ? below.withoutDefault("inside additionalProperties applying to object metadata")
              : below,
          false);
    }
  }

  private void properties(Field schema, Place place, boolean root) {
    Field type = schema.at("x-kubernetes-map-type");
    Place below =
        type.absent() || MAP_TYPES.contains(type.text()) ? place : place.uncorrelatable(schema);
    boolean object = root || schema.at("x-kubernetes-embedded-resource").flag();
    for (Field property : schema.at("properties").entries()) {
      Place at = below.below(rules -> rules.property(property.name()));
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
    if (items.node() instanceof ObjectNode) {
      schema(items, below.below(DefinitionRules.Place::items), false);
    }
    items.items().forEach(one -> schema(one, below, false));
  }
}
