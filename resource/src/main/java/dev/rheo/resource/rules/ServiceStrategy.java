package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.defaults.CoreDefaults;
import java.util.List;
import java.util.Objects;

/**
 * Rules for writes of services. Cluster IPs and node ports are kept as the client sets them; none
 * is allocated.
 */
final class ServiceStrategy {
  private ServiceStrategy() {}

  static void create(ObjectNode service) {
    addresses(Trees.need(service, "spec"));
  }

  /** Keeps {@code clusterIP}, {@code clusterIPs}, the IP families and their policy consistent. */
  private static void addresses(ObjectNode spec) {
    if (!needsAddress(spec)) {
      return;
    }
    String address = Trees.text(spec, "clusterIP");
    if (!address.isEmpty() && Trees.isEmpty(spec, "clusterIPs")) {
      spec.putArray("clusterIPs").add(address);
    } else if (address.isEmpty() && !Trees.isEmpty(spec, "clusterIPs")) {
      spec.put("clusterIP", Trees.strings(spec, "clusterIPs").getFirst());
    }
    // only its owner knows the IP families of a headless service without a selector
    boolean any = address.equals("None") && Trees.isEmpty(spec, "selector");
    Trees.putText(spec, "ipFamilyPolicy", any ? "RequireDualStack" : "SingleStack");
    if (Trees.isEmpty(spec, "ipFamilies")) {
      ArrayNode families = spec.putArray("ipFamilies");
      families.add(address.contains(":") ? "IPv6" : "IPv4");
      if (!Trees.text(spec, "ipFamilyPolicy").equals("SingleStack") && any) {
        families.add("IPv6");
      }
    }
  }

  static void update(ObjectNode service, ObjectNode old) {
    ObjectNode spec = Trees.need(service, "spec");
    ObjectNode oldSpec = Trees.need(TreeCopies.of(old), "spec");
    if (!needsAddress(spec) && needsAddress(oldSpec)) {
      dropIfSame(spec, oldSpec, List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"));
    } else if (needsAddress(spec) && Trees.text(spec, "clusterIP").isEmpty()) {
      // an update may omit the cluster IP, which then stays
      Trees.copy(oldSpec, spec, "clusterIP");
      Trees.copy(oldSpec, spec, "clusterIPs");
    }
    addresses(spec);
    if (needsNodePort(oldSpec) && !needsNodePort(spec)) {
      List<ObjectNode> ports = Trees.objects(spec, "ports");
      List<ObjectNode> oldPorts = Trees.objects(oldSpec, "ports");
      if (nodePorts(ports).equals(nodePorts(oldPorts))) {
        ports.forEach(port -> port.remove("nodePort"));
      }
    }
    boolean wasBalanced = Trees.text(oldSpec, "type").equals("LoadBalancer");
    boolean balanced = Trees.text(spec, "type").equals("LoadBalancer");
    if (wasBalanced && !balanced) {
      dropIfSame(spec, oldSpec, List.of("allocateLoadBalancerNodePorts", "loadBalancerClass"));
    }
    if (CoreDefaults.isExternal(oldSpec) && !CoreDefaults.isExternal(spec)) {
      dropIfSame(spec, oldSpec, List.of("externalTrafficPolicy", "healthCheckNodePort"));
    }
    if (!balanced) {
      Trees.need(service, "status").putObject("loadBalancer");
    }
  }

  private static void dropIfSame(ObjectNode spec, ObjectNode old, List<String> fields) {
    for (String field : fields) {
      if (Objects.equals(Trees.get(spec, field), Trees.get(old, field))) {
        spec.remove(field);
      }
    }
  }

  private static boolean needsAddress(ObjectNode spec) {
    return !Trees.text(spec, "type").equals("ExternalName");
  }

  private static boolean needsNodePort(ObjectNode spec) {
    String type = Trees.text(spec, "type");
    return type.equals("NodePort")
        || (type.equals("LoadBalancer")
            && (!Trees.has(spec, "allocateLoadBalancerNodePorts")
                || Trees.flag(spec, "allocateLoadBalancerNodePorts")));
  }

  private static List<Long> nodePorts(List<ObjectNode> ports) {
    return ports.stream().map(port -> Trees.number(port, "nodePort")).toList();
  }
}
