package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.schema.Restrictions.Nested;
import dev.rheo.schema.Structural.Additional;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the schema of a version as it stands in the definition: what a value is and what it must
 * fulfil come apart. Values of a wrong JSON type count as absent, since definitions are decoded by
 * their type before. Thread-safe.
 */
public final class StructuralReader {
  private static final String TITLE = "title";
  private static final String DESCRIPTION = "description";
  private static final String DEFAULT = "default";
  private static final String PROPERTIES = "properties";
  private static final String ITEMS = "items";
  private static final String ADDITIONAL = "additionalProperties";
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
  private static final String EMBEDDED = "x-kubernetes-embedded-resource";
  private static final String INT_OR_STRING = "x-kubernetes-int-or-string";
  private static final String LIST_TYPE = "x-kubernetes-list-type";
  private static final String LIST_MAP_KEYS = "x-kubernetes-list-map-keys";
  private static final String MAP_TYPE = "x-kubernetes-map-type";

  /** What no structural schema may have, in the order in which it is looked for. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "id",
          "$schema",
          "$ref",
          "patternProperties",
          "dependencies",
          "additionalItems",
          "definitions");

  private static final String EXAMPLE = "example";
  private static final String DOCUMENTATION = "externalDocs";

  /** What restricts nothing, and so has no place in a restriction. */
  private static final List<String> GENERIC =
      List.of(DEFAULT, TITLE, DESCRIPTION, "nullable", EXAMPLE, DOCUMENTATION);

  private static final List<String> EXTENSIONS =
      List.of(PRESERVE, EMBEDDED, INT_OR_STRING, LIST_MAP_KEYS, LIST_TYPE, MAP_TYPE);

  private static final Restrictions NOTHING =
      new Restrictions(
          "", null, false, null, false, null, null, "", null, null, false, null, List.of(), null,
          null, List.of(), List.of(), List.of(), List.of(), null);

  private StructuralReader() {}

