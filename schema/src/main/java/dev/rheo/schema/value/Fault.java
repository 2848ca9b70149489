package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.Untyped;
import dev.rheo.schema.tree.GoValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One fault of a value.
 *
 * @param name the path of the value, or of a part of it that is absent; null for a fault that is
 *     reported without a path
 * @param value what is shown; null for nothing
 * @param message empty if the kind tells all
 * @param limit of too long or too many
 * @param allowed values, of an enumeration
 */
record Fault(
    Kind kind,
    @Nullable String name,
    @Nullable JsonNode value,
    String message,
    long limit,
    List<JsonNode> allowed) {

  enum Kind {
    INVALID,
    TYPE,
    REQUIRED,
    TOO_LONG,
    TOO_MANY,
    ENUM
  }

  /** Where upstream has no path. */
  private static final String NOWHERE = "<nil>";

  static Fault invalid(String name, @Nullable JsonNode value, String message) {
    return new Fault(Kind.INVALID, name, value, name + " " + message, 0, List.of());
  }

  /** A fault whose message names the place by itself. */
  static Fault whole(String message) {
    return new Fault(Kind.INVALID, null, null, message, 0, List.of());
  }

  /**
   * @param expected a type or a format
   * @param found the type of what is there, or the text
   */
  static Fault type(String name, String expected, String found) {
    return new Fault(
        Kind.TYPE,
        name,
        TextNode.valueOf(found),
        name + " in body must be of type " + expected + ": " + Excerpt.quoted(found),
        0,
        List.of());
  }

  static Fault required(String name) {
    return new Fault(Kind.REQUIRED, name, null, "", 0, List.of());
  }

  static Fault tooLong(String name, long maximum) {
    return new Fault(Kind.TOO_LONG, name, null, "", maximum, List.of());
  }

  static Fault tooMany(String name, int actual, long maximum) {
    return new Fault(Kind.TOO_MANY, name, LongNode.valueOf(actual), "", maximum, List.of());
  }

  static Fault notAllowed(String name, JsonNode value, List<JsonNode> allowed) {
    return new Fault(Kind.ENUM, name, value, "", 0, allowed);
  }

  /**
   * As upstream reports it.
   *
   * @param fieldPath where the validated value is; empty for a whole object
   */
  FieldError error(String fieldPath) {
    String field = field(fieldPath);
    Object shown = value == null ? "" : new Untyped(value);
    return switch (kind) {
      case INVALID -> FieldError.invalid(field, shown, message);
      case TYPE -> FieldError.typeInvalid(field, shown, message);
      case REQUIRED -> FieldError.required(field, "");
      case TOO_LONG -> FieldError.tooLong(field, limit);
      case TOO_MANY -> FieldError.tooMany(field, value == null ? 0 : value.intValue(), limit);
      case ENUM ->
          FieldError.notSupported(field, shown, allowed.stream().map(Fault::text).toList());
    };
  }

  private String field(String fieldPath) {
    String path = name == null ? "" : name.startsWith(".") ? name.substring(1) : name;
    return path.isEmpty() && (name == null || name.isEmpty() || name.equals("."))
        ? fieldPath.isEmpty() ? NOWHERE : fieldPath
        : fieldPath.isEmpty() ? path : fieldPath + "." + path;
  }

  private static String text(JsonNode allowed) {
    return allowed.isTextual() ? allowed.textValue() : GoValues.json(allowed);
  }
}
