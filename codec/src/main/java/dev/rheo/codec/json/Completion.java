package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Cardinality;
import dev.rheo.codec.schema.FieldType.Kind;
import dev.rheo.codec.schema.FieldType.Omit;
import dev.rheo.codec.schema.ObjectType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds the zero values that the canonical form always writes to a normalized tree. Parts that lack
 * nothing are shared with the given tree.
 */
final class Completion {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Completion() {}

  static ObjectNode of(ObjectNode object, ObjectType type) {
    ObjectNode completed = object;
    for (FieldType field : type.fields()) {
      JsonNode value = object.get(field.name());
      JsonNode other = value == null || value.isNull() ? absent(field) : present(field, value);
      if (other != null && other != value) {
        if (completed == object) {
          completed = NODES.objectNode().setAll(object);
        }
        completed.set(field.name(), other);
      }
    }
    return completed;
  }

  /** What is written for an absent value; null if nothing is. */
  private static @Nullable JsonNode absent(FieldType field) {
    boolean struct =
        field.cardinality() == Cardinality.VALUE
            && switch (field.kind()) {
              case STRING, BYTES, BOOLEAN, INT32, INT64, DOUBLE, STRING_LIST, ANY -> false;
              default -> true;
            };
    if (field.omit() == Omit.ZERO || (field.omit() == Omit.EMPTY && !struct)) {
      return null;
    }
    if (field.cardinality() != Cardinality.VALUE) {
      return NODES.nullNode();
    }
    return switch (field.kind()) {
      case STRING -> NODES.textNode("");
      case INT32, INT64, DOUBLE, INT_OR_STRING -> NODES.numberNode(0);
      case BOOLEAN, SCHEMA_OR_BOOL -> NODES.booleanNode(false);
      case QUANTITY -> NODES.textNode("0");
      case OBJECT -> of(NODES.objectNode(), field.requireType());
      default -> NODES.nullNode();
    };
  }

  private static JsonNode present(FieldType field, JsonNode value) {
    if (field.kind() != Kind.OBJECT) {
      return value;
    }
    ObjectType type = field.requireType();
    return switch (field.cardinality()) {
      case LIST -> value instanceof ArrayNode list ? list(list, type) : value;
      case MAP -> value instanceof ObjectNode map ? map(map, type) : value;
      default -> value instanceof ObjectNode object ? of(object, type) : value;
    };
  }

  private static ArrayNode list(ArrayNode list, ObjectType type) {
    ArrayNode completed = list;
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof ObjectNode element) {
        ObjectNode other = of(element, type);
        if (other != element) {
          if (completed == list) {
            completed = NODES.arrayNode(list.size()).addAll(list);
          }
          completed.set(i, other);
        }
      }
    }
    return completed;
  }

  private static ObjectNode map(ObjectNode map, ObjectType type) {
    ObjectNode completed = map;
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      if (entry.getValue() instanceof ObjectNode value) {
        ObjectNode other = of(value, type);
        if (other != value) {
          if (completed == map) {
            completed = NODES.objectNode().setAll(map);
          }
          completed.set(entry.getKey(), other);
        }
      }
    }
    return completed;
  }
}
