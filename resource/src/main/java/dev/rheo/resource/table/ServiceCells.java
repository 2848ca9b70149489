package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.io.HostPort;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Cells of Services, Endpoints and EndpointSlices. */
final class ServiceCells {

  /** Upper bound on the endpoints, or ports of a slice, in a cell. */
  private static final int SHOWN = 3;

  private ServiceCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "service.clusterIP", Cell.text(ServiceCells::clusterIp),
        "service.externalIP", Cell.text(ServiceCells::externalIp),
        "service.ports", Cell.text(ServiceCells::ports),
        "endpoints.addresses", Cell.text(ServiceCells::addresses),
        "endpointslice.ports", Cell.text(ServiceCells::slicePorts),
        "endpointslice.endpoints", Cell.text(ServiceCells::sliceEndpoints));
  }

  private static String clusterIp(JsonNode service) {
    List<String> ips = Trees.strings(service, "spec", "clusterIPs");
    if (!ips.isEmpty()) {
      return ips.getFirst();
    }
    String ip = Trees.text(service, "spec", "clusterIP");
    return ip.isEmpty() ? CellWriter.NONE : ip;
  }

  private static String externalIp(JsonNode service) {
    String external = String.join(",", Trees.strings(service, "spec", "externalIPs"));
    return switch (Trees.text(service, "spec", "type")) {
      case "ClusterIP", "NodePort" -> external.isEmpty() ? CellWriter.NONE : external;
      case "LoadBalancer" -> {
        String balancer = ingress(Trees.at(service, "status", "loadBalancer"));
        String both = balancer + (balancer.isEmpty() || external.isEmpty() ? "" : ",") + external;
        yield both.isEmpty() ? "<pending>" : both;
      }
      case "ExternalName" -> Trees.text(service, "spec", "externalName");
      default -> CellWriter.UNKNOWN;
    };
  }

  /** The addresses of a load balancer, sorted and without duplicates. */
  static String ingress(@Nullable JsonNode loadBalancer) {
    TreeSet<String> addresses = new TreeSet<>();
    for (ObjectNode ingress : Trees.objects(loadBalancer, "ingress")) {
      String ip = Trees.text(ingress, "ip");
      addresses.add(ip.isEmpty() ? Trees.text(ingress, "hostname") : ip);
    }
    addresses.remove("");
    return String.join(",", addresses);
  }

  private static String ports(JsonNode service) {
    List<ObjectNode> ports = Trees.objects(service, "spec", "ports");
    return ports.isEmpty()
        ? CellWriter.NONE
        : ports.stream().map(ServiceCells::port).collect(Collectors.joining(","));
  }

  private static String port(JsonNode port) {
    long node = Trees.number(port, "nodePort");
    return Trees.number(port, "port")
        + (node > 0 ? ":" + node : "")
        + "/"
        + Trees.text(port, "protocol");
  }

  private static String addresses(JsonNode endpoints) {
    List<ObjectNode> subsets = Trees.objects(endpoints, "subsets");
    if (subsets.isEmpty()) {
      return CellWriter.NONE;
    }
    List<String> all = new ArrayList<>();
    for (ObjectNode subset : subsets) {
      List<ObjectNode> ports = Trees.objects(subset, "ports");
      List<ObjectNode> addresses = Trees.objects(subset, "addresses");
      if (ports.isEmpty()) {
        addresses.forEach(address -> all.add(Trees.text(address, "ip")));
      }
      for (ObjectNode port : ports) {
        long number = Trees.number(port, "port");
        addresses.forEach(address -> all.add(HostPort.of(Trees.text(address, "ip"), number)));
      }
    }
    return CellLists.some(all, SHOWN, ",");
  }

  private static String slicePorts(JsonNode slice) {
    List<String> ports = new ArrayList<>();
    for (ObjectNode port : Trees.objects(slice, "ports")) {
      JsonNode number = Trees.get(port, "port");
      JsonNode name = Trees.get(port, "name");
      ports.add(number != null ? number.asText() : name != null ? name.asText() : "*");
    }
    return someOrUnset(ports);
  }

  private static String sliceEndpoints(JsonNode slice) {
    List<String> addresses = new ArrayList<>();
    for (ObjectNode endpoint : Trees.objects(slice, "endpoints")) {
      addresses.addAll(Trees.strings(endpoint, "addresses"));
    }
    return someOrUnset(addresses);
  }

  private static String someOrUnset(List<String> texts) {
    String some = CellLists.some(texts, SHOWN, ",");
    return some.isEmpty() ? CellWriter.UNSET : some;
  }
}
