package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.function.Consumer;

/** Rules for writes of endpoints. */
final class EndpointsRules extends KindRules {
  private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
  private static final String CONTROLLER = "endpoint-controller";

  @Override
  protected void checkCreate(Field endpoints) {
    endpoints.at("subsets").items().forEach(EndpointsRules::subset);
  }

  @Override
  protected void checkUpdate(Field endpoints, Field old) {
    // what old versions stored stays valid
    if (!endpoints.at("subsets").same(old.at("subsets"))) {
      checkCreate(endpoints);
    }
  }

  private static void subset(Field subset) {
    Field addresses = subset.at("addresses");
    Field notReady = subset.at("notReadyAddresses");
    if (addresses.isEmpty() && notReady.isEmpty()) {
      subset.required("must specify `addresses` or `notReadyAddresses`");
    }
    addresses.items().forEach(EndpointsRules::address);
    notReady.items().forEach(EndpointsRules::address);
    Field ports = subset.at("ports");
    for (Field port : ports.items()) {
      Field name = port.at("name");
      if (!name.isEmpty()) {
        name.check(Names::dnsLabel);
      } else if (ports.size() > 1) {
        name.required("");
      }
      Syntax.port(port.at("port"));
      ServicePorts.protocol(port.at("protocol"));
      if (port.at("appProtocol").present()) {
        port.at("appProtocol").check(Names::labelKey);
      }
    }
  }

  private static void address(Field address) {
    Field ip = address.at("ip");
    Addresses.legacyIp(ip);
    if (!address.at("hostname").isEmpty()) {
      address.at("hostname").check(Names::dnsLabel);
    }
    if (address.at("nodeName").present()) {
      address.at("nodeName").check(Names::dnsSubdomain);
    }
    Addresses.endpoint(ip);
  }

  @Override
  protected void warn(Field endpoints, Field old, Consumer<String> warnings) {
    if (endpoints.at("metadata", "labels").key(MANAGED_BY).is(CONTROLLER)) {
      return; // it writes canonical addresses only
    }
    for (Field subset : endpoints.at("subsets").items()) {
      for (String list : new String[] {"addresses", "notReadyAddresses"}) {
        for (Field address : subset.at(list).items()) {
          Addresses.warnIp(address.at("ip"), warnings);
        }
      }
    }
  }
}
