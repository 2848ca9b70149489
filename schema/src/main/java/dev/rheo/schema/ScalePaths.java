package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoNumbers;
import dev.rheo.schema.tree.GoValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an object has what its subresource {@code scale} shows, and what must be there.
 *
 * @param labelSelectorPath null if there is none
 */
public record ScalePaths(
    String specReplicasPath, String statusReplicasPath, @Nullable String labelSelectorPath) {

  /** Demands a number of replicas that is none below zero. */
  void checkSpec(ObjectNode object, FieldErrors errors) {
    replicas(object, specReplicasPath, errors);
  }

  void checkStatus(ObjectNode object, FieldErrors errors) {
    replicas(object, statusReplicasPath, errors);
    if (labelSelectorPath != null) {
      Found selector = find(object, labelSelectorPath);
      JsonNode value = selector.value();
      String fault = selector.fault();
      if (value != null && !value.isTextual()) {
        fault =
            "%s accessor error: %s, expected string"
                .formatted(path(labelSelectorPath), type(value));
      }
      if (fault != null) {
        errors.add(FieldError.invalid(labelSelectorPath, "", fault));
      }
    }
  }

  private static void replicas(ObjectNode object, String path, FieldErrors errors) {
    Found found = find(object, path);
    JsonNode value = found.value();
    String fault = found.fault();
    long replicas = 0;
    if (value != null && value.isNumber() && GoValues.isInteger(value)) {
      replicas = value.longValue();
      fault =
          replicas < 0
              ? "should be a non-negative integer"
              : replicas > Integer.MAX_VALUE
                  ? "should be less than or equal to " + Integer.MAX_VALUE
                  : null;
    } else if (value != null) {
      fault = "%s accessor error: %s, expected int64".formatted(path(path), type(value));
    }
    if (fault != null) {
      errors.add(FieldError.invalid(path, LongNode.valueOf(replicas), fault));
    }
  }

  /**
   * @param value null if there is none
   * @param fault what the way to it is blocked by; null if it is not
   */
  private record Found(@Nullable JsonNode value, @Nullable String fault) {}

  private static Found find(ObjectNode object, String path) {
    List<String> names = names(path);
    JsonNode at = object;
    for (int i = 0; i < names.size(); i++) {
      if (at.isNull()) {
        return new Found(null, null);
      }
      if (!at.isObject()) {
        return new Found(
            null,
            ".%s accessor error: %s, expected map[string]interface{}"
                .formatted(String.join(".", names.subList(0, i + 1)), type(at)));
      }
      JsonNode member = at.get(names.get(i));
      if (member == null) {
        return new Found(null, null);
      }
      at = member;
    }
    return new Found(at, null);
  }

  private static List<String> names(String path) {
    String relative = path.startsWith(".") ? path.substring(1) : path;
    return List.of(relative.split("\\.", -1));
  }

  private static String path(String path) {
    return "." + String.join(".", names(path));
  }

  private static String type(JsonNode value) {
    String type =
        switch (value.getNodeType()) {
          case OBJECT -> "map[string]interface {}";
          case ARRAY -> "[]interface {}";
          case STRING -> "string";
          case BOOLEAN -> "bool";
          case NUMBER -> GoValues.isInteger(value) ? "int64" : "float64";
          default -> "<nil>";
        };
    String shown =
        type.equals("float64") ? GoNumbers.general(value.doubleValue()) : Excerpt.goValue(value);
    return shown + " is of the type " + type;
  }
}
