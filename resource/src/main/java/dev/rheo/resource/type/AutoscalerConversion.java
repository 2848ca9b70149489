package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts HorizontalPodAutoscaler between {@code autoscaling/v2} and {@code v1}. v1 has fields for
 * CPU utilization only. Four annotations carry everything else, so that a round trip loses nothing.
 */
final class AutoscalerConversion {
  private static final String ANNOTATION = "autoscaling.alpha.kubernetes.io/";
  private static final String METRICS = ANNOTATION + "metrics";
  private static final String CURRENT_METRICS = ANNOTATION + "current-metrics";
  private static final String CONDITIONS = ANNOTATION + "conditions";
  private static final String BEHAVIOR = ANNOTATION + "behavior";
  private static final List<String> ALL = List.of(METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR);

  /** Fields of scaling rules in the order of the annotation, which has their names capitalised. */
  private static final List<String> RULE_FIELDS =
      List.of("stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance");

  private static final List<String> POLICY_FIELDS = List.of("type", "value", "periodSeconds");

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private AutoscalerConversion() {}

  static void toV1(ObjectNode autoscaler) {
    ObjectNode annotations = annotationsWithoutOurs(autoscaler);
    ObjectNode spec = Trees.need(autoscaler, "spec");
    ArrayNode others = NODES.arrayNode();
    for (ObjectNode metric : Trees.objects(spec, "metrics")) {
      JsonNode utilization =
          isCpu(metric) ? Trees.at(metric, "resource", "target", "averageUtilization") : null;
      if (utilization != null) {
        spec.set("targetCPUUtilizationPercentage", utilization);
      } else {
        others.add(metricToV1(metric, "target"));
      }
    }
    spec.remove("metrics");
    if (!others.isEmpty()) {
      annotations.put(METRICS, text(others));
    }
    if (spec.remove("behavior") instanceof ObjectNode behavior) {
      annotations.put(BEHAVIOR, text(behaviorToAnnotation(behavior)));
    }
    ObjectNode status = Trees.need(autoscaler, "status");
    ArrayNode current = NODES.arrayNode();
    for (ObjectNode metric : Trees.objects(status, "currentMetrics")) {
      JsonNode utilization =
          isCpu(metric) ? Trees.at(metric, "resource", "current", "averageUtilization") : null;
      if (utilization != null) {
        status.set("currentCPUUtilizationPercentage", utilization);
      }
      current.add(metricToV1(metric, "current"));
    }
    status.remove("currentMetrics");
    if (!current.isEmpty()) {
      annotations.put(CURRENT_METRICS, text(current));
    }
    if (status.remove("conditions") instanceof ArrayNode conditions && !conditions.isEmpty()) {
      annotations.put(CONDITIONS, text(conditions));
    }
    setAnnotations(autoscaler, annotations);
  }

  static void toV2(ObjectNode autoscaler) {
    ObjectNode given = Trees.object(autoscaler, "metadata", "annotations");
    ArrayNode metrics = array(given, METRICS);
    ArrayNode current = array(given, CURRENT_METRICS);
    ArrayNode conditions = array(given, CONDITIONS);
    JsonNode behavior = parse(given, BEHAVIOR);
    setAnnotations(autoscaler, annotationsWithoutOurs(autoscaler));

    ObjectNode spec = Trees.need(autoscaler, "spec");
    List<ObjectNode> converted = new ArrayList<>();
    if (metrics != null) {
      for (JsonNode metric : metrics) {
        if (metric instanceof ObjectNode object) {
          converted.add(metricToV2(object, "target"));
        }
      }
    }
    JsonNode target = spec.remove("targetCPUUtilizationPercentage");
    if (target != null && !target.isNull()) {
      ObjectNode metric = NODES.objectNode().put("type", "Resource");
      ObjectNode resource = metric.putObject("resource").put("name", "cpu");
      resource.putObject("target").put("type", "Utilization").set("averageUtilization", target);
      converted.add(metric);
    }
    if (!converted.isEmpty()) {
      spec.putArray("metrics").addAll(converted);
    }
    if (behavior instanceof ObjectNode object) {
      spec.set("behavior", behaviorFromAnnotation(object));
    }

    ObjectNode status = Trees.need(autoscaler, "status");
    JsonNode utilization = status.remove("currentCPUUtilizationPercentage");
    if (current != null) {
      ArrayNode list = status.putArray("currentMetrics");
      for (JsonNode metric : current) {
        if (metric instanceof ObjectNode object) {
          list.add(metricToV2(object, "current"));
        }
      }
    } else if (utilization != null && !utilization.isNull()) {
      ObjectNode metric = status.putArray("currentMetrics").addObject().put("type", "Resource");
      metric
          .putObject("resource")
          .put("name", "cpu")
          .putObject("current")
          .set("averageUtilization", utilization);
    }
    if (conditions != null) {
      status.set("conditions", conditions);
    }
  }

