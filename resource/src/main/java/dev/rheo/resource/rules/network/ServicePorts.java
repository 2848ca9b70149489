package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of the ports of a Service. */
final class ServicePorts {
  /** The protocols of ports. */
  static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

  private ServicePorts() {}

  static void check(Field ports) {
    boolean named = ports.size() > 1;
    Set<String> names = new HashSet<>();
    for (Field port : ports.items()) {
      Field name = port.at("name");
      if (!name.isEmpty()) {
        name.check(Names::dnsLabel);
        if (!names.add(name.text())) {
          name.duplicate();
        }
      } else if (named) {
        name.required("");
      }
      Syntax.port(port.at("port"));
      protocol(port.at("protocol"));
      Syntax.portNumberOrName(port.at("targetPort"));
      if (port.at("appProtocol").present()) {
        port.at("appProtocol").check(Names::labelKey);
      }
    }
  }

  static void protocol(Field protocol) {
    if (protocol.need("")) {
      protocol.oneOf(PROTOCOLS);
    }
  }

  /**
   * Demands that no port and no node port is there twice with the same protocol.
   *
   * @param internal whether there may be no node ports
   */
  static void checkDistinct(Field ports, boolean internal) {
    if (internal) {
      for (Field port : ports.items()) {
        if (port.at("nodePort").number() != 0) {
          port.at("nodePort").forbidden("may not be used when `type` is 'ClusterIP'");
        }
      }
    }
    Set<String> seen = new HashSet<>();
    for (Field port : ports.items()) {
      Field nodePort = port.at("nodePort");
      if (nodePort.number() != 0 && !seen.add(key(port, nodePort))) {
        nodePort.duplicate();
      }
    }
    seen.clear();
    for (Field port : ports.items()) {
      if (!seen.add(key(port, port.at("port")))) {
        port.fault(FieldError.duplicate(port.path(), shown(port)));
      }
    }
  }

  private static String key(Field port, Field number) {
    return port.at("protocol").text() + "/" + number.number();
  }

  /** As upstream prints its key: a port with nothing but protocol and number. */
  private static ObjectNode shown(Field port) {
    return port.object()
        .objectNode()
        .put("Name", "")
        .put("Protocol", port.at("protocol").text())
        .putNull("AppProtocol")
        .put("Port", port.at("port").number())
        .put("TargetPort", 0)
        .put("NodePort", 0);
  }
}
