package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a version of a Service holds. A write takes what the new version holds and the old one does
 * not, and gives back what only the old one holds, whatever its fields went through in between.
 *
 * @param addresses its cluster IPs
 * @param ports its node ports
 */
public record Holdings(Set<IpAddress> addresses, Set<Integer> ports) {
  public static final Holdings NONE = new Holdings(Set.of(), Set.of());

  public static Holdings of(ObjectNode service) {
    ServiceSpec spec = ServiceSpec.copyOf(service);
    Set<IpAddress> addresses = new TreeSet<>();
    if (spec.needsClusterIp() && !spec.isHeadless()) {
      for (String text : spec.clusterIps()) {
        IpAddress address = IpAddress.parse(text);
        if (address != null) {
          addresses.add(address);
        }
      }
    }
    Set<Integer> ports = new TreeSet<>();
    if (spec.isNodePortType()) {
      spec.nodePorts().forEach(port -> ports.add(port.intValue()));
    }
    if (spec.needsHealthCheck() && spec.healthCheckNodePort() != 0) {
      ports.add((int) spec.healthCheckNodePort());
    }
    return new Holdings(addresses, ports);
  }

  public boolean isEmpty() {
    return addresses.isEmpty() && ports.isEmpty();
  }

  /** What these hold and the others do not. */
  public Holdings without(Holdings others) {
    Set<IpAddress> ownAddresses = new TreeSet<>(addresses);
    ownAddresses.removeAll(others.addresses);
    Set<Integer> ownPorts = new HashSet<>(ports);
    ownPorts.removeAll(others.ports);
    return new Holdings(ownAddresses, ownPorts);
  }
}
