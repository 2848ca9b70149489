package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Cardinality;
import dev.rheo.codec.schema.FieldType.Omit;
import dev.rheo.codec.schema.ObjectType;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks a tree against its type and optionally normalizes it to its canonical form. */
final class Normalizer extends TreeWalk {
  private static final Nodes NODES = Nodes.INSTANCE;

  /** Whether the tree is normalized; otherwise it is only checked. */
  private final boolean modify;

  Normalizer(ObjectNode root, ObjectType type, boolean modify) {
    super(root, type);
    this.modify = modify;
  }

  void object(ObjectNode object, ObjectType type) {
    ObjectType outer = struct;
    struct = type;
    for (Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
        entries.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = entries.next();
      FieldType field = type.field(entry.getKey());
      if (field == null && type.takes(entry.getKey())) {
        continue;
      }
      JsonNode normal;
      path.push(entry.getKey());
      if (field != null) {
        normal = isAbsent(entry.getValue()) ? null : field(field, entry.getValue());
      } else {
        normal = typeMeta(type, entry);
      }
      path.pop();
      if (modify && normal == null) {
        entries.remove();
      } else if (modify && normal != null && normal != entry.getValue()) {
        entry.setValue(normal);
      }
    }
    struct = outer;
  }

  private @Nullable JsonNode typeMeta(ObjectType type, Map.Entry<String, JsonNode> entry) {
    boolean known =
        type.hasTypeMeta()
            && (entry.getKey().equals("kind") || entry.getKey().equals("apiVersion"));
    if (!known || isAbsent(entry.getValue()) || string(entry.getValue()).isEmpty()) {
      return null;
    }
    return entry.getValue();
  }

  /** The value as in the canonical form, or null if it is left out or counts as absent. */
  private @Nullable JsonNode field(FieldType field, JsonNode value) {
    switch (field.cardinality()) {
      case LIST -> {
        ArrayNode list = list(value, field);
        elements(field, list);
        return list.isEmpty() ? null : list;
      }
      case MAP -> {
        ObjectNode map = map(value, field);
        entries(field, map);
        return map.isEmpty() ? null : map;
      }
      default -> {
        JsonNode normal = value(field, value);
        boolean dropped =
            isAbsent(normal)
                || (field.cardinality() == Cardinality.VALUE
                    && field.omit() == Omit.EMPTY
                    && isZero(field, normal));
        return dropped ? null : normal;
      }
    }
  }

  private static boolean isZero(FieldType field, JsonNode normal) {
    return switch (field.kind()) {
      case STRING, BYTES -> normal.textValue().isEmpty();
      case BOOLEAN -> !normal.booleanValue();
      case INT32, INT64 -> normal.longValue() == 0;
      case DOUBLE -> normal.doubleValue() == 0;
      case STRING_LIST -> normal.isEmpty();
      default -> false;
    };
  }

  private void elements(FieldType field, ArrayNode list) {
    for (int i = 0; i < list.size(); i++) {
      JsonNode element = list.get(i);
      path.push(i);
      JsonNode normal = element.isNull() ? zero(field) : value(field, element);
      path.pop();
      if (modify && normal != element) {
        list.set(i, normal);
      }
    }
  }

  private void entries(FieldType field, ObjectNode map) {
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      JsonNode element = entry.getValue();
      path.push(new FieldPath.Key(entry.getKey()));
      JsonNode normal = element.isNull() ? zero(field) : value(field, element);
      path.pop();
      if (modify && normal != element) {
        entry.setValue(normal);
      }
    }
  }

  private JsonNode zero(FieldType field) {
    tally.add(Weights.OBJECT);
    return switch (field.kind()) {
      case STRING, BYTES -> TextNode.valueOf("");
      case INT32, INT64, DOUBLE, INT_OR_STRING -> IntNode.valueOf(0);
      case BOOLEAN, SCHEMA_OR_BOOL -> BooleanNode.FALSE;
      case QUANTITY -> TextNode.valueOf("0");
      case OBJECT -> NODES.objectNode();
      default -> NODES.nullNode();
    };
  }

  private JsonNode value(FieldType field, JsonNode value) {
    switch (field.kind()) {
      case STRING -> {
        string(value);
        return value;
      }
      case BYTES -> {
        return text(value, bytes(value));
      }
      case BOOLEAN -> {
        bool(value);
        return value;
      }
      case INT32, INT64 -> {
        integer(value, field.kind());
        return value;
      }
      case DOUBLE -> {
        floatingPoint(value);
        return value;
      }
      case OBJECT -> {
        object(object(value, field), field.requireType());
        return value;
      }
      case TIME, MICRO_TIME -> {
        String time = time(value, field.kind() == FieldType.Kind.MICRO_TIME);
        return time.isEmpty() ? NODES.nullNode() : text(value, time);
      }
      case QUANTITY -> {
        return text(value, quantity(value));
      }
      case INT_OR_STRING -> {
        if (!value.isTextual()) {
          integer(value, FieldType.Kind.INT32);
        }
        return value;
      }
      case RAW, FIELDS_V1, JSON, ANY -> {
        return value;
      }
      case STRING_LIST -> {
        return strings(value);
      }
      case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> {
        return schema(field, value);
      }
    }
    throw new IllegalStateException("kind " + field.kind());
  }

  private JsonNode text(JsonNode value, String text) {
    if (value.isTextual() && value.textValue().equals(text)) {
      return value;
    }
    tally.add(Weights.TEXT + Weights.latin1(text.length())); // a quantity, a time or base64
    return TextNode.valueOf(text);
  }

  private JsonNode strings(JsonNode value) {
    if (!(value instanceof ArrayNode list)) {
      return refuse(value, "[]string");
    }
    for (int i = 0; i < list.size(); i++) {
      path.push(i);
      if (!list.get(i).isNull()) {
        string(list.get(i));
      } else if (modify) {
        tally.add(Weights.TEXT);
        list.set(i, "");
      }
      path.pop();
    }
    return list.isEmpty() ? NODES.nullNode() : list;
  }

  private JsonNode schema(FieldType field, JsonNode value) {
    if (value instanceof ObjectNode schema) {
      object(schema, field.requireType());
      return schema;
    }
    if (field.kind() == FieldType.Kind.SCHEMA_OR_BOOL) {
      if (!value.isBoolean()) {
        throw refusal("boolean or JSON schema expected");
      }
      return value;
    }
    if (!(value instanceof ArrayNode list) || list.isEmpty()) {
      return NODES.nullNode();
    }
    if (field.kind() == FieldType.Kind.SCHEMA_OR_STRINGS) {
      return strings(list);
    }
    for (int i = 0; i < list.size(); i++) {
      path.push(i);
      if (!list.get(i).isNull()) {
        object(object(list.get(i), field), field.requireType());
      } else if (modify) {
        tally.add(Weights.OBJECT);
        list.set(i, NODES.objectNode());
      }
      path.pop();
    }
    return list;
  }
}
