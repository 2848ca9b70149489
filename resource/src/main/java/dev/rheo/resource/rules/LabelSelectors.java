package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Label selectors in specs. */
final class LabelSelectors {
  private LabelSelectors() {}

  /** Whether a selector of {@code matchLabels} and {@code matchExpressions} matches the labels. */
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

  /** Refuses selectors that controllers could not evaluate. */
  static void validate(@Nullable ObjectNode selector, String path, FieldErrors errors) {
    MetadataValidation.labels(Trees.object(selector, "matchLabels"), path + ".matchLabels", errors);
    List<ObjectNode> expressions = Trees.objects(selector, "matchExpressions");
    for (int i = 0; i < expressions.size() && !errors.isFull(); i++) {
      expression(expressions.get(i), path + ".matchExpressions[" + i + "]", errors);
    }
  }

  private static void expression(ObjectNode expression, String path, FieldErrors errors) {
    String operator = Trees.text(expression, "operator");
    List<String> values = Trees.strings(expression, "values");
    switch (operator) {
      case "In", "NotIn" -> {
        if (values.isEmpty()) {
          errors.add(
              FieldError.required(
                  path + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (!values.isEmpty()) {
          errors.add(
              FieldError.forbidden(
                  path + ".values",
                  "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
      }
      default ->
          errors.add(
              FieldError.invalid(path + ".operator", operator, "not a valid selector operator"));
    }
    String key = Trees.text(expression, "key");
    errors.invalid(path + ".key", key, Names.labelKey(key));
    for (int i = 0; i < values.size() && !errors.isFull(); i++) {
      String value = values.get(i);
      String at = path + ".values[" + i + "]";
      errors.invalid(at, value, Names.labelValue(value));
    }
  }

  /** Whether the labels include all wanted ones, with equal values. */
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
