package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.cel.cost.Range;
import dev.rheo.cel.cost.Sizes;
import dev.rheo.cel.type.DeclType;
import dev.rheo.cel.type.Names;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Structural;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The types that expressions see of what a schema describes, with the most elements, or bytes, that
 * a value can have in a request of {@value #REQUEST_MAX} bytes.
 *
 * <p>See {@code k8s.io/apiserver/pkg/cel/common.SchemaDeclType}.
 */
final class SchemaTypes {
  /** The largest request that estimates reckon with; part of what may be written. */
  static final int REQUEST_MAX = 3 << 20;

  private static final int QUOTES = 2;
  private static final int BYTES_PER_CHARACTER = 4;

  /** Quotes, colon, comma, and one character of a key. */
  private static final int KEY_SIZE = 6;

  /** Quotes, colon and comma around the name of a field. */
  private static final int FIELD_SIZE = 4;

  private static final int TIME_SIZE_MAX = 32;
  private static final int DATE_SIZE = 12;
  private static final DeclType BOOL = DeclType.BOOL.withMinSize(4);
  private static final DeclType TEXT = DeclType.STRING.withMinSize(QUOTES);
  private static final DeclType BYTES = DeclType.BYTES.withMinSize(QUOTES);
  private static final DeclType DURATION =
      DeclType.DURATION.withMinSize(3).withMaxElements(TIME_SIZE_MAX);
  private static final DeclType DATE =
      DeclType.TIMESTAMP.withMinSize(DATE_SIZE).withMaxElements(DATE_SIZE);
  private static final DeclType TIME =
      DeclType.TIMESTAMP.withMinSize(21).withMaxElements(TIME_SIZE_MAX);

  private SchemaTypes() {}

  /**
   * The type of a schema.
   *
   * @param root whether it is the schema of a resource, or of one that is embedded
   * @param name of the type; those of fields and elements follow from it
   * @return null if expressions cannot see values of the schema
   */
  static @Nullable DeclType of(Structural schema, boolean root, String name) {
    if (schema.intOrString()) {
      return DeclType.DYN.withMaxElements(textSize(schema));
    }
    return switch (schema.type()) {
      case "array" -> ofList(schema, name);
      case "object" ->
          schema.additional().schema() != null ? ofMap(schema, name) : ofObject(schema, root, name);
      case "string" -> ofText(schema);
      case "boolean" -> BOOL;
      case "number" -> DeclType.DOUBLE;
      case "integer" -> DeclType.INT;
      default -> null;
    };
  }

  private static @Nullable DeclType ofList(Structural schema, String name) {
    Structural items = schema.items();
    DeclType element = items == null ? null : of(items, items.embedded(), name + ".@idx");
    if (element == null) {
      return null;
    }
    Long stated = restrictions(schema, Restrictions::maxItems);
    return DeclType.list(
        element,
        stated == null ? (REQUEST_MAX - QUOTES) / (element.minSize() + 1L) : Math.max(stated, 0));
  }

  private static @Nullable DeclType ofMap(Structural schema, String name) {
    Structural values = schema.additional().schema();
    DeclType element = values == null ? null : of(values, values.embedded(), name + ".@elem");
    if (element == null) {
      return null;
    }
    Long stated = restrictions(schema, Restrictions::maxProperties);
    return DeclType.map(
        TEXT,
        element,
        stated == null
            ? (REQUEST_MAX - QUOTES) / ((long) element.minSize() + KEY_SIZE)
            : Math.max(stated, 0));
  }

  private static DeclType ofObject(Structural schema, boolean root, String name) {
    List<String> required =
        schema.restrictions() == null ? List.of() : schema.restrictions().required();
    Map<String, DeclType> fields = new HashMap<>();
    int size = QUOTES;
    Map<String, Structural> properties = root ? Metadata.fields(schema) : schema.properties();
    for (Map.Entry<String, Structural> property : properties.entrySet()) {
      Structural field = property.getValue();
      String identifier = Names.escape(property.getKey());
      DeclType type = of(field, field.embedded(), name + "." + identifier);
      if (type == null) {
        continue;
      }
      if (identifier != null) {
        fields.put(identifier, type);
      }
      if (required.contains(property.getKey()) && !hasDefault(field)) {
        int length = property.getKey().getBytes(StandardCharsets.UTF_8).length;
        size += length + type.minSize() + FIELD_SIZE;
      }
    }
    return DeclType.object(name, fields).withMinSize(size);
  }

  private static boolean hasDefault(Structural field) {
    JsonNode value = field.defaultValue();
    return value != null && !value.isNull();
  }

  private static DeclType ofText(Structural schema) {
    return switch (format(schema)) {
      case "byte" -> {
        Long stated = restrictions(schema, Restrictions::maxLength);
        yield BYTES.withMaxElements(stated == null ? REQUEST_MAX - QUOTES : Math.max(stated, 0));
      }
      case "duration" -> DURATION;
      case "date" -> DATE;
      case "date-time" -> TIME;
      default -> TEXT.withMaxElements(textSize(schema));
    };
  }

  static String format(Structural schema) {
    return schema.restrictions() == null ? "" : schema.restrictions().format();
  }

  private static long textSize(Structural schema) {
    Long stated = restrictions(schema, Restrictions::maxLength);
    if (stated != null) {
      return Math.max(stated, 0) * BYTES_PER_CHARACTER;
    }
    List<JsonNode> values =
        schema.restrictions() == null || schema.intOrString()
            ? List.of()
            : schema.restrictions().enumeration();
    return values.isEmpty() ? REQUEST_MAX - QUOTES : longest(values);
  }

  private static long longest(List<JsonNode> values) {
    long longest = 0;
    for (JsonNode value : values) {
      if (value.isTextual()) {
        int length = value.textValue().getBytes(StandardCharsets.UTF_8).length;
        longest = Math.max(longest, length);
      }
    }
    return longest;
  }

  /** One of the limits of a schema. */
  private interface Limit {
    @Nullable Long of(Restrictions restrictions);
  }

  private static @Nullable Long restrictions(Structural schema, Limit limit) {
    return schema.restrictions() == null ? null : limit.of(schema.restrictions());
  }

  /** How large the parts of a variable of the type can be. */
  static Sizes sizes(DeclType root) {
    return (path, type) -> size(root, path);
  }

  private static @Nullable Range size(DeclType root, List<String> path) {
    if (path.isEmpty()) {
      return null;
    }
    DeclType at = root;
    for (String step : path.subList(1, path.size())) {
      DeclType next =
          switch (step) {
            case "@items", "@values" -> at.element();
            case "@keys" -> at.key();
            default -> at.fields().get(step);
          };
      if (next == null) {
        return null;
      }
      at = next;
    }
    return new Range(0, at.maxElements());
  }

  /** How often a value of the type can be in a request, if nothing else limits it. */
  static long mostOf(DeclType type) {
    return REQUEST_MAX / (type.minSize() + 1L);
  }

  /** Whether expressions can see values of a schema, which is cheaper than its type. */
  static boolean isVisible(Structural schema) {
    if (schema.intOrString()) {
      return true;
    }
    return switch (schema.type()) {
      case "array" -> schema.items() != null && isVisible(schema.items());
      case "object" -> {
        Structural values = schema.additional().schema();
        yield values == null || isVisible(values);
      }
      case "string", "boolean", "number", "integer" -> true;
      default -> false;
    };
  }
}
