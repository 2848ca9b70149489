package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The targets of a v2 HorizontalPodAutoscaler: current and target value of each metric. */
final class AutoscalerCells {

  /** Shown for a missing quantity. */
  private static final String NIL = "<nil>";

  /** Upper bound on the metrics in a cell. */
  private static final int SHOWN = 2;

  private AutoscalerCells() {}

  static Map<String, Cell> cells() {
    return Map.of("autoscaler.targets", Cell.text(AutoscalerCells::targets));
  }

  private static String targets(JsonNode autoscaler) {
    List<ObjectNode> metrics = Trees.objects(autoscaler, "spec", "metrics");
    if (metrics.isEmpty()) {
      return CellWriter.NONE;
    }
    List<ObjectNode> current = Trees.objects(autoscaler, "status", "currentMetrics");
    List<String> shown = new ArrayList<>(metrics.size());
    for (int i = 0; i < metrics.size(); i++) {
      shown.add(metric(metrics.get(i), i < current.size() ? current.get(i) : null));
    }
    return CellLists.some(shown, SHOWN, ", ");
  }

  private static String metric(JsonNode metric, @Nullable JsonNode current) {
    String type = Trees.text(metric, "type");
    return switch (type) {
      case "External" -> value(part(metric, "external"), part(current, "external"));
      case "Object" -> value(part(metric, "object"), part(current, "object"));
      case "Pods" -> {
        JsonNode now = part(current, "pods");
        yield (now == null ? CellWriter.UNKNOWN : quantity(now, "current", "averageValue"))
            + "/"
            + quantity(part(metric, "pods"), "target", "averageValue");
      }
      case "Resource" -> resource(part(metric, "resource"), part(current, "resource"));
      case "ContainerResource" ->
          resource(part(metric, "containerResource"), part(current, "containerResource"));
      default -> "<unknown type>";
    };
  }

  private static @Nullable JsonNode part(@Nullable JsonNode metric, String name) {
    return Trees.get(metric, name);
  }

  private static String quantity(@Nullable JsonNode node, String... path) {
    JsonNode value = Trees.at(node, path);
    return value == null ? NIL : value.asText();
  }

  private static String value(@Nullable JsonNode metric, @Nullable JsonNode current) {
    JsonNode average = Trees.at(metric, "target", "averageValue");
    if (average != null) {
      JsonNode now = Trees.at(current, "current", "averageValue");
      return (now == null ? CellWriter.UNKNOWN : now.asText()) + "/" + average.asText() + " (avg)";
    }
    return (current == null ? CellWriter.UNKNOWN : quantity(current, "current", "value"))
        + "/"
        + quantity(metric, "target", "value");
  }

  private static String resource(@Nullable JsonNode metric, @Nullable JsonNode current) {
    String name = Trees.text(metric, "name") + ": ";
    JsonNode average = Trees.at(metric, "target", "averageValue");
    if (average != null) {
      String now =
          current == null ? CellWriter.UNKNOWN : quantity(current, "current", "averageValue");
      return name + now + "/" + average.asText();
    }
    return name
        + percent(Trees.at(current, "current", "averageUtilization"), CellWriter.UNKNOWN)
        + "/"
        + percent(Trees.at(metric, "target", "averageUtilization"), "<auto>");
  }

  private static String percent(@Nullable JsonNode value, String none) {
    return value == null ? none : value.asLong() + "%";
  }
}
