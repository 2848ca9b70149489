package dev.rheo.server.allocation;

import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What cluster IPs, IP families and their policy must fulfil before addresses can be given:
 * upstream's {@code ValidateServiceClusterIPsRelatedFields}.
 */
final class ClusterIpChecks {
  private static final List<String> FAMILIES = List.of("IPv4", "IPv6");
  private static final List<String> POLICIES =
      List.of(
          ServiceSpec.PREFER_DUAL_STACK, ServiceSpec.REQUIRE_DUAL_STACK, ServiceSpec.SINGLE_STACK);

  private ClusterIpChecks() {}

  static void check(ServiceSpec service, @Nullable ServiceSpec old, FieldErrors errors) {
    List<String> addresses = service.clusterIps();
    List<String> families = service.families();
    if (!service.clusterIp().isEmpty()) {
      if (addresses.isEmpty()) {
        errors.add(FieldError.required("spec.clusterIPs", ""));
      } else if (!addresses.getFirst().equals(service.clusterIp())) {
        errors.add(
            FieldError.invalid("spec.clusterIPs", addresses, "first value must match `clusterIP`"));
      }
    } else if (!addresses.isEmpty()) {
      errors.add(
          FieldError.invalid(
              "spec.clusterIPs", addresses, "must be empty when `clusterIP` is not specified"));
    }
    families(families, errors);
    if (!service.policy().isEmpty() && !POLICIES.contains(service.policy())) {
      errors.add(FieldError.notSupported("spec.ipFamilyPolicy", service.policy(), POLICIES));
    }
    boolean valid = addresses(addresses, old == null ? List.of() : old.clusterIps(), errors);
    if (addresses.size() > 2) {
      errors.add(FieldError.invalid("spec.clusterIPs", addresses, "may only hold up to 2 values"));
    }
    if (!valid) {
      return;
    }
    if (addresses.size() > 1
        && addresses.stream().map(ClusterIpChecks::family).distinct().count() < 2) {
      errors.add(
          FieldError.invalid(
              "spec.clusterIPs", addresses, "may specify no more than one IP for each IP family"));
    }
    if (!service.isHeadless()) {
      matching(addresses, families, errors);
    }
  }

  private static void families(List<String> families, FieldErrors errors) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < families.size() && !errors.isFull(); i++) {
      String family = families.get(i);
      String field = "spec.ipFamilies[" + i + "]";
      if (!FAMILIES.contains(family)) {
        errors.add(FieldError.notSupported(field, family, FAMILIES));
      }
      if (!seen.add(family)) {
        errors.add(FieldError.duplicate(field, family));
      }
    }
  }

  private static boolean addresses(
      List<String> addresses, List<String> before, FieldErrors errors) {
    boolean valid = true;
    for (int i = 0; i < addresses.size() && !errors.isFull(); i++) {
      String address = addresses.get(i);
      if (i == 0 && address.equals(ServiceSpec.NONE)) {
        if (addresses.size() > 1) {
          errors.add(
              FieldError.invalid(
                  "spec.clusterIPs", addresses, "'None' must be the first and only value"));
          valid = false;
        }
      } else if (!before.contains(address)) {
        for (String fault : faults(address)) {
          errors.add(FieldError.invalid("spec.clusterIPs[" + i + "]", address, fault));
          valid = false;
        }
      }
    }
    return valid;
  }

  private static List<String> faults(String address) {
    if (IpAddress.parse(address) == null) {
      return List.of("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }
    if (IpAddress.hasLeadingZeros(address)) {
      return List.of("must not have leading 0s");
    }
    return IpAddress.isMapped(address)
        ? List.of("must not be an IPv4-mapped IPv6 address")
        : List.of();
  }

  private static void matching(List<String> addresses, List<String> families, FieldErrors errors) {
    for (int i = 0; i < Math.min(addresses.size(), families.size()); i++) {
      IpFamily wanted = IpFamily.of(families.get(i));
      if (FAMILIES.contains(families.get(i)) && family(addresses.get(i)) != wanted) {
        errors.add(
            FieldError.invalid(
                "spec.clusterIPs[" + i + "]",
                addresses.get(i),
                "expected an " + wanted + " value as indicated by `ipFamilies[" + i + "]`"));
      }
    }
  }

  /** The family of an address that is valid, or was when it was stored. */
  static IpFamily family(String address) {
    IpAddress parsed = IpAddress.parse(address);
    return parsed == null ? IpFamily.IPV4 : parsed.family();
  }
}