  private static boolean isCpu(ObjectNode metric) {
    return Trees.text(metric, "type").equals("Resource")
        && Trees.text(metric, "resource", "name").equals("cpu");
  }

  /**
   * Converts a v2 metric to the form that v1's annotations hold.
   *
   * @param side {@code target} for a metric of the spec, {@code current} for one of the status
   */
  private static ObjectNode metricToV1(ObjectNode metric, String side) {
    ObjectNode out = NODES.objectNode();
    Trees.copy(metric, out, "type");
    for (Map.Entry<String, JsonNode> source : metric.properties()) {
      if (source.getValue() instanceof ObjectNode from) {
        out.set(source.getKey(), sourceToV1(source.getKey(), from, side));
      }
    }
    return out;
  }

  private static ObjectNode sourceToV1(String kind, ObjectNode from, String side) {
    ObjectNode out = NODES.objectNode();
    ObjectNode amount = Trees.object(from, side);
    String average = side + "AverageValue";
    boolean isCurrent = side.equals("current");
    switch (kind) {
      case "object" -> {
        put(out, "target", Trees.get(from, "describedObject"));
        put(out, "metricName", Trees.at(from, "metric", "name"));
        zeroable(out, side + "Value", Trees.get(amount, "value"));
        put(out, "selector", Trees.at(from, "metric", "selector"));
        put(out, "averageValue", Trees.get(amount, "averageValue"));
      }
      case "pods" -> {
        put(out, "metricName", Trees.at(from, "metric", "name"));
        zeroable(out, average, Trees.get(amount, "averageValue"));
        put(out, "selector", Trees.at(from, "metric", "selector"));
      }
      case "external" -> {
        put(out, "metricName", Trees.at(from, "metric", "name"));
        put(out, "metricSelector", Trees.at(from, "metric", "selector"));
        if (isCurrent) {
          zeroable(out, "currentValue", Trees.get(amount, "value"));
        } else {
          put(out, "targetValue", Trees.get(amount, "value"));
        }
        put(out, average, Trees.get(amount, "averageValue"));
      }
      default -> { // resource and containerResource
        put(out, "name", Trees.get(from, "name"));
        put(out, side + "AverageUtilization", Trees.get(amount, "averageUtilization"));
        if (isCurrent) {
          zeroable(out, average, Trees.get(amount, "averageValue"));
        } else {
          put(out, average, Trees.get(amount, "averageValue"));
        }
        put(out, "container", Trees.get(from, "container"));
      }
    }
    return out;
  }

  private static ObjectNode metricToV2(ObjectNode metric, String side) {
    ObjectNode out = NODES.objectNode();
    Trees.copy(metric, out, "type");
    for (Map.Entry<String, JsonNode> source : metric.properties()) {
      if (source.getValue() instanceof ObjectNode from) {
        out.set(source.getKey(), sourceToV2(source.getKey(), from, side));
      }
    }
    return out;
  }

  private static ObjectNode sourceToV2(String kind, ObjectNode from, String side) {
    ObjectNode out = NODES.objectNode();
    ObjectNode amount = NODES.objectNode();
    String average = side + "AverageValue";
    JsonNode value = Trees.get(from, side + "Value");
    String type;
    switch (kind) {
      case "object" -> {
        put(out, "describedObject", Trees.get(from, "target"));
        JsonNode averageValue = Trees.get(from, "averageValue");
        boolean isAverage = averageValue != null;
        type = isAverage ? "AverageValue" : "Value";
        if (!isAverage || side.equals("current") || !isZero(value)) {
          put(amount, "value", value);
        }
        put(amount, "averageValue", averageValue);
        metric(out, from, "selector");
      }
      case "pods" -> {
        type = "AverageValue";
        put(amount, "averageValue", Trees.get(from, average));
        metric(out, from, "selector");
      }
      case "external" -> {
        type = value == null ? "AverageValue" : "Value";
        put(amount, "value", value);
        put(amount, "averageValue", Trees.get(from, average));
        metric(out, from, "metricSelector");
      }
      default -> { // resource and containerResource
        JsonNode utilization = Trees.get(from, side + "AverageUtilization");
        type = utilization == null ? "AverageValue" : "Utilization";
        put(out, "name", Trees.get(from, "name"));
        put(amount, "averageValue", Trees.get(from, average));
        put(amount, "averageUtilization", utilization);
        put(out, "container", Trees.get(from, "container"));
      }
    }
    if (side.equals("target")) {
      amount.put("type", type);
    }
    out.set(side, amount);
    return out;
  }

