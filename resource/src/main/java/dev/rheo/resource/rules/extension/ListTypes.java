package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of what schemas say of lists and maps: who may own which part of them. */
final class ListTypes {
  private static final String LIST_TYPE = "x-kubernetes-list-type";
  private static final String MAP_TYPE = "x-kubernetes-map-type";
  private static final String KEYS = "x-kubernetes-list-map-keys";
  private static final String ATOMIC =
      "must be atomic as item of a list with " + LIST_TYPE + "=set";
  private static final String IS_KEY = "this property is in " + KEYS + ", so it ";

  private ListTypes() {}

  static void check(Field schema, Ratchet demands) {
    Field type = schema.at("type");
    Field mapType = schema.at(MAP_TYPE);
    if (mapType.present()) {
      of(type, "object", MAP_TYPE);
      mapType.oneOf(SchemaWalk.MAP_TYPES);
    }
    Field listType = schema.at(LIST_TYPE);
    Field items = schema.at("items");
    if (listType.present()) {
      if (!type.is("array")) {
        of(type, "array", LIST_TYPE);
      } else if (demands.atomicSets() && !isAtomicSet(schema.object())) {
        // upstream shows the type of the list in both cases
        Field element = items.at(LIST_TYPE);
        (items.at("type").is("array") ? element : element.placed(items.at(MAP_TYPE)))
            .invalid(element.node() == null ? NullNode.instance : element.node(), ATOMIC);
      }
      listType.oneOf(List.of("atomic", "set", "map"));
    }
    Field keys = schema.at(KEYS);
    if (!keys.isEmpty() && !listType.is("map")) {
      String must = "must be map if " + KEYS + " is non-empty";
      if (listType.absent()) {
        listType.required(must);
      } else {
        listType.invalid(must);
      }
    }
    if (listType.is("map")) {
      map(keys, items);
    }
    if (demands.mapKeys()) {
      notNullable(schema);
    }
  }

  private static void of(Field type, String wanted, String because) {
    String must = "must be " + wanted + " if " + because + " is specified";
    if (type.isEmpty()) {
      type.required(must);
    } else if (!type.is(wanted)) {
      type.invalid(must);
    }
  }

  private static void map(Field keys, Field items) {
    keys.need("must not be empty if " + LIST_TYPE + " is map");
    if (items.absent()) {
      items.required("must have a schema if " + LIST_TYPE + " is map");
      return;
    }
    if (!(items.node() instanceof ObjectNode)) {
      items.invalid(
          GoValues.of("|JSONSchemas", items.node()),
          "must only have a single schema if " + LIST_TYPE + " is map");
      return;
    }
    Field type = items.at("type");
    if (!type.is("object")) {
      type.invalid(type.text(), "must be object if parent array's " + LIST_TYPE + " is map");
      return;
    }
    Set<String> seen = new HashSet<>();
    boolean unknown = false;
    for (Field key : keys.items()) {
      seen.add(key.text());
      Field property = items.at("properties").key(key.text());
      unknown |= property.node() == null;
      if (property.at("type").is("array") || property.at("type").is("object")) {
        // upstream shows the type of the items
        property
            .at("type")
            .invalid(
                type.text(), "must be a scalar type if parent array's " + LIST_TYPE + " is map");
      }
    }
    if (unknown) {
      keys.invalid("entries must all be names of item properties");
    }
    if (seen.size() < keys.size()) {
      keys.invalid("must not contain duplicate entries");
    }
  }

  /** Whether a set has elements that are atomic; true for all other lists. */
  static boolean isAtomicSet(ObjectNode schema) {
    if (!Trees.text(schema, LIST_TYPE).equals("set")) {
      return true;
    }
    return switch (Trees.text(schema, "items", "type")) {
      case "array" ->
          Trees.at(schema, "items", LIST_TYPE) == null
              || Trees.text(schema, "items", LIST_TYPE).equals("atomic");
      case "object" -> Trees.text(schema, "items", MAP_TYPE).equals("atomic");
      default -> true;
    };
  }

  /** Whether the elements of a set or map, or their keys, may be null or absent. */
  static boolean hasNullableKeys(ObjectNode schema) {
    FieldErrors errors = new FieldErrors();
    notNullable(Field.root(schema, errors));
    return !errors.isEmpty();
  }

  private static void notNullable(Field schema) {
    Field items = schema.at("items");
    String type = schema.at(LIST_TYPE).text();
    if (!(items.node() instanceof ObjectNode) || !(type.equals("set") || type.equals("map"))) {
      return;
    }
    if (items.at("nullable").flag()) {
      items.at("nullable").forbidden("cannot be nullable when " + LIST_TYPE + " is " + type);
    }
    if (!type.equals("map")) {
      return;
    }
    Set<String> required = new HashSet<>(items.at("required").texts());
    for (Field key : schema.at(KEYS).items()) {
      Field property = items.at("properties").key(key.text());
      if (property.node() == null) {
        continue;
      }
      if (!required.contains(key.text()) && property.at("default").absent()) {
        property.at("default").required(IS_KEY + "must have a default or be a required property");
      }
      if (property.at("nullable").flag()) {
        property.at("nullable").forbidden(IS_KEY + "cannot be nullable");
      }
    }
  }
}
