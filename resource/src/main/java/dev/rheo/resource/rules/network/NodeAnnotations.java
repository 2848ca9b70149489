package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.rules.kind.Field;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Checks of annotations of nodes that were fields in JSON before there were fields for them. */
final class NodeAnnotations {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TAINTS = "scheduler.alpha.kubernetes.io/taints";
  private static final String AVOID_PODS = "scheduler.alpha.kubernetes.io/preferAvoidPods";
  private static final List<String> TAINT_FIELDS = List.of("key", "value", "effect", "timeAdded");

  private NodeAnnotations() {}

  static void check(Field node) {
    Field annotations = node.at("metadata", "annotations");
    read(annotations, TAINTS, annotations, NodeAnnotations::taints);
    read(annotations, AVOID_PODS, annotations.at("AvoidPods"), NodeAnnotations::avoidPods);
  }

  /**
   * @param place where upstream reports a text that is no JSON
   */
  private static void read(Field annotations, String name, Field place, Consumer<Field> check) {
    String text = annotations.key(name).text();
    if (text.isEmpty()) {
      return;
    }
    try {
      check.accept(annotations.at(name).with(JSON.readTree(text)));
    } catch (JsonProcessingException e) {
      place.invalid(name, "must be JSON");
    }
  }

  private static void taints(Field taints) {
    if (taints.present() && !(taints.node() instanceof ArrayNode)) {
      taints.invalid(TAINTS, "must be a list");
      return;
    }
    ArrayNode named = JSON.createArrayNode();
    for (Field taint : taints.items()) {
      ObjectNode one = named.addObject();
      for (String field : TAINT_FIELDS) {
        JsonNode value = get(taint.node(), field);
        if (value != null) {
          one.set(field, value);
        }
      }
    }
    NodeTaints.check(taints.with(named));
  }

  private static void avoidPods(Field annotation) {
    Field entries = annotation.with(get(annotation.node(), "preferAvoidPods"));
    for (Field entry : entries.items()) {
      JsonNode controller = get(get(entry.node(), "podSignature"), "podController");
      Field signature = entry.at("PodSignature");
      if (controller == null) {
        signature.required("");
        continue;
      }
      JsonNode flag = get(controller, "controller");
      if (flag == null || !flag.asBoolean()) {
        signature.at("PodController", "Controller").invalid(false, "must point to a controller");
      }
    }
  }

  /** A member by its name in any case, as Go reads JSON. */
  private static @Nullable JsonNode get(@Nullable JsonNode object, String name) {
    JsonNode exact = object == null ? null : object.get(name);
    if (exact == null && object != null) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        if (member.getKey().equalsIgnoreCase(name)) {
          exact = member.getValue();
        }
      }
    }
    return exact == null || exact.isNull() ? null : exact;
  }
}
