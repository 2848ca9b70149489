package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonText;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Omit;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.value.Floats;
import java.util.List;
import java.util.Map;

/** Encodes one tree. See {@link Canonicalizer#encode}. */
final class CanonicalWriter extends TreeWalk {
  private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode();
  private static final String METADATA = "metadata";
  private static final String RESOURCE_VERSION = "resourceVersion";

  private final ByteOutput out;
  private final boolean blankRevision;

  /** Whether the next ObjectMeta is the object's own, whose resourceVersion is left empty. */
  private boolean nextMetaIsRoot;

  CanonicalWriter(ByteOutput out, ObjectNode root, ObjectType type, boolean blankRevision) {
    super(root, type);
    this.out = out;
    this.blankRevision = blankRevision;
  }

  void root(ObjectNode tree, ObjectType type) {
    FieldType metadata = type.field(METADATA);
    nextMetaIsRoot =
        blankRevision
            && metadata != null
            && metadata.type() != null
            && metadata.type().isObjectMeta();
    write(tree, type);
  }

  private void write(ObjectNode object, ObjectType type) {
    ObjectType outer = struct;
    struct = type;
    boolean blank = nextMetaIsRoot && type.isObjectMeta();
    if (blank) {
      nextMetaIsRoot = false;
    }
    out.write('{');
    int start = out.size();
    if (type.hasTypeMeta()) {
      typeMeta(object, "kind", "\"kind\":", start);
      typeMeta(object, "apiVersion", "\"apiVersion\":", start);
    }
    List<FieldType> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      FieldType field = fields.get(i);
      if (blank && field.name().equals(RESOURCE_VERSION)) {
        key(field, start);
        out.ascii("\"\"");
        continue;
      }
      JsonNode value = object.get(field.name());
      if (isAbsent(value)) {
        absent(field, start);
      } else {
        path.push(field.name());
        present(field, value, start);
        path.pop();
      }
    }
    if (type.isOpen()) {
      others(object, type, start);
    }
    out.write('}');
    struct = outer;
  }

  /** The fields that are not declared, sorted, as upstream writes custom resources. */
  private void others(ObjectNode object, ObjectType type, int start) {
    for (Map.Entry<String, JsonNode> entry : SortedEntries.of(object)) {
      String name = entry.getKey();
      if (type.field(name) == null && type.takes(name)) {
        if (out.size() != start) {
          out.write(',');
        }
        JsonText.write(out, name);
        out.write(':');
        UntypedWriter.sorted(out, entry.getValue());
      }
    }
  }

  private void typeMeta(ObjectNode object, String name, String key, int start) {
    JsonNode value = object.get(name);
    if (isAbsent(value)) {
      return;
    }
    path.push(name);
    String text = string(value);
    path.pop();
    if (!text.isEmpty()) {
      key(key, start);
      JsonText.write(out, text);
    }
  }

  private void key(FieldType field, int start) {
    key(field.quotedKey(), start);
  }

  private void key(String quotedKey, int start) {
    if (out.size() != start) {
      out.write(',');
    }
    out.ascii(quotedKey);
  }

  private void absent(FieldType field, int start) {
    if (field.omit() == Omit.ZERO) {
      return;
    }
    boolean struct =
        switch (field.kind()) {
          case STRING, BYTES, BOOLEAN, INT32, INT64, DOUBLE, STRING_LIST, ANY -> false;
          default -> field.cardinality() == FieldType.Cardinality.VALUE;
        };
    if (field.omit() == Omit.EMPTY && !struct) {
      return;
    }
    key(field, start);
    if (field.cardinality() == FieldType.Cardinality.VALUE
        && field.kind() != FieldType.Kind.BYTES) {
      zero(field);
    } else {
      out.ascii("null");
    }
  }

  /** Writes the zero value of a field's kind. */
  private void zero(FieldType field) {
    switch (field.kind()) {
      case STRING, BYTES -> out.ascii("\"\"");
      case INT32, INT64, DOUBLE, INT_OR_STRING -> out.write('0');
      case BOOLEAN, SCHEMA_OR_BOOL -> out.ascii("false");
      case QUANTITY -> out.ascii("\"0\"");
      case OBJECT -> write(EMPTY, field.requireType());
      case TIME, MICRO_TIME, RAW, FIELDS_V1, JSON, ANY, STRING_LIST -> out.ascii("null");
      case SCHEMA_OR_ARRAY, SCHEMA_OR_STRINGS -> out.ascii("null");
    }
  }

  private void present(FieldType field, JsonNode value, int start) {
    switch (field.cardinality()) {
      case LIST -> {
        ArrayNode list = list(value, field);
        if (list.isEmpty()) {
          absent(field, start);
        } else {
          key(field, start);
          elements(field, list);
        }
      }
      case MAP -> {
        ObjectNode map = map(value, field);
        if (map.isEmpty()) {
          absent(field, start);
        } else {
          key(field, start);
          entries(field, map);
        }
      }
      case POINTER -> {
        if (!isZeroTime(field, value)) {
          key(field, start);
          value(field, value);
        }
      }
      case VALUE -> {
        if (field.omit() == Omit.EMPTY ? isEmpty(field, value) : isZeroTime(field, value)) {
          absent(field, start);
        } else {
          key(field, start);
          value(field, value);
        }
      }
      case INLINE -> throw new IllegalStateException("inlined structs are flattened");
    }
  }

  private boolean isZeroTime(FieldType field, JsonNode value) {
    return switch (field.kind()) {
      case TIME -> time(value, false).isEmpty();
      case MICRO_TIME -> time(value, true).isEmpty();
      default -> false;
    };
  }

  /** Whether Go's omitempty leaves the value out, or writes it as if it were absent. */
  private boolean isEmpty(FieldType field, JsonNode value) {
    return switch (field.kind()) {
      case STRING -> string(value).isEmpty();
      case BYTES -> value.isTextual() && value.textValue().isEmpty();
      case BOOLEAN -> !bool(value);
      case INT32, INT64 -> integer(value, field.kind()) == 0;
      case DOUBLE -> floatingPoint(value) == 0;
      case STRING_LIST -> value.isArray() && value.isEmpty();
      default -> isZeroTime(field, value);
    };
  }

  private void elements(FieldType field, ArrayNode list) {
    out.write('[');
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      path.push(i);
      JsonNode element = list.get(i);
      if (element.isNull()) {
        zero(field);
      } else {
        value(field, element);
      }
      path.pop();
    }
    out.write(']');
  }

  private void entries(FieldType field, ObjectNode map) {
    out.write('{');
    boolean first = true;
    for (Map.Entry<String, JsonNode> entry : SortedEntries.of(map)) {
      if (!first) {
        out.write(',');
      }
      first = false;
      JsonText.write(out, entry.getKey());
      out.write(':');
      path.push(new FieldPath.Key(entry.getKey()));
      if (entry.getValue().isNull()) {
        zero(field);
      } else {
        value(field, entry.getValue());
      }
      path.pop();
    }
    out.write('}');
  }

  private void value(FieldType field, JsonNode value) {
    switch (field.kind()) {
      case STRING -> JsonText.write(out, string(value));
      case BYTES -> quoted(bytes(value));
      case BOOLEAN -> out.ascii(bool(value) ? "true" : "false");
      case INT32, INT64 -> out.decimal(integer(value, field.kind()));
      case DOUBLE -> out.ascii(Floats.format(floatingPoint(value)));
      case OBJECT -> write(object(value, field), field.requireType());
      case TIME -> timeOrNull(time(value, false));
      case MICRO_TIME -> timeOrNull(time(value, true));
      case QUANTITY -> quoted(quantity(value));
      case INT_OR_STRING -> {
        if (value.isTextual()) {
          JsonText.write(out, value.textValue());
        } else {
          out.decimal(integer(value, FieldType.Kind.INT32));
        }
      }
      case RAW, FIELDS_V1, ANY -> UntypedWriter.asIs(out, value);
      case JSON -> UntypedWriter.sorted(out, value);
      case STRING_LIST -> strings(value);
      case SCHEMA_OR_ARRAY -> {
        if (value instanceof ArrayNode schemas && !schemas.isEmpty()) {
          schemas(schemas, field);
        } else {
          schema(value, field);
        }
      }
      case SCHEMA_OR_BOOL -> {
        if (value instanceof ObjectNode schema) {
          write(schema, field.requireType());
        } else if (value.isBoolean()) {
          out.ascii(value.booleanValue() ? "true" : "false");
        } else {
          throw refusal("boolean or JSON schema expected");
        }
      }
      case SCHEMA_OR_STRINGS -> {
        if (value.isArray()) {
          strings(value);
        } else {
          schema(value, field);
        }
      }
    }
  }

  /** Writes a schema; any other value becomes null, as in upstream. */
  private void schema(JsonNode value, FieldType field) {
    if (value instanceof ObjectNode schema) {
      write(schema, field.requireType());
    } else {
      out.ascii("null");
    }
  }

  private void schemas(ArrayNode schemas, FieldType field) {
    out.write('[');
    for (int i = 0; i < schemas.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      path.push(i);
      JsonNode schema = schemas.get(i);
      write(schema.isNull() ? EMPTY : object(schema, field), field.requireType());
      path.pop();
    }
    out.write(']');
  }

  private void strings(JsonNode value) {
    if (!(value instanceof ArrayNode list)) {
      refuse(value, "[]string");
      return;
    }
    if (list.isEmpty()) {
      out.ascii("null");
      return;
    }
    out.write('[');
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      path.push(i);
      JsonText.write(out, list.get(i).isNull() ? "" : string(list.get(i)));
      path.pop();
    }
    out.write(']');
  }

  private void timeOrNull(String text) {
    if (text.isEmpty()) {
      out.ascii("null");
    } else {
      quoted(text);
    }
  }

  /** Writes ASCII that needs no escapes. */
  private void quoted(String text) {
    out.write('"');
    out.ascii(text);
    out.write('"');
  }
}
