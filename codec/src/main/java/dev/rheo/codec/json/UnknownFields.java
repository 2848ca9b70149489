package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the fields that a type does not have. Does not search values of a wrong type. */
final class UnknownFields {
  private final List<String> found = new ArrayList<>();
  private final FieldPath path = new FieldPath();

  private UnknownFields() {}

  /** The paths of the fields, such as {@code spec.foo}. */
  static List<String> find(ObjectNode tree, ObjectType type) {
    UnknownFields search = new UnknownFields();
    search.object(tree, type);
    return List.copyOf(search.found);
  }

  private void object(ObjectNode object, ObjectType type) {
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = entry.getKey();
      FieldType field = type.field(name);
      if (field == null) {
        if (!type.hasTypeMeta() || !(name.equals("kind") || name.equals("apiVersion"))) {
          unknown(name);
        }
      } else if (field.type() != null) {
        path.push(name);
        values(field, field.type(), entry.getValue());
        path.pop();
      }
    }
  }

  private void unknown(String name) {
    if (found.size() < ObjectDecoder.MAX_STRICT_ERRORS) {
      path.push(name);
      found.add(path.text());
      path.pop();
    }
  }

  /** Searches one value, a list of them (which a schema may also be), or a map. */
  private void values(FieldType field, ObjectType type, JsonNode value) {
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        path.push(i);
        if (value.get(i) instanceof ObjectNode element) {
          object(element, type);
        }
        path.pop();
      }
    } else if (value instanceof ObjectNode node) {
      if (field.cardinality() != FieldType.Cardinality.MAP) {
        object(node, type);
        return;
      }
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        path.push(new FieldPath.Key(entry.getKey()));
        values(field, type, entry);
        path.pop();
      }
    }
  }

  private void values(FieldType field, ObjectType type, Map.Entry<String, JsonNode> entry) {
    if (entry.getValue() instanceof ObjectNode element) {
      object(element, type);
    } else if (entry.getValue().isArray()) {
      values(field, type, entry.getValue());
    }
  }
}
