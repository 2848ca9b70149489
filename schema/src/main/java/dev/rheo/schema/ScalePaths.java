package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoNumbers;
import dev.rheo.codec.tree.Trees;
import dev.rheo.schema.tree.GoValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an object has what its subresource {@code scale} shows, and what must be there. Immutable.
 *
 * @param specReplicas as the definition has it: {@code .spec.replicas}
 * @param selector null if objects have none
 */
public record ScalePaths(String specReplicas, String statusReplicas, @Nullable String selector) {
  /** A value that is not of the type that a Scale needs. The message is upstream's. */
  public static final class AccessException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String fault;

    private AccessException(List<String> names, int count, JsonNode value, String expected) {
      super(null, null, false, false);
      this.fault =
          "%s accessor error: %s, expected %s".formatted(path(names, count), type(value), expected);
    }

    public String fault() {
      return fault;
    }
  }

  /**
   * @param scale {@code subresources.scale} of a version
   */
  public static ScalePaths of(JsonNode scale) {
    String selector = Trees.text(scale, "labelSelectorPath");
    return new ScalePaths(
        Trees.text(scale, "specReplicasPath"),
        Trees.text(scale, "statusReplicasPath"),
        selector.isEmpty() ? null : selector);
  }

  /** Demands numbers of replicas that are none below zero, and a selector that is a text. */
  public void check(ObjectNode object, boolean spec, FieldErrors errors) {
    if (spec) {
      replicas(object, specReplicas, errors);
    }
    replicas(object, statusReplicas, errors);
    try {
      String unused = selectorOf(object);
    } catch (AccessException e) {
      errors.add(FieldError.invalid(String.valueOf(selector), "", e.fault));
    }
  }

  private static void replicas(ObjectNode object, String path, FieldErrors errors) {
    try {
      long replicas = number(object, path);
      if (replicas < 0) {
        errors.add(FieldError.invalid(path, replicas, "should be a non-negative integer"));
      } else if (replicas > Integer.MAX_VALUE) {
        errors.add(
            FieldError.invalid(
                path, replicas, "should be less than or equal to " + Integer.MAX_VALUE));
      }
    } catch (AccessException e) {
      errors.add(FieldError.invalid(path, 0L, e.fault));
    }
  }

  /** The replicas that are wanted; 0 if the object does not tell. */
  public long specReplicasOf(ObjectNode object) throws AccessException {
    return number(object, specReplicas);
  }

  /** Whether the object tells how many replicas are wanted. */
  public boolean hasSpecReplicas(ObjectNode object) throws AccessException {
    return find(object, names(specReplicas)) != null;
  }

  /** The replicas that there are; 0 if the object does not tell. */
  public long statusReplicasOf(ObjectNode object) throws AccessException {
    return number(object, statusReplicas);
  }

  /** The selector of replicas; empty if the object does not tell. */
  public String selectorOf(ObjectNode object) throws AccessException {
    List<String> names = selector == null ? List.of() : names(selector);
    JsonNode value = names.isEmpty() ? null : find(object, names);
    if (value == null) {
      return "";
    }
    if (!value.isTextual()) {
      throw new AccessException(names, names.size(), value, "string");
    }
    return value.textValue();
  }

  private static long number(ObjectNode object, String path) throws AccessException {
    List<String> names = names(path);
    JsonNode value = find(object, names);
    if (value == null) {
      return 0;
    }
    if (!value.isNumber() || !GoValues.isInteger(value)) {
      throw new AccessException(names, names.size(), value, "int64");
    }
    return value.longValue();
  }

  /** The value at the end of a path, which may be a JSON null; null if there is none. */
  private static @Nullable JsonNode find(ObjectNode object, List<String> names)
      throws AccessException {
    JsonNode at = object;
    for (int i = 0; i < names.size(); i++) {
      if (at.isNull()) {
        return null;
      }
      if (!at.isObject()) {
        throw new AccessException(names, i + 1, at, "map[string]interface{}");
      }
      at = at.get(names.get(i));
      if (at == null) {
        return null;
      }
    }
    return at;
  }

  /** The names along a path. */
  public static List<String> names(String path) {
    return List.of((path.startsWith(".") ? path.substring(1) : path).split("\\.", -1));
  }

  /** The beginning of a path, as messages show it. */
  public static String path(List<String> names, int count) {
    return "." + String.join(".", names.subList(0, count));
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
