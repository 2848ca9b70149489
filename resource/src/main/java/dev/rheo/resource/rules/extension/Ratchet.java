package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.WebhookClients;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is demanded of a definition. An update demands less than a create where the old definition,
 * which an earlier release took, does not fulfil it either.
 *
 * @param knownReviewVersion whether the webhook must take a version of reviews that is known
 * @param fixedNames whether scope and kind may not change any more
 * @param schemas whether each version must have a schema
 * @param knownTypes whether types must be those of OpenAPI
 * @param structural whether schemas must be structural, whatever else is stated
 * @param prunedDefaults whether defaults may not have unknown fields
 * @param atomicSets whether the elements of sets must be atomic
 * @param mapKeys whether the elements of sets and maps, and their keys, must not be nullable
 * @param validBundle whether the certificates of the webhook must be valid
 * @param unchanged the versions whose schemas did not change
 * @param manyFields the versions, empty for all of them, that may have too many selectable fields
 */
record Ratchet(
    boolean knownReviewVersion,
    boolean fixedNames,
    boolean schemas,
    boolean knownTypes,
    boolean structural,
    boolean prunedDefaults,
    boolean atomicSets,
    boolean mapKeys,
    boolean validBundle,
    Set<String> unchanged,
    Set<String> manyFields) {

  /** Of a new definition. */
  static final Ratchet NEW =
      new Ratchet(true, false, true, true, true, true, true, true, false, Set.of(), Set.of());

  private static final String SHAPE = "*apiextensions.CustomResourceValidation";

  static Ratchet of(Field definition, Field old) {
    Field spec = old.at("spec");
    List<JsonNode> schemas = new ArrayList<>();
    boolean all = true;
    for (ObjectNode version : Trees.objects(spec.node(), "versions")) {
      JsonNode schema = Trees.at(version, "schema", "openAPIV3Schema");
      if (schema == null || schema.isNull()) {
        all = false;
      } else {
        schemas.add(schema);
      }
    }
    boolean established = isEstablished(old);
    Field client = spec.at("conversion", "webhook", "clientConfig");
    List<SchemaReading> readings = schemas.stream().map(SchemaReading::of).toList();
    return new Ratchet(
        WebhookClients.knowsAnyVersion(
            spec.at("conversion", "webhook", "conversionReviewVersions")),
        established,
        all,
        !any(schemas, Ratchet::hasUnknownType),
        readings.stream().allMatch(SchemaReading::isStructural),
        readings.stream().noneMatch(SchemaReading::hasUnprunedDefaults),
        !any(schemas, schema -> !ListTypes.isAtomicSet(schema)),
        !any(schemas, ListTypes::hasNullableKeys),
        established && WebhookClients.bundleFault(client.at("caBundle")) == null,
        unchanged(definition.at("spec"), spec),
        manyFields(definition.at("spec"), spec));
  }

  static boolean isEstablished(Field definition) {
    for (Field condition : definition.at("status", "conditions").items()) {
      if (condition.at("type").is("Established")) {
        return condition.at("status").is("True");
      }
    }
    return false;
  }

  private static boolean any(List<JsonNode> schemas, Predicate<ObjectNode> test) {
    return schemas.stream().anyMatch(schema -> SchemaTree.any(schema, test));
  }

  private static boolean hasUnknownType(ObjectNode schema) {
    String type = Trees.text(schema, "type");
    return !type.isEmpty() && !SchemaWalk.TYPES.contains(type);
  }

  private static Map<String, ObjectNode> versions(Field spec) {
    Map<String, ObjectNode> versions = new HashMap<>();
    Trees.eachObject(
        spec.node(), "versions", one -> versions.putIfAbsent(Trees.text(one, "name"), one));
    return versions;
  }

  /** A schema that all versions share is that of a version with a new name, too. */
  private static Set<String> unchanged(Field spec, Field old) {
    Map<String, ObjectNode> before = versions(old);
    ObjectNode first = any(before);
    boolean shared =
        before.values().stream().allMatch(one -> GoValues.same(SHAPE, schema(one), schema(first)));
    Set<String> names = new HashSet<>();
    versions(spec)
        .forEach(
            (name, version) -> {
              ObjectNode other = shared ? first : before.get(name);
              if (other != null && GoValues.same(SHAPE, schema(version), schema(other))) {
                names.add(name);
              }
            });
    return names;
  }

  private static @Nullable JsonNode schema(@Nullable ObjectNode version) {
    return Trees.get(version, "schema");
  }

  /** Upstream keeps what all versions share at the spec, and compares there. */
  private static Set<String> manyFields(Field spec, Field old) {
    Map<String, ObjectNode> before = versions(old);
    Map<String, ObjectNode> now = versions(spec);
    Set<String> names = new HashSet<>();
    if (isShared(now) && isShared(before)) {
      if (areMany(any(now), any(before))) {
        names.add("");
      }
    } else if (!isShared(now) && !isShared(before)) {
      now.forEach(
          (name, version) -> {
            if (areMany(version, before.get(name))) {
              names.add(name);
            }
          });
    }
    return names;
  }

  private static @Nullable ObjectNode any(Map<String, ObjectNode> versions) {
    return versions.values().stream().findAny().orElse(null);
  }

  private static boolean areMany(@Nullable ObjectNode version, @Nullable ObjectNode old) {
    JsonNode fields = fields(old);
    return fields != null
        && fields.size() > SelectableFields.MAX
        && Trees.same(fields, fields(version));
  }

  private static boolean isShared(Map<String, ObjectNode> versions) {
    return versions.values().stream().map(Ratchet::fields).distinct().count() <= 1;
  }

  private static @Nullable JsonNode fields(@Nullable ObjectNode version) {
    return Trees.get(version, "selectableFields");
  }
}
