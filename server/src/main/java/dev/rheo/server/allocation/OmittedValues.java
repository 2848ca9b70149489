package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a client need not send: an update that omits values that were allocated keeps them, and the
 * first of the cluster IPs may be given alone.
 */
final class OmittedValues {
  private OmittedValues() {}

  /** For a create: a client that knows one cluster IP only sends that. */
  static void complete(ServiceSpec service) {
    if (!service.clusterIp().isEmpty() && service.clusterIps().isEmpty()) {
      service.clusterIps(List.of(service.clusterIp()));
    }
  }

  /** For an update: upstream's {@code patchAllocatedValues} and {@code normalizeClusterIPs}. */
  static void complete(ServiceSpec service, ServiceSpec old) {
    if (old.needsClusterIp() && service.needsClusterIp()) {
      if (service.clusterIp().isEmpty() && !old.clusterIp().isEmpty()) {
        service.clusterIp(old.clusterIp());
      }
      if (service.clusterIps().isEmpty()) {
        service.clusterIps(old.clusterIps());
      }
    }
    if (old.allocatesNodePorts() && service.allocatesNodePorts()) {
      nodePorts(service, old);
    }
    if (old.needsHealthCheck()
        && service.needsHealthCheck()
        && service.healthCheckNodePort() == 0
        && old.healthCheckNodePort() != 0) {
      service.healthCheckNodePort(old.healthCheckNodePort());
    }
    clusterIps(service, old);
  }

  private static void nodePorts(ServiceSpec service, ServiceSpec old) {
    Set<Long> stillUsed = new HashSet<>(old.nodePorts());
    stillUsed.retainAll(service.nodePorts());
    Map<String, Long> byName = new HashMap<>();
    for (ObjectNode port : old.ports()) {
      byName.put(Trees.text(port, "name"), ServiceSpec.nodePort(port));
    }
    for (ObjectNode port : service.ports()) {
      long before = byName.getOrDefault(Trees.text(port, "name"), 0L);
      if (ServiceSpec.nodePort(port) == 0 && before != 0 && !stillUsed.contains(before)) {
        port.put("nodePort", before);
      }
    }
  }

  private static void clusterIps(ServiceSpec service, ServiceSpec old) {
    boolean sameOne = service.clusterIp().equals(old.clusterIp());
    if (sameOne && service.clusterIps().isEmpty()) {
      service.clusterIps(old.clusterIps());
    }
    if (!sameOne && service.clusterIps().equals(old.clusterIps())) {
      service.clusterIps(service.clusterIp().isEmpty() ? List.of() : List.of(service.clusterIp()));
    }
  }
}
