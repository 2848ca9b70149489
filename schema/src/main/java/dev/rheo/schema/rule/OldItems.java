package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cel.value.CelNull;
import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The elements of an old list of type {@code map} by their keys.
 *
 * <p>See {@code k8s.io/apiserver/pkg/cel/common.MapList}.
 */
final class OldItems {
  private static final OldItems NONE = new OldItems(List.of(), Map.of());

  private final List<String> keys;
  private final Map<Object, JsonNode> byKey;

  private OldItems(List<String> keys, Map<Object, JsonNode> byKey) {
    this.keys = keys;
    this.byKey = byKey;
  }

  /** Empty if the list is of another type. */
  static OldItems of(Structural schema, @Nullable JsonNode old) {
    boolean keyed =
        schema.type().equals("array")
            && schema.listType().equals("map")
            && !schema.listMapKeys().isEmpty();
    if (!keyed || old == null || !old.isArray() || old.isEmpty()) {
      return NONE;
    }
    Map<Object, JsonNode> byKey = new HashMap<>();
    for (JsonNode item : old) {
      Object key = key(schema.listMapKeys(), item);
      if (key != null) {
        byKey.putIfAbsent(key, item);
      }
    }
    return new OldItems(schema.listMapKeys(), byKey);
  }

  /** The old element with the keys of a new one; null if there is none. */
  @Nullable JsonNode find(JsonNode item) {
    Object key = byKey.isEmpty() ? null : key(keys, item);
    return key == null ? null : byKey.get(key);
  }

  private static @Nullable Object key(List<String> keys, JsonNode item) {
    if (!(item instanceof ObjectNode object)) {
      return null;
    }
    List<Object> key = new ArrayList<>(keys.size());
    for (String name : keys) {
      JsonNode value = object.get(name);
      Object raw = value == null ? CelNull.NULL : SchemaValues.raw(value);
      if (raw == CelNull.NULL || raw instanceof JsonNode) {
        return null;
      }
      // Go's zeros are equal.
      key.add(raw instanceof Double number ? number + 0.0 : raw);
    }
    return key;
  }
}