  private static void metric(ObjectNode out, ObjectNode from, String selector) {
    ObjectNode metric = out.putObject("metric");
    put(metric, "name", Trees.get(from, "metricName"));
    put(metric, "selector", Trees.get(from, selector));
  }

  private static boolean isZero(@Nullable JsonNode quantity) {
    return quantity == null || quantity.asText().equals("0");
  }

  private static void zeroable(ObjectNode out, String name, @Nullable JsonNode quantity) {
    if (quantity == null) {
      out.put(name, "0");
    } else {
      out.set(name, quantity);
    }
  }

  private static void put(ObjectNode out, String name, @Nullable JsonNode value) {
    if (value != null) {
      out.set(name, value);
    }
  }

  private static ObjectNode behaviorToAnnotation(ObjectNode behavior) {
    ObjectNode out = NODES.objectNode();
    for (String direction : new String[] {"scaleUp", "scaleDown"}) {
      ObjectNode rules = Trees.object(behavior, direction);
      out.set(capital(direction), rules == null ? NODES.nullNode() : capitals(rules, RULE_FIELDS));
    }
    return out;
  }

  private static ObjectNode capitals(ObjectNode from, List<String> fields) {
    ObjectNode out = NODES.objectNode();
    for (String field : fields) {
      JsonNode value = Trees.get(from, field);
      if (field.equals("policies") && value != null) {
        ArrayNode policies = out.putArray(capital(field));
        Trees.objects(from, field).forEach(policy -> policies.add(capitals(policy, POLICY_FIELDS)));
      } else {
        out.set(capital(field), value == null ? NODES.nullNode() : value);
      }
    }
    return out;
  }

  /** Matches field names without regard to case, as Go's decoder does, and drops nulls. */
  private static JsonNode behaviorFromAnnotation(JsonNode node) {
    if (node instanceof ArrayNode array) {
      ArrayNode out = NODES.arrayNode();
      array.forEach(element -> out.add(behaviorFromAnnotation(element)));
      return out;
    }
    if (!(node instanceof ObjectNode)) {
      return node;
    }
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isNull()) {
        String name = entry.getKey();
        String known =
            List.of("scaleUp", "scaleDown").stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .orElseGet(() -> fieldName(name));
        out.set(known, behaviorFromAnnotation(entry.getValue()));
      }
    }
    return out;
  }

  private static String fieldName(String name) {
    for (List<String> fields : List.of(RULE_FIELDS, POLICY_FIELDS)) {
      for (String field : fields) {
        if (field.equalsIgnoreCase(name)) {
          return field;
        }
      }
    }
    return name;
  }

  private static String capital(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private static ObjectNode annotationsWithoutOurs(ObjectNode autoscaler) {
    ObjectNode annotations = Trees.object(autoscaler, "metadata", "annotations");
    return annotations == null ? NODES.objectNode() : TreeCopies.of(annotations).remove(ALL);
  }

  private static void setAnnotations(ObjectNode autoscaler, ObjectNode annotations) {
    if (annotations.isEmpty()) {
      Trees.metadata(autoscaler).remove("annotations");
    } else {
      Trees.metadata(autoscaler).set("annotations", annotations);
    }
  }

  private static @Nullable ArrayNode array(@Nullable ObjectNode annotations, String name) {
    return parse(annotations, name) instanceof ArrayNode array ? array : null;
  }

  /** The JSON in an annotation; null if the annotation is absent or is not JSON. */
  private static @Nullable JsonNode parse(@Nullable ObjectNode annotations, String name) {
    JsonNode text = Trees.get(annotations, name);
    if (text == null || !text.isTextual()) {
      return null;
    }
    byte[] json = text.textValue().getBytes(StandardCharsets.UTF_8);
    try {
      return ObjectDecoder.decodeValue(json, 0, json.length, ObjectDecoder.MAX_DEPTH);
    } catch (MalformedException e) {
      return null;
    }
  }

  /** JSON with the escapes of Go's encoder. */
  private static String text(JsonNode node) {
    return node.toString()
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
