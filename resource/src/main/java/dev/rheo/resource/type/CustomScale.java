package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.GoText;
import dev.rheo.api.status.Status;
import dev.rheo.codec.io.Nodes;
import dev.rheo.schema.ScalePaths;
import dev.rheo.schema.ScalePaths.AccessException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subresource {@code scale} of a custom type: Scales of its objects. Immutable. */
public record CustomScale(ScalePaths paths) {
  /** What a Scale that is changed has where the object has no replicas. */
  private static final int NO_REPLICAS = Integer.MIN_VALUE;

  private static final List<String> METADATA =
      List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp");

  /**
   * @param scale {@code subresources.scale} of a version
   */
  public static CustomScale of(JsonNode scale) {
    return new CustomScale(ScalePaths.of(scale));
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
    return ScalePaths.names(paths.specReplicas());
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
      if (!paths.hasSpecReplicas(object)) {
        throw ApiException.internalError(
            "the spec replicas field " + GoText.quote(paths.specReplicas()) + " does not exist");
      }
      return scale;
    } catch (AccessException e) {
      throw unexplained(e.fault());
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
      if (!paths.hasSpecReplicas(object)) {
        ((ObjectNode) scale.path("spec")).put("replicas", NO_REPLICAS);
      }
      return scale;
    } catch (AccessException e) {
      throw unexplained(e.fault());
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
      throw ApiException.badRequest(e.fault());
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
          "the spec replicas field " + GoText.quote(paths.specReplicas()) + " cannot be empty");
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
        throw unexplained(
            "value cannot be set because "
                + ScalePaths.path(names, i + 1)
                + " is not a map[string]interface{}");
      }
    }
    at.put(names.getLast(), replicas);
  }

  /** As upstream answers: an error that has no reason. */
  private static ApiException unexplained(String fault) {
    return new ApiException(Status.failure(500, "", fault, null));
  }

  private ObjectNode scale(ObjectNode object) throws AccessException {
    int replicas = (int) paths.specReplicasOf(object);
    int present = (int) paths.statusReplicasOf(object);
    String selector = paths.selectorOf(object);
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
}
