package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import java.util.List;

/** A view of the spec of a Service that reads and changes its tree in place. */
final class ServiceSpec {
  static final String NONE = "None";
  static final String SINGLE_STACK = "SingleStack";
  static final String PREFER_DUAL_STACK = "PreferDualStack";
  static final String REQUIRE_DUAL_STACK = "RequireDualStack";

  private static final String EXTERNAL_NAME = "ExternalName";
  private static final String NODE_PORT = "NodePort";
  private static final String LOAD_BALANCER = "LoadBalancer";

  private final ObjectNode tree;

  private ServiceSpec(ObjectNode tree) {
    this.tree = tree;
  }

  static ServiceSpec of(ObjectNode service) {
    return new ServiceSpec(Trees.need(service, "spec"));
  }

  /** A view of a copy. */
  static ServiceSpec copyOf(ObjectNode service) {
    ObjectNode spec = Trees.object(service, "spec");
    return new ServiceSpec(spec == null ? service.objectNode() : TreeCopies.of(spec));
  }

  /** The spec as rules read it. */
  Field field(FieldErrors errors) {
    return none(errors).with(tree);
  }

  /** The spec of a Service that is not there, as rules read it. */
  static Field none(FieldErrors errors) {
    return Field.root(null, errors).at("spec");
  }

  String type() {
    return Trees.text(tree, "type");
  }

  /** Whether the type is one that has a cluster IP, or none by its own wish. */
  boolean needsClusterIp() {
    return !type().equals(EXTERNAL_NAME);
  }

  String clusterIp() {
    return Trees.text(tree, "clusterIP");
  }

  void clusterIp(String address) {
    tree.put("clusterIP", address);
  }

  List<String> clusterIps() {
    return Trees.strings(tree, "clusterIPs");
  }

  void clusterIps(List<String> addresses) {
    set("clusterIPs", addresses);
  }

  boolean isHeadless() {
    List<String> addresses = clusterIps();
    return !addresses.isEmpty() && addresses.getFirst().equals(NONE);
  }

  /** Whether a headless Service's endpoints are known to its owner alone. */
  boolean isHeadlessWithoutSelector() {
    return clusterIp().equals(NONE) && Trees.isEmpty(tree, "selector");
  }

  List<String> families() {
    return Trees.strings(tree, "ipFamilies");
  }

  void families(List<String> families) {
    set("ipFamilies", families);
  }

  String policy() {
    return Trees.text(tree, "ipFamilyPolicy");
  }

  void policy(String policy) {
    tree.put("ipFamilyPolicy", policy);
  }

  List<ObjectNode> ports() {
    return Trees.objects(tree, "ports");
  }

  boolean isNodePortType() {
    return type().equals(NODE_PORT) || type().equals(LOAD_BALANCER);
  }

  /** Whether ports without a node port get one. */
  boolean allocatesNodePorts() {
    return type().equals(NODE_PORT)
        || (type().equals(LOAD_BALANCER)
            && (!Trees.has(tree, "allocateLoadBalancerNodePorts")
                || Trees.flag(tree, "allocateLoadBalancerNodePorts")));
  }

  boolean needsHealthCheck() {
    return type().equals(LOAD_BALANCER)
        && Trees.text(tree, "externalTrafficPolicy").equals("Local");
  }

  long healthCheckNodePort() {
    return Trees.number(tree, "healthCheckNodePort");
  }

  void healthCheckNodePort(long port) {
    tree.put("healthCheckNodePort", port);
  }

  static long nodePort(ObjectNode port) {
    return Trees.number(port, "nodePort");
  }

  /** The node ports that are set, in the order of the ports. */
  List<Long> nodePorts() {
    return ports().stream().map(ServiceSpec::nodePort).filter(port -> port != 0).toList();
  }

  private void set(String field, List<String> texts) {
    if (texts.isEmpty()) {
      tree.remove(field);
    } else {
      ArrayNode array = tree.putArray(field);
      texts.forEach(array::add);
    }
  }
}
