package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Domains;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Rules for writes of endpoint slices. */
final class EndpointSliceRules extends KindRules {
  private static final String TOPOLOGY = "deprecatedTopology";
  private static final String HOSTNAME = "kubernetes.io/hostname";
  private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
  private static final Set<String> CONTROLLERS =
      Set.of("endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io");
  private static final List<String> ADDRESS_TYPES = List.of("FQDN", "IPv4", "IPv6");
  private static final int MAX_ENDPOINTS = 1000;
  private static final int MAX_ADDRESSES = 100;
  private static final int MAX_PORTS = 20_000;
  private static final int MAX_HINTS = 8;

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    dropTopology(object, Set.of());
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (Trees.same(object.get("endpoints"), old.get("endpoints"))) {
      return;
    }
    Set<String> nodes = new HashSet<>();
    for (ObjectNode endpoint : Trees.objects(old, "endpoints")) {
      nodes.add(Trees.text(endpoint, TOPOLOGY, HOSTNAME));
    }
    nodes.remove("");
    dropTopology(object, nodes);
    if (Trees.same(object.get("endpoints"), old.get("endpoints"))) {
      // as upstream, which counts the change before it drops it
      ObjectNode metadata = Trees.metadata(object);
      metadata.put("generation", Trees.number(metadata, "generation") + 1);
    }
  }

  /**
   * Version v1 has no topology but that of objects that were written in v1beta1.
   *
   * @param nodes those that the old topology names, which become names of nodes
   */
  private static void dropTopology(ObjectNode slice, Set<String> nodes) {
    for (ObjectNode endpoint : Trees.objects(slice, "endpoints")) {
      String node = Trees.text(endpoint, TOPOLOGY, HOSTNAME);
      if (!Trees.has(endpoint, "nodeName")
          && nodes.contains(node)
          && Names.dnsSubdomain(node).isEmpty()) {
        endpoint.put("nodeName", node);
      }
      endpoint.remove(TOPOLOGY);
    }
  }

  @Override
  protected void checkCreate(Field slice) {
    check(slice, false);
  }

  @Override
  protected void checkUpdate(Field slice, Field old) {
    // what old versions stored stays valid
    check(slice, slice.at("endpoints").same(old.at("endpoints")));
    slice.at("addressType").immutable(old.at("addressType"));
  }

  private static void check(Field slice, boolean sameEndpoints) {
    Field type = slice.at("addressType");
    if (type.need("")) {
      type.oneOf(ADDRESS_TYPES);
    }
    ports(slice.at("ports"));
    Field endpoints = slice.at("endpoints");
    if (sameEndpoints) {
      return;
    }
    if (endpoints.size() > MAX_ENDPOINTS) {
      endpoints.tooMany(MAX_ENDPOINTS);
      return;
    }
    for (Field endpoint : endpoints.items()) {
      endpoint(endpoint, type.text());
    }
  }

  private static void ports(Field ports) {
    if (ports.size() > MAX_PORTS) {
      ports.tooMany(MAX_PORTS);
      return;
    }
    Set<String> names = new HashSet<>();
    for (Field port : ports.items()) {
      Field name = port.at("name");
      if (!name.isEmpty()) {
        name.check(Names::dnsLabel);
      }
      if (!names.add(name.text())) {
        name.duplicate();
      }
      Field protocol = port.at("protocol");
      if (protocol.absent()) {
        protocol.required("");
      } else {
        protocol.oneOf(ServicePorts.PROTOCOLS);
      }
      if (port.at("appProtocol").present()) {
        port.at("appProtocol").check(Names::labelKey);
      }
    }
  }

  private static void endpoint(Field endpoint, String type) {
    Field addresses = endpoint.at("addresses");
    if (addresses.isEmpty()) {
      addresses.required("must contain at least 1 address");
    } else if (addresses.size() > MAX_ADDRESSES) {
      addresses.tooMany(MAX_ADDRESSES);
    }
    for (Field address : addresses.items()) {
      address(address, addresses, type);
    }
    if (endpoint.at("nodeName").present()) {
      endpoint.at("nodeName").check(Names::dnsSubdomain);
    }
    if (endpoint.at("hostname").present()) {
      endpoint.at("hostname").check(Names::dnsLabel);
    }
    Field hints = endpoint.at("hints");
    if (hints(hints.at("forZones"), Names::labelValue)) {
      hints(hints.at("forNodes"), Names::dnsSubdomain);
    }
  }

  private static void address(Field address, Field addresses, String type) {
    switch (type) {
      case "IPv4" -> {
        if (Addresses.legacyIp(address)) {
          ofFamily(Addresses.isFour(address.text()), address, addresses, "an IPv4");
        }
      }
      case "IPv6" -> {
        if (Addresses.ip(address)) {
          ofFamily(Addresses.isSix(address.text()), address, addresses, "an IPv6");
        }
      }
      case "FQDN" -> Domains.fullyQualified(address);
      default -> {}
    }
  }

  private static void ofFamily(boolean right, Field address, Field addresses, String wanted) {
    if (!right) {
      addresses.invalid(address.text(), "must be " + wanted + " address");
    }
    Addresses.endpoint(address);
  }

  private static boolean hints(Field hints, Function<String, List<String>> syntax) {
    if (hints.size() > MAX_HINTS) {
      hints.tooMany(MAX_HINTS);
      return false;
    }
    Set<String> names = new HashSet<>();
    for (Field hint : hints.items()) {
      Field name = hint.at("name");
      if (!names.add(name.text())) {
        name.fault(FieldError.duplicate(name.path(), name.text()));
      }
      name.check(syntax);
    }
    return true;
  }

  @Override
  protected void warn(Field slice, Field old, Consumer<String> warnings) {
    if (old.absent() && slice.at("addressType").is("FQDN")) {
      warnings.accept("spec.addressType: FQDN endpoints are deprecated");
    }
    if (CONTROLLERS.contains(slice.at("metadata", "labels").key(MANAGED_BY).text())) {
      return; // they write canonical addresses only
    }
    for (Field endpoint : slice.at("endpoints").items()) {
      endpoint.at("addresses").items().forEach(address -> Addresses.warnIp(address, warnings));
    }
  }
}
