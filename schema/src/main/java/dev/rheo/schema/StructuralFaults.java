package dev.rheo.schema;

import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.cel.value.Regex;
import dev.rheo.schema.Restrictions.Nested;
import dev.rheo.schema.tree.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a schema is structural (KEP-2265): each value has a type; what only restricts values
 * tells nothing else of them; what is restricted is declared; the metadata of objects is not
 * redefined.
 */
public final class StructuralFaults {
  /** Faults are sorted before the first of them are kept; no definition has more to tell. */
  private static final int MAX_SORTED = 10_000;

  private static final List<Nested> INT_OR_STRING = List.of(ofType("integer"), ofType("string"));

  /** What is wrong with a misplaced statement; examples and the like are tolerated. */
  private static final Map<String, String> MISPLACED =
      Map.ofEntries(
          Map.entry("default", "must be undefined to be structural"),
          Map.entry("title", "must be empty to be structural"),
          Map.entry("description", "must be empty to be structural"),
          Map.entry("nullable", "must be false to be structural"),
          Map.entry("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
          Map.entry("x-kubernetes-embedded-resource", "must be false to be structural"),
          Map.entry("x-kubernetes-int-or-string", "must be false to be structural"),
          Map.entry("x-kubernetes-list-map-keys", "must be empty to be structural"),
          Map.entry("x-kubernetes-list-type", "must be undefined to be structural"),
          Map.entry("x-kubernetes-map-type", "must be undefined to be structural"));

  private enum Level {
    ROOT("must not be empty at the root"),
    ITEM("must not be empty for specified array items"),
    FIELD("must not be empty for specified object fields");

    private final String untyped;

    Level(String untyped) {
      this.untyped = untyped;
    }
  }

  private final List<FieldError> found = new ArrayList<>();

  /** Where the schema is that is checked. */
  private final Place place;

  private StructuralFaults(String fieldPath) {
    place = new Place(fieldPath);
  }

  /**
   * Adds the faults of a schema, sorted by their messages.
   *
   * @param fieldPath where the schema is in its definition
   */
  public static void check(Structural schema, String fieldPath, FieldErrors errors) {
    StructuralFaults faults = new StructuralFaults(fieldPath);
    faults.invariants(schema, Level.ROOT);
    faults.complete(schema.restrictions(), schema, new Place(fieldPath));
    faults.found.sort(Comparator.comparing(FieldError::message));
    for (FieldError fault : faults.found) {
      errors.add(fault);
    }
  }

  private static Nested ofType(String type) {
    return new Nested(null, List.of(), Map.of(), null, null, type);
  }

  /** The path of a part of the schema that is checked. */
  private String at(String part) {
    return place.text(part);
  }

  private void add(FieldError fault) {
    if (found.size() < MAX_SORTED) {
      found.add(fault);
    }
  }

  private void invariants(Structural schema, Level level) {
    if (schema.type().equals("array") && schema.items() == null) {
      add(FieldError.required(at("items"), "must be specified"));
    }
    if (schema.items() != null) {
      place.field("items");
      invariants(schema.items(), Level.ITEM);
      place.leave();
    }
    for (Map.Entry<String, Structural> property : schema.properties().entrySet()) {
      enterProperty(place, property.getKey());
      invariants(property.getValue(), Level.FIELD);
      leaveProperty(place);
    }
    if (schema.additional().stated()) {
      if (level == Level.ROOT) {
        add(FieldError.forbidden(at("additionalProperties"), "must not be used at the root"));
      }
      if (schema.additional().schema() != null) {
        place.field("additionalProperties");
        invariants(schema.additional().schema(), Level.FIELD);
        place.leave();
      }
    }
    intOrString(schema);
    Restrictions own = schema.restrictions();
    if (own != null) {
      restrictions(
          own,
          own.anyOf().equals(INT_OR_STRING),
          !own.allOf().isEmpty() && isIntOrString(own.allOf().getFirst()));
    }
    type(schema, level);
    metadata(schema, level);
  }

  private static boolean isIntOrString(Nested first) {
    return first.own() != null && first.own().anyOf().equals(INT_OR_STRING);
  }

  private void intOrString(Structural schema) {
    if (schema.intOrString() && schema.preserveUnknown()) {
      excluded("x-kubernetes-preserve-unknown-fields");
    }
    if (schema.intOrString() && schema.embedded()) {
      excluded("x-kubernetes-embedded-resource");
    }
  }

  private void excluded(String extension) {
    add(
        FieldError.invalid(
            at(extension), true, "must be false if x-kubernetes-int-or-string is true"));
  }

  private void type(Structural schema, Level level) {
    String type = schema.type();
    if (schema.embedded() && !type.equals("object")) {
      String detail = "must be object if x-kubernetes-embedded-resource is true";
      add(
          type.isEmpty()
              ? FieldError.required(at("type"), detail)
              : FieldError.invalid(at("type"), type, detail));
    } else if (type.isEmpty() && !schema.intOrString() && !schema.preserveUnknown()) {
      add(FieldError.required(at("type"), level.untyped));
    }
    if (schema.embedded() && schema.additional().stated()) {
      add(
          FieldError.forbidden(
              at("additionalProperties"),
              "must not be used if x-kubernetes-embedded-resource is set"));
    }
    if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
      add(FieldError.invalid(at("type"), type, "must be object at the root"));
    }
  }

