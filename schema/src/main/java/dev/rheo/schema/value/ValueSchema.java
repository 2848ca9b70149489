package dev.rheo.schema.value;

import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Restrictions.Nested;
import dev.rheo.schema.Structural;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one value must fulfil: a schema that is whole again, with nothing left to look up. Made of a
 * structural schema once and used for each object. Immutable, and thread-safe but for the pattern,
 * which may be compiled twice.
 */
final class ValueSchema {
  private static final Restrictions NONE =
      new Restrictions(
          "", null, false, null, false, null, null, "", null, null, false, null, List.of(), null,
          null, List.of(), List.of(), List.of(), List.of(), null);

  private static final List<String> INT_OR_STRING = List.of("integer", "string");

  /** What the value may be; empty for anything. */
  final List<String> types;

  final boolean nullable;

  /** As stated; empty if there is none, or if it is not known. */
  final String format;

  final Restrictions own;
  final Map<String, ValueSchema> properties;
  final @Nullable ValueSchema items;

  /** Whether there may be fields that no property declares. */
  final boolean open;

  /** What they are; null for anything. */
  final @Nullable ValueSchema additional;

  final List<ValueSchema> allOf;
  final List<ValueSchema> oneOf;
  final List<ValueSchema> anyOf;
  final @Nullable ValueSchema not;

  private @Nullable Predicate<String> pattern;

  /** Whether there is a check beyond type, format and what is below. */
  final boolean composed;

  private ValueSchema(
      List<String> types,
      boolean nullable,
      String format,
      Restrictions own,
      Map<String, ValueSchema> properties,
      @Nullable ValueSchema items,
      boolean open,
      @Nullable ValueSchema additional,
      boolean strict) {
    this.types = types;
    this.nullable = nullable;
    this.format = format;
    this.own = own;
    this.properties = properties;
    this.items = items;
    this.open = open;
    this.additional = additional;
    allOf = nested(own.allOf(), strict);
    oneOf = nested(own.oneOf(), strict);
    anyOf = nested(own.anyOf(), strict);
    not = own.not() == null ? null : of(own.not(), strict);
    composed = !allOf.isEmpty() || !oneOf.isEmpty() || !anyOf.isEmpty() || not != null;
  }

  /**
   * @param strict as objects are judged: an integer or string is one of these two, and formats that
   *     are not known do not count; otherwise as defaults are
   */
  static ValueSchema of(Structural schema, boolean strict) {
    Restrictions own = schema.restrictions() == null ? NONE : schema.restrictions();
    List<String> types =
        schema.intOrString() && strict
            ? INT_OR_STRING
            : schema.type().isEmpty() ? List.of() : List.of(schema.type());
    Map<String, ValueSchema> properties = new LinkedHashMap<>();
    schema.properties().forEach((name, property) -> properties.put(name, of(property, strict)));
    Structural additional = schema.additional().schema();
    return new ValueSchema(
        types,
        schema.nullable(),
        format(own.format(), types, strict),
        own,
        properties,
        schema.items() == null ? null : of(schema.items(), strict),
        !schema.additional().stated() || schema.additional().allowed(),
        additional == null ? null : of(additional, strict),
        strict);
  }

  private static ValueSchema of(Nested schema, boolean strict) {
    Restrictions own = schema.own() == null ? NONE : schema.own();
    List<String> types = schema.type().isEmpty() ? List.of() : List.of(schema.type());
    Map<String, ValueSchema> properties = new LinkedHashMap<>();
    schema.properties().forEach((name, property) -> properties.put(name, of(property, strict)));
    return new ValueSchema(
        types,
        false,
        format(own.format(), types, strict),
        own,
        properties,
        schema.items() == null ? null : of(schema.items(), strict),
        true,
        null,
        strict);
  }

  private static List<ValueSchema> nested(List<Nested> schemas, boolean strict) {
    return schemas.stream().map(schema -> of(schema, strict)).toList();
  }

  private static String format(String format, List<String> types, boolean strict) {
    if (format.isEmpty() || !strict) {
      return format;
    }
    boolean known =
        switch (types.size() == 1 ? types.getFirst() : "") {
          case "", "string" -> Formats.isKnown(format);
          case "integer" -> format.equals("int32") || format.equals("int64");
          case "number" -> format.equals("float") || format.equals("double");
          default -> false;
        };
    return known ? format : "";
  }

  /** Whether a text has a part that the pattern matches. */
  boolean matches(String text) {
    Predicate<String> compiled = pattern;
    if (compiled == null) {
      compiled = Patterns.compile(own.pattern());
      pattern = compiled;
    }
    return compiled.test(text);
  }
}
