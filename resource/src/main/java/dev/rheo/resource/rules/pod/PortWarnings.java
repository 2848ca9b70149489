package dev.rheo.resource.rules.pod;

import dev.rheo.api.status.Excerpt;
import dev.rheo.resource.rules.kind.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tells of ports of containers that are in each other's way. */
final class PortWarnings {
  /** Ports that each port is compared with; only so many are told of. */
  private static final int COMPARED = 64;

  private PortWarnings() {}

  static void tell(Field spec, Consumer<String> warnings) {
    Map<String, List<Field>> ports = new HashMap<>();
    Containers.each(
        spec,
        container -> {
          for (Field port : container.at("ports").items()) {
            Field hostIp = port.at("hostIP");
            if (!hostIp.isEmpty() && port.at("hostPort").number() == 0) {
              warnings.accept(port.path() + ": hostIP set without hostPort: " + shown(port));
            }
            String key = port.at("containerPort").number() + "/" + port.at("protocol").text();
            List<Field> others = ports.computeIfAbsent(key, any -> new ArrayList<>());
            for (Field other : others) {
              compare(port, other, warnings);
            }
            if (others.size() < COMPARED) {
              others.add(port);
            }
          }
        });
    Map<String, Field> names = new HashMap<>();
    Containers.each(
        spec,
        container -> {
          for (Field port : container.at("ports").items()) {
            String name = port.at("name").text();
            Field other = name.isEmpty() ? null : names.putIfAbsent(name, port);
            if (other != null) {
              warnings.accept(
                  port.path()
                      + ": duplicate port name "
                      + Excerpt.quoted(name)
                      + " with "
                      + other.path()
                      + ", services and probes that select ports by name will use "
                      + other.path());
            }
          }
        });
  }

  private static void compare(Field port, Field other, Consumer<String> warnings) {
    String ip = port.at("hostIP").text();
    String otherIp = other.at("hostIP").text();
    long host = port.at("hostPort").number();
    long otherHost = other.at("hostPort").number();
    String how = null;
    if (ip.equals(otherIp) && host == otherHost) {
      how = "duplicate";
    } else if (host == 0 || otherHost == 0) {
      how = "overlapping";
    } else if (host == otherHost && ip.isEmpty() != otherIp.isEmpty()) {
      how = "dangerously ambiguous";
    }
    if (how != null) {
      warnings.accept(port.path() + ": " + how + " port definition with " + other.path());
    }
  }

  /** As Go's {@code %+v} shows a port. */
  private static String shown(Field port) {
    return "{Name:"
        + port.at("name").text()
        + " HostPort:"
        + port.at("hostPort").number()
        + " ContainerPort:"
        + port.at("containerPort").number()
        + " Protocol:"
        + port.at("protocol").text()
        + " HostIP:"
        + Excerpt.text(port.at("hostIP").text())
        + "}";
  }
}
