package dev.rheo.server.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Label selectors as they stand in specs. */
final class LabelSelectors {
  private LabelSelectors() {}

  /** Whether a selector of {@code matchLabels} and {@code matchExpressions} takes the labels. */
  static boolean matches(ObjectNode selector, @Nullable ObjectNode labels) {
    if (!containsAll(labels, Trees.object(selector, "matchLabels"))) {
      return false;
    }
    for (ObjectNode expression : Trees.objects(selector, "matchExpressions")) {
      JsonNode value = Trees.get(labels, Trees.text(expression, "key"));
      boolean listed =
          value != null && Trees.strings(expression, "values").contains(value.asText());
      boolean holds =
          switch (Trees.text(expression, "operator")) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
          };
      if (!holds) {
        return false;
      }
    }
    return true;
  }

  /** Whether the labels have all the wanted values. */
  static boolean containsAll(@Nullable ObjectNode labels, @Nullable ObjectNode wanted) {
    if (wanted != null) {
      for (Map.Entry<String, JsonNode> entry : wanted.properties()) {
        if (!entry.getValue().equals(Trees.get(labels, entry.getKey()))) {
          return false;
        }
      }
    }
    return true;
  }
}
