package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks of what a claim asks for. */
final class DeviceClaims {
  static final int REQUESTS_MAX = 32;
  private static final int CONSTRAINTS_MAX = 32;
  private static final int ALTERNATIVES_MAX = 8;
  private static final List<String> MODES = List.of("All", "ExactCount");
  private static final String NO_REQUEST =
      "must be the name of a request in the claim or the name of a request and a subrequest"
          + " separated by '/'";

  /** The names of the requests of a claim, and of the alternatives of each. */
  private final Map<String, Set<String>> requests = new HashMap<>();

  private DeviceClaims() {}

  /** The names that references to requests may have. */
  static DeviceClaims namesOf(Field devices) {
    DeviceClaims names = new DeviceClaims();
    for (Field request : devices.at("requests").items()) {
      Set<String> alternatives = new HashSet<>();
      for (Field alternative : request.at("firstAvailable").items()) {
        alternatives.add(alternative.at("name").text());
      }
      names.requests.put(request.at("name").text(), alternatives);
    }
    return names;
  }

  /** Checks the {@code devices} of a claim. */
  static void validate(Field devices) {
    DeviceClaims names = namesOf(devices);
    Lists.set(
        devices.at("requests"),
        REQUESTS_MAX,
        DeviceClaims::request,
        request -> request.at("name").text());
    Lists.each(devices.at("constraints"), CONSTRAINTS_MAX, names::constraint);
    Lists.each(
        devices.at("config"),
        DeviceParts.CONFIG_MAX,
        config -> {
          names.references(config.at("requests"));
          DeviceParts.configuration(config, false);
        });
  }

  private static void request(Field request) {
    request.at("name").check(Names::dnsLabel);
    Field exactly = request.at("exactly");
    Field alternatives = request.at("firstAvailable");
    if (exactly.absent() && alternatives.isEmpty()) {
      request.required("exactly one of `exactly` or `firstAvailable` is required");
    } else if (exactly.present() && !alternatives.isEmpty()) {
      request.invalid(
          NullNode.instance,
          "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
    } else if (exactly.present()) {
      devices(exactly);
    } else {
      Lists.set(
          alternatives,
          ALTERNATIVES_MAX,
          alternative -> {
            alternative.at("name").check(Names::dnsLabel);
            devices(alternative);
          },
          alternative -> alternative.at("name").text());
    }
  }

  private static void devices(Field request) {
    DeviceNames.deviceClass(request.at("deviceClassName"));
    DeviceParts.selectors(request.at("selectors"));
    Field count = request.at("count");
    switch (request.at("allocationMode").text()) {
      case "All" -> {
        if (count.number() != 0) {
          count.invalid("must not be specified when allocationMode is 'All'");
        }
      }
      case "ExactCount" -> {
        if (count.number() <= 0) {
          count.invalid(count.number(), "must be greater than zero");
        }
      }
      default -> request.at("allocationMode").oneOf(MODES);
    }
    for (Field toleration : request.at("tolerations").items()) {
      DeviceParts.toleration(toleration);
    }
  }

  private void constraint(Field constraint) {
    references(constraint.at("requests"));
    if (constraint.at("matchAttribute").present()) {
      DeviceNames.fullyQualified(constraint.at("matchAttribute"));
    } else if (constraint.at("distinctAttribute").present()) {
      DeviceNames.fullyQualified(constraint.at("distinctAttribute"));
    } else {
      constraint.required(
          "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple"
              + " fields are set");
    }
  }

  /** Checks a set of references to requests. */
  void references(Field references) {
    Lists.set(references, REQUESTS_MAX, this::reference, Field::text);
  }

  void reference(Field reference) {
    String name = reference.text();
    String[] parts = name.split("/", -1);
    if (parts.length <= 2) {
      for (String part : parts) {
        for (String fault : Names.dnsLabel(part)) {
          reference.invalid(part, fault);
        }
      }
      Set<String> alternatives = requests.get(parts[0]);
      if (alternatives != null && (parts.length == 1 || alternatives.contains(parts[1]))) {
        return;
      }
    }
    reference.invalid(name, NO_REQUEST);
  }
}
