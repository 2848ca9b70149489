package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Label selectors in the syntax of a query: {@code app=web,!beta,zone in (a,b)}. */
final class SelectorText {

  /** Shown for an invalid selector. */
  private static final String ERROR = "<error>";

  private record Requirement(String key, String text) {}

  private SelectorText() {}

  /** A map of labels, sorted by {@code key=value}, not by key. */
  static String labels(@Nullable JsonNode labels) {
    if (labels == null || labels.isEmpty()) {
      return CellWriter.NONE;
    }
    return labels
        .propertyStream()
        .map(label -> label.getKey() + "=" + label.getValue().asText())
        .sorted()
        .collect(Collectors.joining(","));
  }

  /** A selector of {@code matchLabels} and {@code matchExpressions}; sorted by key. */
  static String selector(@Nullable JsonNode selector) {
    List<Requirement> requirements = new ArrayList<>();
    JsonNode labels = Trees.get(selector, "matchLabels");
    if (labels != null) {
      for (Map.Entry<String, JsonNode> label : labels.properties()) {
        String value = label.getValue().asText();
        if (!isLabel(label.getKey(), List.of(value))) {
          return ERROR;
        }
        requirements.add(new Requirement(label.getKey(), label.getKey() + "=" + value));
      }
    }
    for (ObjectNode expression : Trees.objects(selector, "matchExpressions")) {
      String key = Trees.text(expression, "key");
      List<String> values = Trees.strings(expression, "values").stream().sorted().toList();
      String list = " (" + String.join(",", values) + ")";
      String text =
          switch (Trees.text(expression, "operator")) {
            case "In" -> values.isEmpty() ? ERROR : key + " in" + list;
            case "NotIn" -> values.isEmpty() ? ERROR : key + " notin" + list;
            case "Exists" -> values.isEmpty() ? key : ERROR;
            case "DoesNotExist" -> values.isEmpty() ? "!" + key : ERROR;
            default -> ERROR;
          };
      if (text.equals(ERROR) || !isLabel(key, values)) {
        return ERROR;
      }
      requirements.add(new Requirement(key, text));
    }
    requirements.sort(Comparator.comparing(Requirement::key));
    return requirements.isEmpty()
        ? CellWriter.NONE
        : requirements.stream().map(Requirement::text).collect(Collectors.joining(","));
  }

  private static boolean isLabel(String key, List<String> values) {
    return Names.labelKey(key).isEmpty()
        && values.stream().allMatch(value -> Names.labelValue(value).isEmpty());
  }

  /** A selector as the {@code String()} of its Go message, which policy bindings show. */
  static String message(JsonNode selector) {
    StringBuilder out = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
    Map<String, String> labels = new TreeMap<>();
    JsonNode matchLabels = Trees.get(selector, "matchLabels");
    if (matchLabels != null) {
      matchLabels.properties().forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
    }
    labels.forEach((key, value) -> out.append(key).append(": ").append(value).append(','));
    out.append("},MatchExpressions:[]LabelSelectorRequirement{");
    for (ObjectNode expression : Trees.objects(selector, "matchExpressions")) {
      out.append("LabelSelectorRequirement{Key:")
          .append(Trees.text(expression, "key"))
          .append(",Operator:")
          .append(Trees.text(expression, "operator"))
          .append(",Values:[")
          .append(String.join(" ", Trees.strings(expression, "values")))
          .append("],},");
    }
    return out.append("},}").toString();
  }
}
