package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.GoValues;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value and what it was before: the old value of the same field, or of the element with the same
 * keys in a list that is a map. Elements of other lists have no old value. Lives while one update
 * is validated; not thread-safe.
 */
final class Correlated {
  /** What one takes on the heap, with its place among its siblings. */
  private static final int WEIGHT = 120;

  private final JsonNode value;
  private final @Nullable JsonNode old;
  private final Structural schema;

  private @Nullable Map<Object, Correlated> children;
  private @Nullable MapList oldElements;
  private @Nullable Boolean same;

  /**
   * @param old null if there was no value
   */
  Correlated(JsonNode value, @Nullable JsonNode old, Structural schema) {
    Meter.charge(WEIGHT);
    this.value = value;
    this.old = GoValues.isNull(old) ? null : old;
    this.schema = schema;
  }

  /** A member and what it was; null if it was not, or if the schema does not tell what it is. */
  @Nullable Correlated member(String name) {
    Correlated known = children == null ? null : children.get(name);
    if (known != null) {
      return known;
    }
    if (!(value instanceof ObjectNode object) || !(old instanceof ObjectNode oldObject)) {
      return null;
    }
    JsonNode member = object.get(name);
    JsonNode oldMember = oldObject.get(name);
    Structural declared = schema.member(name);
    return member == null || oldMember == null || declared == null
        ? null
        : keep(name, new Correlated(member, oldMember, declared));
  }

  /** An element and what it was; null if that cannot be told. */
  @Nullable Correlated element(int index) {
    Correlated known = children == null ? null : children.get(index);
    if (known != null) {
      return known;
    }
    if (!(value instanceof ArrayNode array) || index >= array.size()) {
      return null;
    }
    JsonNode oldElement = oldElement(array, index);
    return oldElement == null || schema.items() == null
        ? null
        : keep(index, new Correlated(array.get(index), oldElement, schema.items()));
  }

  private @Nullable JsonNode oldElement(ArrayNode array, int index) {
    if (!(old instanceof ArrayNode oldArray) || !schema.listType().equals("map")) {
      return null;
    }
    if (oldElements == null) {
      oldElements = new MapList(schema, oldArray);
    }
    return oldElements.get(array.get(index));
  }

  private Correlated keep(Object key, Correlated child) {
    if (children == null) {
      children = new HashMap<>();
    }
    children.put(key, child);
    return child;
  }

  /**
   * Whether the value is what it was; the order of a list that is a map does not matter. A member
   * that the schema does not tell of is never what it was.
   */
  boolean isSame() {
    if (same == null) {
      same = compare();
    }
    return same;
  }

  private boolean compare() {
    if (value.isNull() || old == null) {
      return value.isNull() && old == null;
    }
    if (value instanceof ArrayNode array && old instanceof ArrayNode oldArray) {
      return compareElements(array, oldArray);
    }
    if (value instanceof ObjectNode object && old instanceof ObjectNode oldObject) {
      if (object.size() != oldObject.size()) {
        return false;
      }
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        Correlated child = member(entry.getKey());
        if (child == null || !child.isSame()) {
          return false;
        }
      }
      return true;
    }
    return GoValues.same(value, old);
  }

  private boolean compareElements(ArrayNode array, ArrayNode oldArray) {
    if (array.size() != oldArray.size()) {
      return false;
    }
    for (int i = 0; i < array.size(); i++) {
      Correlated child = element(i);
      if (child == null) {
        return oldElements == null && GoValues.same(array, oldArray);
      }
      if (!child.isSame()) {
        return false;
      }
    }
    return true;
  }
}
