package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashSet;
import java.util.Set;

/** Checks of the fields that are for Services of the type LoadBalancer. */
final class ServiceBalancing {
  private static final String SOURCE_RANGES =
      "service.beta.kubernetes.io/load-balancer-source-ranges";
  private static final String BALANCED_ONLY = "may only be used when `type` is 'LoadBalancer'";

  private ServiceBalancing() {}

  static void check(Field service, Field old) {
    Field spec = service.at("spec");
    boolean balanced = spec.at("type").is("LoadBalancer");
    Field annotation = service.at("metadata", "annotations").key(SOURCE_RANGES);
    if (!spec.at("loadBalancerSourceRanges").isEmpty()) {
      ranges(spec.at("loadBalancerSourceRanges"), old.at("spec"), balanced);
    } else if (annotation.present()) {
      if (!balanced) {
        annotation.forbidden(BALANCED_ONLY);
      }
      Field before = old.at("metadata", "annotations").key(SOURCE_RANGES);
      if (before.absent() || !before.is(annotation.text())) {
        annotated(annotation);
      }
    }
    Field nodePorts = spec.at("allocateLoadBalancerNodePorts");
    if (nodePorts.present() && !balanced) {
      nodePorts.forbidden(BALANCED_ONLY);
    }
    if (nodePorts.absent() && balanced) {
      service.at("allocateLoadBalancerNodePorts").required("");
    }
    balancerClass(spec);
  }

  private static void ranges(Field ranges, Field old, boolean balanced) {
    Field at = ranges.named("LoadBalancerSourceRanges"); // as upstream spells it
    if (!balanced) {
      at.forbidden(BALANCED_ONLY);
    }
    Set<String> before = new HashSet<>();
    old.at("loadBalancerSourceRanges").texts().forEach(range -> before.add(range.strip()));
    for (Field range : at.items()) {
      Addresses.legacyCidr(range, range.text().strip(), before);
    }
  }

  private static void annotated(Field annotation) {
    if (annotation.text().isBlank()) {
      return;
    }
    for (String range : annotation.text().strip().split(",", -1)) {
      if (annotation.isFull()) {
        return;
      }
      Addresses.legacyCidr(annotation, range.strip(), Set.of());
    }
  }

  static void classUpdate(Field spec, Field old) {
    if (spec.at("type").is("LoadBalancer")
        && old.at("type").is("LoadBalancer")
        && !spec.at("loadBalancerClass").same(old.at("loadBalancerClass"))) {
      spec.at("loadBalancerClass").invalid("may not change once set");
    }
  }

  static void balancerClass(Field spec) {
    Field name = spec.at("loadBalancerClass");
    if (name.absent()) {
      return;
    }
    if (spec.at("type").is("LoadBalancer")) {
      name.check(Names::labelKey);
    } else {
      name.forbidden(BALANCED_ONLY);
    }
  }
}
