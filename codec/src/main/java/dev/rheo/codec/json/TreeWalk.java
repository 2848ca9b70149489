package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Truncated;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.value.Base64Text;
import dev.rheo.codec.value.Floats;
import dev.rheo.codec.value.Quantity;
import dev.rheo.codec.value.Times;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Base of the walks over a tree along its type: reads a value as its field's kind, or refuses it in
 * upstream's words.
 */
abstract class TreeWalk {
  /** Fields of texts that have a Go type of their own; by struct and name. */
  private static final Map<String, String> NAMED_TEXTS =
      Map.of(
          "ObjectMeta.uid", "types.UID",
          "OwnerReference.uid", "types.UID",
          "ManagedFieldsEntry.operation", "v1.ManagedFieldsOperationType");

  private final ObjectNode root;

  /** Charges for what the walk builds. */
  protected final Meter.Tally tally = Meter.tally();

  /** The path of the current value. */
  protected final FieldPath path = new FieldPath();

  /** The struct of which the current value is a field. */
  protected ObjectType struct;

  protected TreeWalk(ObjectNode root, ObjectType type) {
    this.root = root;
    this.struct = type;
  }

  /** Whether the value is absent; null counts as absent. */
  static boolean isAbsent(@Nullable JsonNode value) {
    return value == null || value.isNull();
  }

  protected final ObjectNode object(JsonNode value, FieldType field) {
    return value instanceof ObjectNode object ? object : refuse(value, field.goElementType());
  }

  protected final ObjectNode map(JsonNode value, FieldType field) {
    return value instanceof ObjectNode object ? object : refuse(value, field.goType());
  }

  protected final ArrayNode list(JsonNode value, FieldType field) {
    return value instanceof ArrayNode array ? array : refuse(value, field.goType());
  }

  protected final String string(JsonNode value) {
    return value.isTextual() ? value.textValue() : refuse(value, "string");
  }

  protected final boolean bool(JsonNode value) {
    return value.isBoolean() ? value.booleanValue() : refuse(value, "bool");
  }

  protected final long integer(JsonNode value, FieldType.Kind kind) {
    boolean narrow = kind == FieldType.Kind.INT32;
    if (!value.isIntegralNumber()
        || !(narrow ? value.canConvertToInt() : value.canConvertToLong())) {
      return refuse(value, narrow ? "int32" : "int64");
    }
    return value.longValue();
  }

  protected final double floatingPoint(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.doubleValue())
        ? value.doubleValue()
        : refuse(value, "float64");
  }

  protected final String quantity(JsonNode value) {
    if (!value.isTextual() && !value.isNumber()) {
      return refuse(value, "resource.Quantity");
    }
    return spelled(value.asText(), Quantity::canonical);
  }

  /** The canonical time; {@code ""} for the zero time. */
  protected final String time(JsonNode value, boolean micro) {
    return spelled(string(value), text -> Times.canonical(text, micro));
  }

  protected final String bytes(JsonNode value) {
    String text = value.isTextual() ? value.textValue() : refuse(value, "[]uint8");
    tally.scratch(text.length()); // its bytes
    return spelled(text, Base64Text::canonical);
  }

  private String spelled(String text, UnaryOperator<String> canonical) {
    try {
      return canonical.apply(text);
    } catch (IllegalArgumentException e) {
      throw refusal(e.getMessage() == null ? "malformed value" : Truncated.of(e.getMessage()));
    }
  }

  /** Refuses a value that is not of the field's Go type. */
  protected final <T> T refuse(JsonNode value, String goType) {
    String found =
        switch (value.getNodeType()) {
          case OBJECT, POJO -> "object";
          case ARRAY -> "array";
          case STRING, BINARY -> "string";
          case BOOLEAN -> "bool";
          case NUMBER ->
              goType.contains("int") || goType.contains("float")
                  ? "number " + (value.isDouble() ? Floats.format(value.doubleValue()) : value)
                  : "number";
          case NULL, MISSING -> "null";
        };
    String names = path.names();
    String field = struct.name() + "." + names.substring(names.lastIndexOf('.') + 1);
    throw refusal(
        "json: cannot unmarshal %s into Go struct field %s.%s of type %s"
            .formatted(found, struct.name(), names, NAMED_TEXTS.getOrDefault(field, goType)));
  }

  protected final MalformedException refusal(String why) {
    String apiVersion = Truncated.of(root.path("apiVersion").asText());
    String kind = Truncated.of(root.path("kind").asText());
    if (kind.isEmpty()) {
      kind = struct.name();
    }
    return new MalformedException(
        "%s in version \"%s\" cannot be handled as a %s"
            .formatted(kind, apiVersion.substring(apiVersion.lastIndexOf('/') + 1), kind),
        why);
  }
}
