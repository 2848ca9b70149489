package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Checks of where a load balancer is reached, in the status of a Service or an Ingress. */
final class LoadBalancerStatus {
  private static final List<String> MODES = List.of("Proxy", "VIP");

  private LoadBalancerStatus() {}

  /**
   * @param hasMode whether addresses have an {@code ipMode}
   */
  static void check(Field status, Field old, boolean hasMode) {
    Set<String> before = new HashSet<>();
    old.at("ingress").items().forEach(ingress -> before.add(ingress.at("ip").text()));
    for (Field ingress : status.at("ingress").items()) {
      Field ip = ingress.at("ip");
      if (!ip.isEmpty()) {
        Addresses.legacyIp(ip, before);
      }
      if (hasMode) {
        mode(ingress.at("ipMode"), ip.isEmpty());
      }
      Field host = ingress.at("hostname");
      if (!host.isEmpty()) {
        host.check(Names::dnsSubdomain);
        if (Addresses.isIp(host.text())) {
          host.invalid("must be a DNS name, not an IP address");
        }
      }
    }
  }

  private static void mode(Field mode, boolean noIp) {
    if (mode.absent()) {
      if (!noIp) {
        mode.required("must be specified when `ip` is set");
      }
    } else if (noIp) {
      mode.forbidden("may not be specified when `ip` is not set");
    } else {
      mode.oneOf(MODES);
    }
  }

  static void warn(Field status, Consumer<String> warnings) {
    for (Field ingress : status.at("ingress").items()) {
      if (!ingress.at("ip").isEmpty()) {
        // upstream names the element, not its address
        Addresses.warnIp(ingress.at("ip").placed(ingress), warnings);
      }
    }
  }
}
