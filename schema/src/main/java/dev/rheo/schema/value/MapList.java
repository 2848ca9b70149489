package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.io.Meter;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.GoValues;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The elements of a list that is a map, by their keys. */
final class MapList {
  private static final int WEIGHT = 100;

  /** As many decimals as the verb {@code %f} writes. */
  private static final int DECIMALS = 6;

  private final List<String> keys;
  private final Map<String, JsonNode> elements = new HashMap<>();

  /**
   * @param schema of the list
   */
  MapList(Structural schema, ArrayNode list) {
    keys = schema.type().equals("array") ? schema.listMapKeys() : List.of();
    if (!keys.isEmpty()) {
      Meter.charge((long) WEIGHT * list.size());
      for (JsonNode element : list) {
        String key = key(element);
        if (key != null) {
          elements.putIfAbsent(key, element);
        }
      }
    }
  }

  /** The first element with the keys of a given one; null if there is none. */
  @Nullable JsonNode get(JsonNode other) {
    String key = keys.isEmpty() ? null : key(other);
    return key == null ? null : elements.get(key);
  }

  /** All keys in one; null if one is absent or no scalar. */
  private @Nullable String key(JsonNode element) {
    if (!(element instanceof ObjectNode object)) {
      return null;
    }
    StringBuilder all = new StringBuilder();
    for (String name : keys) {
      JsonNode value = object.get(name);
      if (value == null || value.isNull() || value.isContainerNode()) {
        return null;
      }
      all.append('\0').append(text(value));
    }
    return all.toString();
  }

  /** A single key counts as it is; of several, only six decimals do. */
  private String text(JsonNode value) {
    if (value.isTextual()) {
      return GoText.quote(value.textValue());
    }
    return value.isNumber() && !GoValues.isInteger(value) && keys.size() > 1
        ? new BigDecimal(value.doubleValue())
            .setScale(DECIMALS, RoundingMode.HALF_EVEN)
            .toPlainString()
        : GoValues.identity(value);
  }
}
