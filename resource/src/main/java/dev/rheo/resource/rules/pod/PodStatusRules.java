package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks writes of {@code pods/status}. */
final class PodStatusRules {
  private static final Set<String> SYSTEM_CONDITIONS =
      Set.of("PodScheduled", "Ready", "Initialized");

  private PodStatusRules() {}

  static void validate(Field pod, Field old) {
    Field status = pod.at("status");
    Field before = old.at("status");
    Field spec = pod.at("spec");
    conditions(status.at("conditions"));
    nominatedNode(
        status.at("nominatedNodeName"), before.at("nominatedNodeName"), old.at("spec", "nodeName"));
    generation(status.at("observedGeneration"));
    Field qos = status.at("qosClass");
    if (!qos.is(before.at("qosClass").text())) {
      qos.invalid(qos.text(), "field is immutable");
    }
    ContainerStatusRules.transitions(status, before, old.at("spec"));
    claimStatuses(status.at("resourceClaimStatuses"), names(spec, "resourceClaims"));
    extendedClaim(status.at("extendedResourceClaimStatus"), spec);
    addresses(status.at("podIPs"), before.at("podIPs"), "core.PodIP");
    Field hostIps = status.at("hostIPs");
    if (hostIps.size() > 0 && !hostIps.index(0).at("ip").is(status.at("hostIP").text())) {
      Field first = hostIps.index(0).at("ip");
      first.invalid(first.text(), "must be equal to `hostIP`");
    }
    addresses(hostIps, before.at("hostIPs"), "core.HostIP");
    ContainerStatusRules.validate(status, spec);
  }

  private static void conditions(Field conditions) {
    for (Field condition : conditions.items()) {
      generation(condition.at("observedGeneration"));
      Field type = condition.at("type");
      if (!SYSTEM_CONDITIONS.contains(type.text())) {
        type.placed(condition.at("Type")).check(Names::labelKey);
      }
    }
  }

  private static void generation(Field generation) {
    if (generation.number() < 0) {
      generation.invalid("must be a non-negative integer");
    }
  }

  private static void nominatedNode(Field nominated, Field before, Field node) {
    if (nominated.isEmpty() || nominated.is(before.text())) {
      return;
    }
    nominated.check(Names::dnsSubdomain);
    if (!node.isEmpty()) {
      nominated.forbidden("may not be set on pods that are already bound to a node");
    }
  }

  private static Set<String> names(Field of, String list) {
    Set<String> names = new HashSet<>();
    Trees.eachObject(of.node(), list, one -> names.add(Trees.text(one, "name")));
    return names;
  }

  private static void claimStatuses(Field statuses, Set<String> claims) {
    Set<String> seen = new HashSet<>();
    for (Field status : statuses.items()) {
      Field name = status.at("name");
      if (!claims.contains(name.text())) {
        name.invalid(name.text(), "must match the name of an entry in `spec.resourceClaims`");
      }
      if (!seen.add(name.text())) {
        name.duplicate();
      }
      Field claim = status.at("resourceClaimName");
      if (claim.present()) {
        claim.check(Names::dnsSubdomain);
      }
    }
  }

  private static void extendedClaim(Field status, Field spec) {
    if (status.absent()) {
      return;
    }
    Map<String, ObjectNode> containers = new HashMap<>();
    for (String list : List.of("initContainers", "containers")) {
      Trees.eachObject(spec.node(), list, c -> containers.put(Trees.text(c, "name"), c));
    }
    Field mappings = status.at("requestMappings");
    mappings.need("at least one request mapping is required");
    Set<List<String>> seen = new HashSet<>();
    for (Field mapping : mappings.items()) {
      requestMapping(mapping, containers, seen, status.at("requestName"));
    }
    Field claim = status.at("resourceClaimName");
    if (claim.need("")) {
      claim.check(Names::dnsSubdomain);
    }
  }

  private static void requestMapping(
      Field mapping, Map<String, ObjectNode> containers, Set<List<String>> seen, Field nameAt) {
    Field container = mapping.at("containerName");
    Field resource = mapping.at("resourceName");
    Field request = mapping.at("requestName");
    ObjectNode known = containers.get(container.text());
    if (known == null) {
      container.invalid(
          container.text(),
          "must match the name of an entry in spec.initContainers.name or spec.containers.name");
    } else if (Trees.at(known, "resources", "requests", resource.text()) == null) {
      resource.invalid(
          resource.text(),
          "must match the extended resource name of an entry in"
              + " spec.initContainers.resources.requests or spec.containers.resources.requests");
    }
    request.placed(nameAt).check(Names::dnsLabel);
    if (!seen.add(List.of(container.text(), resource.text(), request.text()))) {
      container.duplicate();
      resource.duplicate();
      request.duplicate();
    }
  }

  /** Checks a list of one address, or of one for each family. */
  private static void addresses(Field list, Field old, String type) {
    Set<String> before = new HashSet<>();
    for (ObjectNode address : Trees.objects(old.node())) {
      before.add(Trees.text(address, "ip"));
    }
    boolean four = false;
    boolean six = false;
    String unknown = null;
    int i = 0;
    for (Field address : list.items()) {
      Field ip = address.at("ip").placed(list.index(i++));
      Addresses.legacyIp(ip, before);
      if (Addresses.isFour(ip.text())) {
        four = true;
      } else if (Addresses.isSix(ip.text())) {
        six = true;
      } else if (unknown == null) {
        unknown = "invalid IP[" + (i - 1) + "]: " + Excerpt.text(ip.text());
      }
    }
    if (list.size() < 2) {
      return;
    }
    if (unknown != null) {
      list.fault(
          new FieldError(
              "InternalError",
              list.path(),
              "Internal error: failed to check for dual stack with error:" + unknown));
    }
    if (unknown != null || !four || !six || list.size() > 2) {
      list.invalid(
          GoValues.ofList(type, list.node()), "may specify no more than one IP for each IP family");
    }
  }
}
