package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.name.Names;
import dev.rheo.resource.defaults.CoreDefaults;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelRules;
import dev.rheo.resource.rules.kind.Syntax;
import dev.rheo.resource.type.WriteContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Rules for writes of services. */
final class ServiceRules extends KindRules {
  private static final List<String> TYPES =
      List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
  private static final List<String> AFFINITIES = List.of("ClientIP", "None");
  private static final List<String> TRAFFIC_POLICIES = List.of("Cluster", "Local");
  private static final List<String> DISTRIBUTIONS =
      List.of("PreferClose", "PreferSameZone", "PreferSameNode");
  private static final int MAX_AFFINITY_SECONDS = 86400;

  private static final String TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
  private static final String TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    ServiceStrategy.create(object);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      ServiceStrategy.update(object, old);
    }
  }

  @Override
  protected void checkCreate(Field service) {
    check(service, service.with(null));
  }

  @Override
  protected void checkUpdate(Field service, Field old) {
    Field spec = service.at("spec");
    Field oldSpec = old.at("spec");
    ClusterIpRules.checkUpdate(spec, oldSpec);
    ServiceBalancing.classUpdate(spec, oldSpec);
    ServiceBalancing.balancerClass(spec);
    Field healthCheck = spec.at("healthCheckNodePort");
    if (needsHealthCheck(spec)
        && needsHealthCheck(oldSpec)
        && healthCheck.number() != oldSpec.at("healthCheckNodePort").number()) {
      healthCheck.forbidden("field is immutable");
    }
    check(service, old);
  }

  @Override
  protected void checkSubresource(String subresource, Field service, Field old) {
    Field status = service.at("status", "loadBalancer");
    if (!service.at("spec", "type").is("LoadBalancer") && !status.at("ingress").isEmpty()) {
      status.at("ingress").forbidden("may only be used when `spec.type` is 'LoadBalancer'");
    } else {
      LoadBalancerStatus.check(status, old.at("status", "loadBalancer"), true);
    }
  }

  /**
   * @param old absent for a create
   */
  private static void check(Field service, Field old) {
    topology(service.at("metadata", "annotations"));
    Field spec = service.at("spec");
    Field type = spec.at("type");
    boolean headless = ClusterIpRules.isHeadless(spec);
    if (spec.at("ports").isEmpty() && !headless && !type.is("ExternalName")) {
      spec.at("ports").required("");
    }
    type(spec, headless);
    ServicePorts.check(spec.at("ports"));
    LabelRules.labels(spec.at("selector"));
    affinity(spec);
    ClusterIpRules.check(spec, old.at("spec"));
    externalIps(spec.at("externalIPs"), old.at("spec", "externalIPs"));
    if (type.need("")) {
      type.oneOf(TYPES);
    }
    ServicePorts.checkDistinct(spec.at("ports"), type.is("ClusterIP"));
    ServiceBalancing.check(service, old);
    externalTraffic(spec);
    internalTraffic(spec);
    Field distribution = spec.at("trafficDistribution");
    if (distribution.present()) {
      distribution.oneOf(DISTRIBUTIONS);
    }
  }

  private static void topology(Field annotations) {
    Field mode = annotations.key(TOPOLOGY_MODE);
    Field hints = annotations.key(TOPOLOGY_HINTS);
    if (mode.present() && hints.present() && !mode.is(hints.text())) {
      mode.invalid("must match annotations[" + TOPOLOGY_HINTS + "] when both are specified");
    }
  }

  private static void type(Field spec, boolean headless) {
    String type = spec.at("type").text();
    switch (type) {
      case "LoadBalancer", "NodePort" -> {
        if (headless) {
          spec.at("clusterIPs")
              .index(0)
              .invalid("may not be set to 'None' for " + type + " services");
        }
      }
      case "ExternalName" -> externalName(spec);
      default -> {}
    }
  }

  private static void externalName(Field spec) {
    String forbidden = "may not be set for ExternalName services";
    for (String name : new String[] {"clusterIPs", "ipFamilies"}) {
      if (!spec.at(name).isEmpty()) {
        spec.at(name).forbidden(forbidden);
      }
    }
    if (spec.at("ipFamilyPolicy").present()) {
      spec.at("ipFamilyPolicy").forbidden(forbidden);
    }
    Field name = spec.at("externalName");
    String text = name.text();
    // a dot at the end says that the name is fully qualified
    String bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    if (bare.isEmpty()) {
      name.required("");
    } else {
      name.with(TextNode.valueOf(bare)).check(Names::dnsSubdomain);
    }
  }

  private static void affinity(Field spec) {
    Field affinity = spec.at("sessionAffinity");
    if (affinity.need("")) {
      affinity.oneOf(AFFINITIES);
    }
    Field config = spec.at("sessionAffinityConfig");
    if (affinity.is("None") && config.present()) {
      config.forbidden("must not be set when session affinity is None");
    } else if (affinity.is("ClientIP")) {
      Field missing = firstAbsent(config, "clientIP", "timeoutSeconds");
      Field timeout = config.at("clientIP", "timeoutSeconds");
      if (missing != null) {
        missing.required("when session affinity type is ClientIP");
      } else if (timeout.number() <= 0 || timeout.number() > MAX_AFFINITY_SECONDS) {
        timeout.invalid("must be greater than 0 and less than " + MAX_AFFINITY_SECONDS);
      }
    }
  }

  private static @Nullable Field firstAbsent(Field at, String... below) {
    Field here = at;
    for (String name : below) {
      if (here.absent()) {
        return here;
      }
      here = here.at(name);
    }
    return here.absent() ? here : null;
  }

  private static void externalIps(Field addresses, Field before) {
    Set<String> known = new HashSet<>(before.texts());
    for (Field address : addresses.items()) {
      if (Addresses.legacyIp(address, known)) {
        Addresses.endpoint(address);
      }
    }
  }

  private static void externalTraffic(Field spec) {
    Field policy = spec.at("externalTrafficPolicy");
    if (!CoreDefaults.isExternal(spec.object())) {
      if (!policy.isEmpty()) {
        policy.invalid("may only be set for externally-accessible services");
      }
    } else if (policy.need("")) {
      policy.oneOf(TRAFFIC_POLICIES);
    }
    Field port = spec.at("healthCheckNodePort");
    if (!needsHealthCheck(spec)) {
      if (port.number() != 0) {
        port.invalid(
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
      }
    } else if (port.number() == 0) {
      port.required("");
    } else {
      Syntax.port(port);
    }
  }

  private static boolean needsHealthCheck(Field spec) {
    return spec.at("type").is("LoadBalancer") && spec.at("externalTrafficPolicy").is("Local");
  }

  private static void internalTraffic(Field spec) {
    Field policy = spec.at("internalTrafficPolicy");
    Field type = spec.at("type");
    if (policy.present()) {
      policy.oneOf(TRAFFIC_POLICIES);
    } else if (TYPES.contains(type.text()) && !type.is("ExternalName")) {
      policy.required("");
    }
  }

  @Override
  protected void warn(Field service, Field old, Consumer<String> warnings) {
    if (service.at("metadata", "annotations").key(TOPOLOGY_HINTS).present()) {
      warnings.accept(
          "annotation "
              + TOPOLOGY_HINTS
              + " is deprecated, please use "
              + TOPOLOGY_MODE
              + " instead");
    }
    Field spec = service.at("spec");
    boolean external = spec.at("type").is("ExternalName");
    boolean headless = spec.at("type").is("ClusterIP") && spec.at("clusterIP").is("None");
    if (!spec.at("clusterIP").isEmpty() && !spec.at("clusterIP").is("None")) {
      spec.at("clusterIPs").items().forEach(ip -> Addresses.warnIp(ip, warnings));
    }
    Field balancerIp = spec.at("loadBalancerIP");
    Field externalIps = spec.at("externalIPs");
    if (headless) {
      warnIgnored(!balancerIp.isEmpty(), "spec.loadBalancerIP", warnings);
      warnIgnored(!externalIps.isEmpty(), "spec.externalIPs", warnings);
      warnIgnored(!spec.at("sessionAffinity").is("None"), "spec.SessionAffinity", warnings);
    }
    externalIps.items().forEach(ip -> Addresses.warnIp(ip, warnings));
    if (!externalIps.isEmpty() && !headless && !external) {
      warnings.accept(
          "spec.externalIPs is deprecated and may no longer be implemented in some clusters");
    }
    if (!balancerIp.isEmpty()) {
      Addresses.warnIp(balancerIp, warnings);
    }
    spec.at("loadBalancerSourceRanges")
        .items()
        .forEach(range -> Addresses.warnCidr(range, warnings));
    if (external && !externalIps.isEmpty()) {
      warnings.accept("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    }
    if (!external && !spec.at("externalName").isEmpty()) {
      warnings.accept("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    }
    if (spec.at("trafficDistribution").is("PreferClose")) {
      warnings.accept(
          "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
    }
  }

  private static void warnIgnored(boolean set, String path, Consumer<String> warnings) {
    if (set) {
      warnings.accept(path + " is ignored for headless services");
    }
  }

  @Override
  protected void warn(String subresource, Field service, Field old, Consumer<String> warnings) {
    LoadBalancerStatus.warn(service.at("status", "loadBalancer"), warnings);
  }
}
