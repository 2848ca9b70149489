package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.select.Requirement;
import dev.rheo.api.select.Requirement.Operator;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.MetadataValidation;
import dev.rheo.resource.type.CustomScale;
import dev.rheo.resource.type.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The subresource {@code scale}: the number of replicas of a Deployment, ReplicaSet, StatefulSet or
 * ReplicationController, or of a custom resource, as an {@code autoscaling/v1} Scale.
 */
public final class Scales {
  static final String SUBRESOURCE = "scale";

  private Scales() {}

  /**
   * The Scale of an object that is read.
   *
   * @param parent the scaled object, with its resourceVersion
   */
  public static ObjectNode read(ResourceType type, ObjectNode parent) {
    CustomScale custom = CustomScale.of(type);
    return custom == null ? of(parent) : custom.read(parent);
  }

  /** The Scale of an object that is to be changed. */
  static ObjectNode present(ResourceType type, ObjectNode parent) {
    CustomScale custom = CustomScale.of(type);
    return custom == null ? of(parent) : custom.present(parent);
  }

  /** The Scale of an object that has been changed. */
  static ObjectNode changed(ResourceType type, ObjectNode parent) {
    CustomScale custom = CustomScale.of(type);
    return custom == null ? of(parent) : custom.changed(parent);
  }

  private static ObjectNode of(ObjectNode parent) {
    ObjectNode scale = JsonNodeFactory.instance.objectNode();
    scale.put("kind", "Scale");
    scale.put("apiVersion", "autoscaling/v1");
    ObjectNode metadata = scale.putObject("metadata");
    for (String field :
        List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
      JsonNode value = parent.path("metadata").get(field);
      if (value != null) {
        metadata.set(field, value);
      }
    }
    ObjectNode spec = scale.putObject("spec");
    int replicas = parent.path("spec").path("replicas").asInt();
    if (replicas != 0) {
      spec.put("replicas", replicas);
    }
    ObjectNode status = scale.putObject("status");
    status.put("replicas", parent.path("status").path("replicas").asInt());
    String selector = selector(parent.path("spec").path("selector")).toString();
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  /**
   * Applies the replicas of a Scale to its parent, under the preconditions of the Scale.
   *
   * @param refused what a conflict names
   * @param parent changed in place
   */
  static ObjectNode applied(
      ObjectPath path, GroupResource refused, ObjectNode scale, ObjectNode parent) {
    Meta sent = Meta.of(scale);
    JsonNode replicas = scale.path("spec").path("replicas");
    FieldErrors errors = new FieldErrors();
    MetadataValidation.ofPart(scale, errors);
    CustomScale custom = CustomScale.of(path.type());
    // Those of a custom resource are checked where it has them.
    if (custom == null && replicas.asLong() < 0) {
      errors.add(
          FieldError.invalid(
              "spec.replicas", replicas.asLong(), "must be greater than or equal to 0"));
    }
    errors.refuse("autoscaling", "Scale", path.name());
    String uid = Meta.of(parent).uid();
    if (refused.equals(path.groupResource())) {
      Updates.requireUid(path, sent.uid().isEmpty() ? null : sent.uid(), uid);
    } else if (!sent.uid().isEmpty() && !sent.uid().equals(uid)) {
      throw ApiException.conflict(refused, path.name(), Updates.uidsDiffer(sent.uid(), uid));
    }
    if (custom == null) {
      Trees.need(parent, "spec").put("replicas", replicas.asInt());
    } else {
      custom.apply(scale, parent);
    }
    if (custom == null || !sent.resourceVersion().isEmpty()) {
      Meta.of(parent).resourceVersion(sent.resourceVersion());
    }
    return parent;
  }

  /** Parses a {@code v1.LabelSelector}, or the plain map of a ReplicationController. */
  static LabelSelector selector(JsonNode selector) {
    List<Requirement> requirements = new ArrayList<>();
    boolean structured = selector.has("matchLabels") || selector.has("matchExpressions");
    JsonNode labels = structured ? selector.path("matchLabels") : selector;
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      requirements.add(
          new Requirement(label.getKey(), Operator.EQUALS, List.of(label.getValue().asText())));
    }
    for (JsonNode expression :
        structured ? selector.path("matchExpressions") : List.<JsonNode>of()) {
      List<String> values = new ArrayList<>();
      expression.path("values").forEach(value -> values.add(value.asText()));
      requirements.add(
          new Requirement(
              expression.path("key").asText(),
              switch (expression.path("operator").asText()) {
                case "In" -> Operator.IN;
                case "NotIn" -> Operator.NOT_IN;
                case "Exists" -> Operator.EXISTS;
                case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
                default ->
                    throw ApiException.badRequest(
                        expression.path("operator") + " is not a valid label selector operator");
              },
              values));
    }
    return LabelSelector.of(requirements);
  }
}