  /**
   * Reads a schema.
   *
   * @param schema as in {@code spec.versions[*].schema.openAPIV3Schema}
   * @throws IllegalArgumentException in upstream's words, if it has what no structural schema may
   *     have
   */
  public static Structural read(JsonNode schema) {
    supported(schema);
    Restrictions restrictions = restrictions(schema);
    boolean preserve = preserve(schema);
    JsonNode items = items(schema);
    Map<String, Structural> properties = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : members(schema, PROPERTIES)) {
      properties.put(property.getKey(), read(property.getValue()));
    }
    JsonNode value = Trees.get(schema, DEFAULT);
    return new Structural(
        Trees.text(schema, "type"),
        Trees.flag(schema, "nullable"),
        value,
        properties,
        items == null ? null : read(items),
        additional(schema),
        preserve,
        Trees.flag(schema, EMBEDDED),
        Trees.flag(schema, INT_OR_STRING),
        Trees.text(schema, LIST_TYPE),
        Trees.strings(schema, LIST_MAP_KEYS),
        Trees.text(schema, MAP_TYPE),
        rules(schema),
        restrictions,
        !Trees.text(schema, TITLE).isEmpty()
            || !Trees.text(schema, DESCRIPTION).isEmpty()
            || Trees.get(schema, EXAMPLE) != null
            || Trees.get(schema, DOCUMENTATION) != null);
  }

  private static void supported(JsonNode schema) {
    for (String name : UNSUPPORTED) {
      JsonNode value = Trees.get(schema, name);
      // a schema of additional items that says nothing is one, too
      if (value != null && (!isEmpty(value) || name.equals("additionalItems"))) {
        throw new IllegalArgumentException(
            "OpenAPIV3Schema '"
                + (name.equals("$schema") ? "schema" : name)
                + "' is not supported");
      }
    }
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isTextual()
        ? value.textValue().isEmpty()
        : value.isContainerNode() && value.isEmpty();
  }

  private static boolean preserve(JsonNode schema) {
    JsonNode preserve = Trees.get(schema, PRESERVE);
    if (preserve != null && !preserve.asBoolean()) {
      throw new IllegalArgumentException(
          "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined");
    }
    return preserve != null;
  }

  private static @Nullable JsonNode items(JsonNode schema) {
    JsonNode items = Trees.get(schema, ITEMS);
    if (items != null && items.isArray()) {
      if (!items.isEmpty()) {
        throw new IllegalArgumentException(
            "OpenAPIV3Schema 'items' must be a schema, but is an array");
      }
      return null;
    }
    return items;
  }

  private static Additional additional(JsonNode schema) {
    JsonNode additional = Trees.get(schema, ADDITIONAL);
    if (additional == null) {
      return Additional.NONE;
    }
    return additional.isObject()
        ? new Additional(true, true, read(additional))
        : new Additional(true, additional.asBoolean(), null);
  }

  private static @Nullable Restrictions restrictions(JsonNode schema) {
    JsonNode not = Trees.get(schema, "not");
    Restrictions read =
        new Restrictions(
            Trees.text(schema, "format"),
            decimal(schema, "maximum"),
            Trees.flag(schema, "exclusiveMaximum"),
            decimal(schema, "minimum"),
            Trees.flag(schema, "exclusiveMinimum"),
            integer(schema, "maxLength"),
            integer(schema, "minLength"),
            Trees.text(schema, "pattern"),
            integer(schema, "maxItems"),
            integer(schema, "minItems"),
            Trees.flag(schema, "uniqueItems"),
            decimal(schema, "multipleOf"),
            elements(schema, "enum"),
            integer(schema, "maxProperties"),
            integer(schema, "minProperties"),
            Trees.strings(schema, "required"),
            nested(schema, "allOf"),
            nested(schema, "oneOf"),
            nested(schema, "anyOf"),
            not == null ? null : nested(not));
    return read.equals(NOTHING) ? null : read;
  }

  private static List<Nested> nested(JsonNode schema, String name) {
    List<JsonNode> elements = elements(schema, name);
    List<Nested> nested = new ArrayList<>(elements.size());
    for (JsonNode element : elements) {
      nested.add(nested(element));
    }
    return List.copyOf(nested);
  }

  private static Nested nested(JsonNode schema) {
    supported(schema);
    Restrictions own = restrictions(schema);
    boolean ignored = preserve(schema);
    JsonNode items = items(schema);
    Map<String, Nested> properties = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : members(schema, PROPERTIES)) {
      properties.put(property.getKey(), nested(property.getValue()));
    }
    JsonNode additional = Trees.get(schema, ADDITIONAL);
    return new Nested(
        own,
        rules(schema),
        properties,
        items == null ? null : nested(items),
        additional != null && (additional.isObject() || additional.asBoolean())
            ? nested(additional)
            : null,
        Trees.text(schema, "type"),
        misplaced(schema));
  }

  private static List<String> misplaced(JsonNode schema) {
    List<String> misplaced = new ArrayList<>();
    for (List<String> names : List.of(GENERIC, EXTENSIONS)) {
      for (String name : names) {
        JsonNode value = Trees.get(schema, name);
        // these count even if they are empty
        boolean any =
            name.equals(DEFAULT)
                || name.equals(EXAMPLE)
                || name.equals(DOCUMENTATION)
                || name.equals(LIST_TYPE)
                || name.equals(MAP_TYPE);
        if (value != null && (any || !Trees.isZero(value))) {
          misplaced.add(name);
        }
      }
    }
    return List.copyOf(misplaced);
  }

  /** The rules that a schema states, also if it is not one that can be {@linkplain #read read}. */
  public static List<Rule> rules(JsonNode schema) {
    List<ObjectNode> stated = Trees.objects(schema, "x-kubernetes-validations");
    List<Rule> rules = new ArrayList<>(stated.size());
    for (ObjectNode rule : stated) {
      JsonNode optional = Trees.get(rule, "optionalOldSelf");
      rules.add(
          new Rule(
              Trees.text(rule, "rule"),
              Trees.text(rule, "message"),
              Trees.text(rule, "messageExpression"),
              Trees.text(rule, "reason"),
              Trees.text(rule, "fieldPath"),
              optional == null ? null : optional.asBoolean()));
    }
    return List.copyOf(rules);
  }

  private static Iterable<Map.Entry<String, JsonNode>> members(JsonNode schema, String name) {
    return Trees.get(schema, name) instanceof ObjectNode object ? object.properties() : List.of();
  }

  private static List<JsonNode> elements(JsonNode schema, String name) {
    JsonNode list = Trees.get(schema, name);
    List<JsonNode> elements = new ArrayList<>();
    if (list != null && list.isArray()) {
      list.forEach(elements::add);
    }
    return List.copyOf(elements);
  }

  private static @Nullable Double decimal(JsonNode schema, String name) {
    JsonNode value = Trees.get(schema, name);
    return value == null || !value.isNumber() ? null : value.doubleValue();
  }

  private static @Nullable Long integer(JsonNode schema, String name) {
    JsonNode value = Trees.get(schema, name);
    return value == null || !value.isNumber() ? null : value.longValue();
  }
}