  private void metadata(Structural schema, Level level) {
    boolean root = level == Level.ROOT;
    boolean resource = root || schema.embedded();
    if (resource) {
      for (String name : new String[] {"kind", "apiVersion"}) {
        demand(schema, name, "string");
      }
      demand(schema, "metadata", "object");
    }
    Structural metadata = schema.properties().get("metadata");
    if (root && metadata != null && !isPlain(metadata)) {
      enterProperty(place, "metadata");
      add(
          FieldError.forbidden(
              place.text(),
              "must not specify anything other than name and generateName, but metadata is"
                  + " implicitly specified"));
      leaveProperty(place);
    }
    if (schema.embedded() && !schema.preserveUnknown() && schema.properties().isEmpty()) {
      add(
          FieldError.required(
              at("properties"),
              "must not be empty if x-kubernetes-embedded-resource is true without"
                  + " x-kubernetes-preserve-unknown-fields"));
    }
  }

  private void demand(Structural schema, String property, String type) {
    Structural declared = schema.properties().get(property);
    if (declared != null && !declared.type().equals(type)) {
      enterProperty(place, property);
      add(FieldError.invalid(at("type"), declared.type(), "must be " + type));
      leaveProperty(place);
    }
  }

  /** Whether nothing is said of metadata but of its names. */
  private static boolean isPlain(Structural metadata) {
    return Set.of("name", "generateName").containsAll(metadata.properties().keySet())
        && !metadata.nullable()
        && metadata.items() == null
        && !metadata.additional().stated()
        && !metadata.preserveUnknown()
        && !metadata.embedded()
        && !metadata.intOrString()
        && metadata.listType().isEmpty()
        && metadata.listMapKeys().isEmpty()
        && metadata.mapType().isEmpty()
        && metadata.rules().isEmpty()
        && metadata.restrictions() == null
        && !metadata.remarks();
  }

  /**
   * @param skipAnyOf whether the types in {@code anyOf} are those of integers and strings
   * @param skipFirst whether those in the {@code anyOf} of the first of {@code allOf} are
   */
  private void restrictions(Restrictions own, boolean skipAnyOf, boolean skipFirst) {
    if (!skipAnyOf) {
      each("anyOf", own.anyOf(), false);
    }
    each("allOf", own.allOf(), skipFirst);
    each("oneOf", own.oneOf(), false);
    if (own.not() != null) {
      place.field("not");
      nested(own.not(), false);
      place.leave();
    }
    if (!own.pattern().isEmpty()) {
      String fault = Regex.fault(own.pattern());
      if (fault != null) {
        add(
            FieldError.invalid(
                at("pattern"),
                own.pattern(),
                "must be a valid regular expression, but isn't: " + fault));
      }
    }
  }

  private void each(String name, List<Nested> alternatives, boolean skipFirst) {
    for (int i = 0; i < alternatives.size(); i++) {
      place.field(name);
      place.index(i);
      nested(alternatives.get(i), skipFirst && i == 0);
      place.leave();
      place.leave();
    }
  }

  private void nested(Nested nested, boolean skipAnyOf) {
    if (nested.own() != null) {
      restrictions(nested.own(), skipAnyOf, false);
    }
    if (nested.items() != null) {
      place.field("items");
      nested(nested.items(), false);
      place.leave();
    }
    for (Map.Entry<String, Nested> property : nested.properties().entrySet()) {
      enterProperty(place, property.getKey());
      nested(property.getValue(), false);
      leaveProperty(place);
    }
    if (!nested.type().isEmpty()) {
      add(FieldError.forbidden(at("type"), "must be empty to be structural"));
    }
    if (nested.additional() != null) {
      add(FieldError.forbidden(at("additionalProperties"), "must be undefined to be structural"));
    }
    for (String name : nested.misplaced()) {
      String detail = MISPLACED.get(name);
      if (detail != null) {
        add(FieldError.forbidden(at(name), detail));
      }
    }
    if (!nested.rules().isEmpty()) {
      add(FieldError.forbidden(at("x-kubernetes-validations"), "must be empty to be structural"));
    }
    if (nested.properties().containsKey("metadata")) {
      enterProperty(place, "metadata");
      add(FieldError.forbidden(place.text(), "must not be specified in a nested context"));
      leaveProperty(place);
    }
  }

  /**
   * Checks that what is restricted is declared.
   *
   * @param declared where the declaration is; {@link #place} is where the restriction is
   */
  private void complete(@Nullable Restrictions own, @Nullable Structural schema, Place declared) {
    if (own == null) {
      return;
    }
    if (own.not() != null) {
      place.field("not");
      completeNested(own.not(), schema, declared);
      place.leave();
    }
    completeEach("allOf", own.allOf(), schema, declared);
    completeEach("anyOf", own.anyOf(), schema, declared);
    completeEach("oneOf", own.oneOf(), schema, declared);
  }

  private void completeEach(
      String name, List<Nested> alternatives, @Nullable Structural schema, Place declared) {
    for (int i = 0; i < alternatives.size(); i++) {
      place.field(name);
      place.index(i);
      completeNested(alternatives.get(i), schema, declared);
      place.leave();
      place.leave();
    }
  }

  private void completeNested(Nested nested, @Nullable Structural schema, Place declared) {
    if (schema == null) {
      undeclared(declared);
      return;
    }
    complete(nested.own(), schema, declared);
    if (nested.items() != null) {
      place.field("items");
      declared.field("items");
      completeNested(nested.items(), schema.items(), declared);
      declared.leave();
      place.leave();
    }
    for (Map.Entry<String, Nested> property : nested.properties().entrySet()) {
      enterProperty(place, property.getKey());
      enterProperty(declared, property.getKey());
      completeNested(property.getValue(), schema.properties().get(property.getKey()), declared);
      leaveProperty(declared);
      leaveProperty(place);
    }
  }

  private void undeclared(Place declared) {
    add(FieldError.required(declared.text(), "because it is defined in " + place.text()));
  }

  private static void enterProperty(Place place, String name) {
    place.field("properties");
    place.key(name);
  }

  private static void leaveProperty(Place place) {
    place.leave();
    place.leave();
  }
}
