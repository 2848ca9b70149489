package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.defaults.CoreDefaults;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Rules for writes of services: an update that changes the type drops what the new type does not
 * have, unless the client changed that, too. What a service gets of the cluster is decided before,
 * where it is allocated.
 */
final class ServiceStrategy {
  private ServiceStrategy() {}

  static void create(ObjectNode service) {
    dropInternalPolicy(Trees.need(service, "spec"));
  }

  /** Upstream stores the policy that it once gave such services, and never shows it. */
  private static void dropInternalPolicy(ObjectNode spec) {
    if (!needsAddress(spec)) {
      spec.remove("internalTrafficPolicy");
    }
  }

  static void update(ObjectNode service, ObjectNode old) {
    ObjectNode spec = Trees.need(service, "spec");
    ObjectNode oldSpec = Trees.object(old, "spec");
    if (oldSpec == null) {
      return;
    }
    dropInternalPolicy(spec);
    if (needsAddress(oldSpec) && !needsAddress(spec)) {
      if (same(spec, oldSpec, "clusterIP") && same(spec, oldSpec, "clusterIPs")) {
        spec.remove(List.of("clusterIP", "clusterIPs"));
      }
      dropIfSame(spec, oldSpec, "ipFamilies");
      dropIfSame(spec, oldSpec, "ipFamilyPolicy");
    }
    List<ObjectNode> ports = Trees.objects(spec, "ports");
    if (needsNodePort(oldSpec)
        && !needsNodePort(spec)
        && nodePorts(Trees.objects(oldSpec, "ports")).containsAll(nodePorts(ports))) {
      ports.forEach(port -> port.remove("nodePort"));
    }
    if (needsHealthCheck(oldSpec) && !needsHealthCheck(spec)) {
      dropIfSame(spec, oldSpec, "healthCheckNodePort");
    }
    boolean balanced = isBalanced(spec);
    if (isBalanced(oldSpec) && !balanced) {
      dropIfSame(spec, oldSpec, "allocateLoadBalancerNodePorts");
      dropIfSame(spec, oldSpec, "loadBalancerClass");
    }
    if (CoreDefaults.isExternal(oldSpec) && !CoreDefaults.isExternal(spec)) {
      dropIfSame(spec, oldSpec, "externalTrafficPolicy");
    }
    if (!balanced) {
      Trees.need(service, "status").putObject("loadBalancer");
    }
  }

  private static boolean same(ObjectNode spec, ObjectNode old, String field) {
    return Objects.equals(Trees.get(spec, field), Trees.get(old, field));
  }

  private static void dropIfSame(ObjectNode spec, ObjectNode old, String field) {
    if (same(spec, old, field)) {
      spec.remove(field);
    }
  }

  private static boolean needsAddress(ObjectNode spec) {
    return !Trees.text(spec, "type").equals("ExternalName");
  }

  private static boolean isBalanced(ObjectNode spec) {
    return Trees.text(spec, "type").equals("LoadBalancer");
  }

  private static boolean needsNodePort(ObjectNode spec) {
    return isBalanced(spec) || Trees.text(spec, "type").equals("NodePort");
  }

  private static boolean needsHealthCheck(ObjectNode spec) {
    return isBalanced(spec) && Trees.text(spec, "externalTrafficPolicy").equals("Local");
  }

  private static Set<Long> nodePorts(List<ObjectNode> ports) {
    Set<Long> numbers = new HashSet<>();
    for (ObjectNode port : ports) {
      if (Trees.number(port, "nodePort") != 0) {
        numbers.add(Trees.number(port, "nodePort"));
      }
    }
    return numbers;
  }
}
