package dev.rheo.server.allocation;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import java.util.ArrayList;
import java.util.List;

/** Gives a Service the cluster IPs that its families lack. */
final class ClusterIps {
  private ClusterIps() {}

  /**
   * @param service with complete families
   * @throws ApiException 422 if a chosen address cannot be had, 500 if none is left
   */
  static void create(ServiceSpec service, AddressPool pool, String name) {
    if (service.needsClusterIp() && !service.isHeadless()) {
      fill(service, 0, pool, name);
    }
  }

  /** As {@link #create}, for an update: the addresses that the Service had stay. */
  static void update(ServiceSpec service, ServiceSpec old, AddressPool pool, String name) {
    if (!service.needsClusterIp() || IpFamilies.isUnchanged(service, old)) {
      return;
    }
    // The second: it is from a release that gave no addresses.
    if (!old.needsClusterIp() || old.clusterIps().isEmpty()) {
      create(service, pool, name);
    } else if (!old.isHeadless() && old.families().size() == 1 && service.families().size() == 2) {
      fill(service, 1, pool, name);
    }
  }

  /**
   * @param from the first family whose address is not the Service's yet
   */
  private static void fill(ServiceSpec service, int from, AddressPool pool, String name) {
    List<String> families = service.families();
    List<String> addresses = new ArrayList<>(service.clusterIps());
    while (addresses.size() < families.size()) {
      addresses.add("");
    }
    List<String> shown = List.copyOf(addresses);
    for (int i = from; i < families.size(); i++) {
      addresses.set(i, address(IpFamily.of(families.get(i)), addresses.get(i), pool, shown, name));
    }
    service.clusterIps(addresses);
    if (from == 0) {
      service.clusterIp(addresses.getFirst());
    }
  }

  private static String address(
      IpFamily family, String chosen, AddressPool pool, List<String> shown, String name) {
    IpAddress address = chosen.isEmpty() ? null : IpAddress.parse(chosen);
    try {
      if (address == null) {
        return pool.next(family).toString();
      }
      pool.take(address);
      return chosen;
    } catch (PoolException e) {
      if (address == null) {
        throw ApiException.internalError(
            "failed to allocate a serviceIP for Service \"" + name + "\": " + e.why());
      }
      throw ApiException.invalid(
          "",
          "Service",
          name,
          List.of(
              FieldError.invalid(
                  "spec.clusterIPs", shown, "failed to allocate IP " + chosen + ": " + e.why())));
    }
  }
}
