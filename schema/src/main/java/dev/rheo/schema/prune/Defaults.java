package dev.rheo.schema.prune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.schema.Structural;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sets absent fields to their defaults: from the outside in, so a default may have defaults itself.
 * A null counts as absent where it is not allowed.
 */
public final class Defaults {
  private final Meter.Tally tally = Meter.tally();

  private Defaults() {}

  /**
   * Applies the defaults in place; what they build is charged to the current {@link Meter}.
   *
   * @throws RuntimeException if the meter refuses
   */
  public static void apply(JsonNode value, Structural schema) {
    Defaults defaults = new Defaults();
    defaults.walk(value, schema);
    defaults.tally.settle();
  }

  private void walk(JsonNode value, @Nullable Structural schema) {
    if (schema == null) {
      return;
    }
    if (value instanceof ObjectNode object) {
      absent(object, schema);
      members(object, schema);
    } else if (value instanceof ArrayNode array) {
      elements(array, schema.items());
    }
  }

  private void absent(ObjectNode object, Structural schema) {
    for (Map.Entry<String, Structural> property : schema.properties().entrySet()) {
      JsonNode defaultValue = property.getValue().defaultValue();
      if (defaultValue != null) {
        JsonNode present = object.get(property.getKey());
        if (present == null || isRefused(present, property.getValue())) {
          tally.add(Weights.entry(object.size()));
          object.set(property.getKey(), TreeCopies.of(defaultValue));
        }
      }
    }
  }

  private void members(ObjectNode object, Structural schema) {
    Structural additional = schema.additional().schema();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      Structural property = schema.properties().get(member.getKey());
      if (property == null && additional != null) {
        if (isRefused(member.getValue(), additional)) {
          member.setValue(copy(additional.defaultValue()));
        }
        property = additional;
      }
      if (member.getValue().isContainerNode()) {
        walk(member.getValue(), property);
      }
    }
  }

  private void elements(ArrayNode array, @Nullable Structural items) {
    if (items == null) {
      return;
    }
    for (int i = 0; i < array.size(); i++) {
      if (isRefused(array.get(i), items)) {
        array.set(i, copy(items.defaultValue()));
      }
      walk(array.get(i), items);
    }
  }

  private static boolean isRefused(JsonNode value, Structural schema) {
    return value.isNull() && !schema.nullable();
  }

  private static JsonNode copy(@Nullable JsonNode defaultValue) {
    return defaultValue == null ? NullNode.instance : TreeCopies.of(defaultValue);
  }
}
