package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.CelNull;
import dev.rheo.cel.value.Timestamp;
import dev.rheo.schema.Structural;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of objects as expressions see them, by their schema. Lists and maps are views, of which
 * only what an expression reads is converted. What does not fit the schema is an {@link
 * EvaluationException} in place of a value: it ends an evaluation only if it is read.
 *
 * <p>See {@code k8s.io/apiserver/pkg/cel/common.UnstructuredToVal}.
 */
final class SchemaValues {
  private SchemaValues() {}

  static Object of(@Nullable JsonNode node, Structural schema) {
    return of(node, schema, false);
  }

  /**
   * @param root whether it is a resource, whose metadata can be read whatever the schema says
   */
  static Object of(@Nullable JsonNode node, Structural schema, boolean root) {
    if (node == null || node.isNull() || node.isMissingNode()) {
      return schema.nullable()
          ? CelNull.NULL
          : new EvaluationException("invalid data, got null for schema with nullable=false");
    }
    if (schema.intOrString()) {
      if (node.isTextual()) {
        return node.textValue();
      }
      return isInteger(node) ? node.longValue() : neither();
    }
    return switch (schema.type()) {
      case "object" ->
          node instanceof ObjectNode object
              ? new ObjectView(object, schema, root || schema.embedded())
              : noMap();
      case "array" ->
          node instanceof ArrayNode array ? list(ListView.elements(array), schema) : noList();
      case "string" ->
          node.isTextual()
              ? TextFormats.value(node.textValue(), SchemaTypes.format(schema))
              : mismatch("string", node);
      case "number" -> node.isNumber() ? node.doubleValue() : mismatch("float", node);
      case "integer" -> isInteger(node) ? node.longValue() : mismatch("int", node);
      case "boolean" -> node.isBoolean() ? node.booleanValue() : mismatch("bool", node);
      default ->
          schema.preserveUnknown()
              ? new PreservedView(node)
              : new EvaluationException(
                  "invalid type, expected object, array, number, integer, boolean or string, or no"
                      + " type with x-kubernetes-int-or-string or"
                      + " x-kubernetes-preserve-unknown-fields is true, got "
                      + schema.type());
    };
  }

  private static EvaluationException neither() {
    return new EvaluationException(
        "invalid data, expected XIntOrString value to be either a string or integer");
  }

  private static EvaluationException noMap() {
    return new EvaluationException(
        "invalid data, expected a map for the provided schema with type=object");
  }

  private static EvaluationException noList() {
    return new EvaluationException(
        "invalid data, expected an array for the provided schema with type=array");
  }

  private static Object list(List<?> elements, Structural schema) {
    Structural items = schema.items();
    if (items == null) {
      return new EvaluationException("invalid array type, expected Items with a non-empty Schema");
    }
    return switch (schema.listType()) {
      case "", "atomic" -> new ListView(elements, items);
      case "set" -> new SetView(elements, items);
      case "map" -> new MapListView(elements, items, schema.listMapKeys());
      default ->
          new EvaluationException(
              "invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got "
                  + schema.listType());
    };
  }

  /** A larger integer is a floating-point number, as upstream's decoder reads it. */
  private static boolean isInteger(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong();
  }

  private static EvaluationException mismatch(String expected, JsonNode node) {
    return new EvaluationException(
        "invalid data, expected " + expected + ", got " + goType(raw(node)));
  }

  /**
   * A value of an expression that became the element of a list with a schema. Upstream converts it
   * back, which fails for what is no JSON.
   */
  static Object element(Object value, Structural items) {
    Object raw = raw(value);
    if (raw instanceof JsonNode node) {
      return of(node, items);
    }
    if (raw == CelNull.NULL) {
      return of(null, items);
    }
    if (items.intOrString()) {
      return raw instanceof String || raw instanceof Long ? raw : neither();
    }
    return switch (items.type()) {
      case "object" -> noMap();
      case "array" -> raw instanceof ListView view ? list(view.elements, items) : noList();
      case "string" ->
          raw instanceof String text
              ? TextFormats.value(text, SchemaTypes.format(items))
              : mismatch("string", raw);
      case "number" ->
          raw instanceof Number number ? (Object) number.doubleValue() : mismatch("float", raw);
      case "integer" -> raw instanceof Long ? raw : mismatch("int", raw);
      case "boolean" -> raw instanceof Boolean ? raw : mismatch("bool", raw);
      default -> value;
    };
  }

  private static EvaluationException mismatch(String expected, Object raw) {
    return new EvaluationException("invalid data, expected " + expected + ", got " + goType(raw));
  }

  /**
   * What is behind a value: a {@link JsonNode} of a list, a map, or what is preserved; a scalar of
   * Java; {@link CelNull}; else the value itself.
   */
  static Object raw(Object value) {
    return switch (value) {
      case ObjectView view -> view.node();
      case PreservedView view -> raw(view.node());
      case JsonNode node ->
          switch (node.getNodeType()) {
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER ->
                isInteger(node) ? (Object) node.longValue() : (Object) node.doubleValue();
            case NULL, MISSING -> CelNull.NULL;
            default -> node;
          };
      default -> value;
    };
  }

  private static String goType(Object raw) {
    return switch (raw) {
      case String s -> "string";
      case Boolean b -> "bool";
      case Long l -> "int64";
      case Double d -> "float64";
      case ObjectNode o -> "map[string]interface {}";
      case ListView l -> "[]interface {}";
      case ArrayNode a -> "[]interface {}";
      case Timestamp t -> "time.Time";
      case Duration d -> "time.Duration";
      case Bytes b -> "[]uint8";
      case List<?> l -> "[]ref.Val";
      case Map<?, ?> m -> "map[ref.Val]ref.Val";
      default -> "*types.Err";
    };
  }
}
