package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.api.status.Status;
import dev.rheo.codec.io.Nodes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The subresource {@code scale} of a custom type: where its objects have what a Scale tells.
 * Immutable.
 *
 * @param specReplicasPath as the definition has it: {@code .spec.replicas}
 * @param labelSelectorPath empty if objects have no selector
 */
public record CustomScale(
    String specReplicasPath, String statusReplicasPath, String labelSelectorPath) {
  /** What a Scale that is changed has where the object has no replicas. */
  private static final int NO_REPLICAS = Integer.MIN_VALUE;

  private static final List<String> METADATA =
      List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp");

  /** A value that is not of the type that a Scale needs. */
  private static final class AccessException extends Exception {
    private static final long serialVersionUID = 1L;

    final String fault;

    AccessException(String fault) {
      super(fault, null, false, false);
      this.fault = fault;
    }

    /** As upstream answers: an error that has no reason. */
    ApiException asStatus() {
      return new ApiException(Status.failure(500, "", fault, null));
    }
  }

  /**
   * @param scale {@code subresources.scale} of a version
   */
  public static CustomScale of(JsonNode scale) {
    return new CustomScale(
        scale.path("specReplicasPath").asText(),
        scale.path("statusReplicasPath").asText(),
        scale.path("labelSelectorPath").asText());
  }

  /** That of a resource; null if it is no custom resource, or has none. */
  public static @Nullable CustomScale of(ResourceType type) {
    CustomType custom = type.custom();
    return custom == null || type.subresource("scale") == null
        ? null
        : custom.derived(CustomScale.class, made -> of(made.version().at("/subresources/scale")));
  }

  /** The names that lead to the replicas of the specification, as managed fields name them. */
  public List<String> specReplicas() {
    return names(specReplicasPath);
  }

  /**
   * The Scale of an object that is read.
   *
   * @throws ApiException 500 in upstream's words, if the object has no replicas, or no number of
   *     them
   */
  public ObjectNode read(ObjectNode object) {
    try {
      ObjectNode scale = scale(object);
      if (find(object, specReplicas()) == null) {
        throw ApiException.internalError(
            "the spec replicas field " + GoText.quote(specReplicasPath) + " does not exist");
      }
      return scale;
    } catch (AccessException e) {
      throw e.asStatus();
    }
  }

  /**
   * The Scale of an object that is to be changed. Replicas that the object does not have are told
   * as a number that {@link #apply} refuses.
   *
   * @throws ApiException 500 in upstream's words, if a number is none
   */
  public ObjectNode present(ObjectNode object) {
    try {
      ObjectNode scale = scale(object);
      if (find(object, specReplicas()) == null) {
        ((ObjectNode) scale.path("spec")).put("replicas", NO_REPLICAS);
      }
      return scale;
    } catch (AccessException e) {
      throw e.asStatus();
    }
  }

  /**
   * The Scale of an object that has been changed.
   *
   * @throws ApiException 400 in upstream's words, if a number is none
   */
  public ObjectNode changed(ObjectNode object) {
    try {
      return scale(object);
    } catch (AccessException e) {
      throw ApiException.badRequest(e.fault);
    }
  }

  /**
   * Gives an object the replicas of a Scale.
   *
   * @param object changed in place
   * @throws ApiException 400 if the Scale has none, 500 if they have no place; in upstream's words
   */
  public void apply(ObjectNode scale, ObjectNode object) {
    int replicas = scale.path("spec").path("replicas").asInt();
    if (replicas == NO_REPLICAS) {
      throw ApiException.badRequest(
          "the spec replicas field " + GoText.quote(specReplicasPath) + " cannot be empty");
    }
    List<String> names = specReplicas();
    ObjectNode at = object;
    for (int i = 0; i < names.size() - 1; i++) {
      JsonNode child = at.get(names.get(i));
      if (child == null) {
        at = at.putObject(names.get(i));
      } else if (child instanceof ObjectNode inner) {
        at = inner;
      } else {
        throw new AccessException(
                "value cannot be set because "
                    + path(names, i + 1)
                    + " is not a map[string]interface{}")
            .asStatus();
      }
    }
    at.put(names.getLast(), replicas);
  }

  /**
   * Checks what an object that is written has of its Scale.
   *
   * @param statusOnly whether only the status is written
   */
  public void validate(ObjectNode object, boolean statusOnly, FieldErrors errors) {
    if (!statusOnly) {
      replicas(object, specReplicasPath, errors);
    }
    replicas(object, statusReplicasPath, errors);
    if (!labelSelectorPath.isEmpty()) {
      try {
        text(object);
      } catch (AccessException e) {
        errors.add(FieldError.invalid(labelSelectorPath, "", e.fault));
      }
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

  private ObjectNode scale(ObjectNode object) throws AccessException {
    int replicas = (int) number(object, specReplicasPath);
    int present = (int) number(object, statusReplicasPath);
    String selector = labelSelectorPath.isEmpty() ? "" : text(object);
    ObjectNode scale = Nodes.INSTANCE.objectNode();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    ObjectNode metadata = scale.putObject("metadata");
    for (String name : METADATA) {
      JsonNode value = object.path("metadata").get(name);
      if (value != null) {
        metadata.set(name, value);
      }
    }
    ObjectNode spec = scale.putObject("spec");
    if (replicas != 0) {
      spec.put("replicas", replicas);
    }
    ObjectNode status = scale.putObject("status");
    status.put("replicas", present);
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  private static long number(ObjectNode object, String path) throws AccessException {
    List<String> names = names(path);
    JsonNode value = find(object, names);
    if (value == null) {
      return 0;
    }
    if (!isInteger(value)) {
      throw wrong(names, names.size(), value, "int64");
    }
    return value.longValue();
  }

  private String text(ObjectNode object) throws AccessException {
    List<String> names = names(labelSelectorPath);
    JsonNode value = find(object, names);
    if (value == null) {
      return "";
    }
    if (!value.isTextual()) {
      throw wrong(names, names.size(), value, "string");
    }
    return value.textValue();
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
        throw wrong(names, i + 1, at, "map[string]interface{}");
      }
      at = at.get(names.get(i));
      if (at == null) {
        return null;
      }
    }
    return at;
  }

  private static AccessException wrong(
      List<String> names, int count, JsonNode value, String expected) {
    return new AccessException(
        path(names, count)
            + " accessor error: "
            + Excerpt.goValue(value)
            + " is of the type "
            + goType(value)
            + ", expected "
            + expected);
  }

  private static String goType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case BOOLEAN -> "bool";
      case NUMBER -> isInteger(value) ? "int64" : "float64";
      case ARRAY -> "[]interface {}";
      case OBJECT -> "map[string]interface {}";
      default -> "<nil>";
    };
  }

  /** Whether upstream decodes the value to an integer. */
  private static boolean isInteger(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong();
  }

  private static List<String> names(String path) {
    return List.of((path.startsWith(".") ? path.substring(1) : path).split("\\.", -1));
  }

  private static String path(List<String> names, int count) {
    return "." + String.join(".", names.subList(0, count));
  }
}
