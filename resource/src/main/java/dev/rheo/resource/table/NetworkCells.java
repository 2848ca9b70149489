package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Cells of Ingresses, IngressClasses and IPAddresses. */
final class NetworkCells {
  private static final String DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class";

  /** Upper bound on the hosts in a cell. */
  private static final int SHOWN = 3;

  private NetworkCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "ingress.hosts", Cell.text(NetworkCells::hosts),
        "ingress.address",
            Cell.text(ingress -> ServiceCells.ingress(Trees.at(ingress, "status", "loadBalancer"))),
        "ingress.ports",
            Cell.text(ingress -> Trees.isEmpty(ingress, "spec", "tls") ? "80" : "80, 443"),
        "ingressclass.name", Cell.text(NetworkCells::className),
        "ingressclass.parameters", Cell.text(NetworkCells::parameters),
        "ipaddress.parent", Cell.text(NetworkCells::parent));
  }

  /** The first hosts. The number of further ones counts rules, with or without a host. */
  private static String hosts(JsonNode ingress) {
    List<ObjectNode> rules = Trees.objects(ingress, "spec", "rules");
    List<String> hosts = new ArrayList<>();
    boolean more = false;
    for (ObjectNode rule : rules) {
      more |= hosts.size() == SHOWN;
      String host = Trees.text(rule, "host");
      if (!more && !host.isEmpty()) {
        hosts.add(host);
      }
    }
    String shown = hosts.isEmpty() ? "*" : String.join(",", hosts);
    return more ? CellLists.more(shown, rules.size() - SHOWN) : shown;
  }

  private static String className(JsonNode ingressClass) {
    String name = Trees.text(ingressClass, "metadata", "name");
    return Trees.text(ingressClass, "metadata", "annotations", DEFAULT_ANNOTATION).equals("true")
        ? name + " (default)"
        : name;
  }

  private static String parameters(JsonNode ingressClass) {
    JsonNode parameters = Trees.at(ingressClass, "spec", "parameters");
    if (parameters == null) {
      return CellWriter.NONE;
    }
    JsonNode group = Trees.get(parameters, "apiGroup");
    return Trees.text(parameters, "kind")
        + (group == null ? "" : "." + group.asText())
        + "/"
        + Trees.text(parameters, "name");
  }

  private static String parent(JsonNode address) {
    JsonNode parent = Trees.at(address, "spec", "parentRef");
    if (parent == null) {
      return CellWriter.NONE;
    }
    String group = Trees.text(parent, "group");
    String namespace = Trees.text(parent, "namespace");
    String resource = Trees.text(parent, "resource") + (group.isEmpty() ? "" : "." + group);
    return resource.toLowerCase(Locale.ROOT)
        + (namespace.isEmpty() ? "/" : "/" + namespace + "/")
        + Trees.text(parent, "name");
  }
}
