package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Map;

/** Cells of Pods. {@link PodSummary} summarizes their containers. */
final class PodCells {
  private PodCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "pod.ready", Cell.text(PodCells::ready),
        "pod.status", Cell.text(pod -> PodSummary.of(pod).status()),
        "pod.restarts", PodCells::restarts,
        "pod.ip", Cell.text(PodCells::ip),
        "pod.readinessGates", Cell.text(PodCells::readinessGates));
  }

  private static String ready(JsonNode pod) {
    PodSummary summary = PodSummary.of(pod);
    return summary.ready() + "/" + summary.total();
  }

  private static void restarts(JsonNode pod, CellWriter out) {
    PodSummary summary = PodSummary.of(pod);
    if (summary.restarts() == 0 || summary.lastRestart() == Instants.NONE) {
      out.text(Long.toString(summary.restarts()));
    } else {
      out.since(summary.restarts() + " (", summary.lastRestart(), " ago)");
    }
  }

  /** {@code podIP} takes precedence over {@code podIPs}: old kubelets write only {@code podIP}. */
  private static String ip(JsonNode pod) {
    String ip = Trees.text(pod, "status", "podIP");
    if (ip.isEmpty()) {
      List<ObjectNode> ips = Trees.objects(pod, "status", "podIPs");
      ip = ips.isEmpty() ? "" : Trees.text(ips.getFirst(), "ip");
    }
    return ip.isEmpty() ? CellWriter.NONE : ip;
  }

  private static String readinessGates(JsonNode pod) {
    List<ObjectNode> gates = Trees.objects(pod, "spec", "readinessGates");
    if (gates.isEmpty()) {
      return CellWriter.NONE;
    }
    List<ObjectNode> conditions = Trees.objects(pod, "status", "conditions");
    long open =
        gates.stream()
            .filter(gate -> CellLists.isTrue(conditions, Trees.text(gate, "conditionType")))
            .count();
    return open + "/" + gates.size();
  }
}
