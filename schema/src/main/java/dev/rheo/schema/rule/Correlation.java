package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.GoValues;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value and the old value that it takes the place of: what did not change is not refused.
 *
 * <p>See {@code k8s.io/apiserver/pkg/cel/common.CorrelatedObject}. Not thread-safe.
 */
final class Correlation {
  private final JsonNode value;
  private final JsonNode old;
  private final Structural schema;
  private final Map<Object, Correlation> children = new HashMap<>();
  private @Nullable OldItems items;
  private @Nullable Boolean same;

  Correlation(JsonNode value, JsonNode old, Structural schema) {
    this.value = value;
    this.old = old;
    this.schema = schema;
  }

  /** The correlation of a field; null if there is no old field, or the schema has none. */
  @Nullable Correlation field(String name) {
    Correlation known = children.get(name);
    if (known != null) {
      return known;
    }
    JsonNode mine = value instanceof ObjectNode object ? object.get(name) : null;
    JsonNode theirs = old instanceof ObjectNode object ? object.get(name) : null;
    Structural its = schema.member(name);
    if (mine == null || theirs == null || its == null) {
      return null;
    }
    return keep(name, new Correlation(mine, theirs, its));
  }

  /** The correlation of an element, which only lists of type {@code map} have. */
  @Nullable Correlation element(int index) {
    Correlation known = children.get(index);
    if (known != null) {
      return known;
    }
    if (!value.isArray() || !old.isArray() || index >= value.size()) {
      return null;
    }
    if (!schema.listType().equals("map")) {
      return null;
    }
    if (items == null) {
      items = OldItems.of(schema, old);
    }
    JsonNode theirs = items.find(value.get(index));
    Structural its = schema.items();
    if (theirs == null || its == null) {
      return null;
    }
    return keep(index, new Correlation(value.get(index), theirs, its));
  }

  private Correlation keep(Object key, Correlation child) {
    children.put(key, child);
    return child;
  }

  /** Whether nothing has changed, as far as the schema tells. */
  boolean isSame() {
    if (same == null) {
      same = compare();
    }
    return same;
  }

  private boolean compare() {
    if (value.isNull() || old.isNull()) {
      return value.isNull() && old.isNull();
    }
    if (value.isArray() != old.isArray() || value.isObject() != old.isObject()) {
      return false;
    }
    if (value.isArray()) {
      return sameElements();
    }
    return value instanceof ObjectNode object ? sameFields(object) : GoValues.same(value, old);
  }

  private boolean sameElements() {
    if (value.size() != old.size()) {
      return false;
    }
    for (int i = 0; i < value.size(); i++) {
      Correlation child = element(i);
      if (child == null) {
        return items == null && GoValues.same(value, old);
      }
      if (!child.isSame()) {
        return false;
      }
    }
    return true;
  }

  private boolean sameFields(ObjectNode object) {
    if (value.size() != old.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      Correlation child = field(field.getKey());
      if (child == null || !child.isSame()) {
        return false;
      }
    }
    return true;
  }
}
