package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Cells of Nodes, ResourceQuotas and ComponentStatuses. */
final class CoreCells {
  private static final String ROLE_PREFIX = "node-role.kubernetes.io/";
  private static final String ROLE_LABEL = "kubernetes.io/role";

  private CoreCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "node.status", Cell.text(CoreCells::nodeStatus),
        "node.roles", Cell.text(CoreCells::nodeRoles),
        "node.kernel", Cell.text(CoreCells::nodeKernel),
        "quota.requests", Cell.text(quota -> quota(quota, false)),
        "quota.limits", Cell.text(quota -> quota(quota, true)),
        "componentstatus.status", Cell.text(CoreCells::componentStatus),
        "componentstatus.message", Cell.text(component -> healthy(component, "message")),
        "componentstatus.error", Cell.text(component -> healthy(component, "error")));
  }

  private static String nodeStatus(JsonNode node) {
    String status = "Unknown";
    for (ObjectNode condition : Trees.objects(node, "status", "conditions")) {
      if (Trees.text(condition, "type").equals("Ready")) {
        status = Trees.text(condition, "status").equals("True") ? "Ready" : "NotReady";
      }
    }
    return Trees.flag(node, "spec", "unschedulable") ? status + ",SchedulingDisabled" : status;
  }

  private static String nodeRoles(JsonNode node) {
    TreeSet<String> roles = new TreeSet<>();
    JsonNode labels = Trees.at(node, "metadata", "labels");
    if (labels != null) {
      labels
          .properties()
          .forEach(
              label -> {
                if (label.getKey().startsWith(ROLE_PREFIX)) {
                  roles.add(label.getKey().substring(ROLE_PREFIX.length()));
                } else if (label.getKey().equals(ROLE_LABEL)) {
                  roles.add(label.getValue().asText());
                }
              });
    }
    roles.remove("");
    return roles.isEmpty() ? CellWriter.NONE : String.join(",", roles);
  }

  private static String nodeKernel(JsonNode node) {
    JsonNode info = Trees.at(node, "status", "nodeInfo");
    String kernel = Trees.text(info, "kernelVersion");
    String architecture = Trees.text(info, "architecture");
    return (kernel.isEmpty() ? CellWriter.UNKNOWN : kernel)
        + (architecture.isEmpty() ? "" : " (" + architecture + ")");
  }

  /** Used and hard amounts, either of the limits or of all other resources. */
  private static String quota(JsonNode quota, boolean limits) {
    JsonNode hard = Trees.at(quota, "status", "hard");
    if (hard == null) {
      return "";
    }
    Map<String, String> sorted = new TreeMap<>();
    hard.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue().asText()));
    List<String> parts = new ArrayList<>();
    sorted.forEach(
        (resource, maximum) -> {
          if (resource.startsWith("limits.") == limits) {
            JsonNode used = Trees.at(quota, "status", "used", resource);
            parts.add(resource + ": " + (used == null ? "0" : used.asText()) + "/" + maximum);
          }
        });
    return String.join(", ", parts);
  }

  private static String componentStatus(JsonNode component) {
    ObjectNode condition = CellLists.ofType(Trees.objects(component, "conditions"), "Healthy");
    if (condition == null) {
      return "Unknown";
    }
    return Trees.text(condition, "status").equals("True") ? "Healthy" : "Unhealthy";
  }

  private static String healthy(JsonNode component, String field) {
    return Trees.text(CellLists.ofType(Trees.objects(component, "conditions"), "Healthy"), field);
  }
}
