package dev.rheo.server.allocation;

import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.rules.network.ClusterIpRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Completes the IP families of a Service and their policy: upstream's {@code initIPFamilyFields}.
 * Neither an update nor a new configuration of the cluster adds or takes away an address that the
 * client did not ask for.
 */
final class IpFamilies {
  private static final String POLICY = "spec.ipFamilyPolicy";

  private final List<IpFamily> configured;

  /**
   * @param configured the families of the cluster, the default first
   */
  IpFamilies(List<IpFamily> configured) {
    this.configured = configured;
  }

  /**
   * @param old the Service before an update
   * @throws dev.rheo.api.status.ApiException 422 if the fields contradict each other or the cluster
   */
  void complete(ServiceSpec service, @Nullable ServiceSpec old, String name) {
    if (!service.needsClusterIp() || isUnchanged(service, old)) {
      return;
    }
    if (service.policy().isEmpty()) {
      service.policy(defaultPolicy(service, old));
    }
    FieldErrors errors = new FieldErrors();
    ClusterIpRules.check(
        service.field(errors), old == null ? ServiceSpec.none(errors) : old.field(errors));
    errors.refuse("", "Service", name);
    if (old != null) {
      shrink(service, old, errors);
    }
    if (service.policy().equals(ServiceSpec.SINGLE_STACK)) {
      requireOne(service.clusterIps(), "cluster IPs", service, errors);
      requireOne(service.families(), "IP families", service, errors);
    }
    infer(service, errors);
    errors.refuse("", "Service", name);
    if (service.isHeadlessWithoutSelector()) {
      // Its owner may have endpoints of families that the cluster does not have.
      addMissing(service, true);
      return;
    }
    requireConfigured(service, errors);
    errors.refuse("", "Service", name);
    addMissing(service, configured.size() == 2);
  }

  /** Whether an update leaves a Service alone that got as many addresses as there were families. */
  static boolean isUnchanged(ServiceSpec service, @Nullable ServiceSpec old) {
    return old != null
        && service.needsClusterIp()
        && service.type().equals(old.type())
        && service.policy().equals(ServiceSpec.PREFER_DUAL_STACK)
        && (old.policy().isEmpty() || old.policy().equals(ServiceSpec.PREFER_DUAL_STACK))
        && service.clusterIps().equals(old.clusterIps())
        && service.families().equals(old.families());
  }

  private static String defaultPolicy(ServiceSpec service, @Nullable ServiceSpec old) {
    if (old != null && !old.policy().isEmpty()) {
      return old.policy();
    }
    return service.isHeadlessWithoutSelector()
        ? ServiceSpec.REQUIRE_DUAL_STACK
        : ServiceSpec.SINGLE_STACK;
  }

  /** Only the policy SingleStack gives a family or an address up. */
  private static void shrink(ServiceSpec service, ServiceSpec old, FieldErrors errors) {
    List<String> addresses = service.clusterIps();
    List<String> families = service.families();
    if (service.policy().equals(ServiceSpec.SINGLE_STACK)) {
      if (addresses.equals(old.clusterIps()) && addresses.size() > 1) {
        service.clusterIps(addresses.subList(0, 1));
      }
      if (families.equals(old.families()) && families.size() > 1) {
        service.families(families.subList(0, 1));
      }
      return;
    }
    if (!addresses.isEmpty() && addresses.size() < old.clusterIps().size()) {
      errors.add(
          FieldError.invalid(
              POLICY,
              service.policy(),
              "must be 'SingleStack' to release the secondary cluster IP"));
    }
    if (!families.isEmpty() && families.size() < old.families().size()) {
      errors.add(
          FieldError.invalid(
              POLICY,
              service.policy(),
              "must be 'SingleStack' to release the secondary IP family"));
    }
  }

  private static void requireOne(
      List<String> values, String what, ServiceSpec service, FieldErrors errors) {
    if (values.size() == 2) {
      errors.add(
          FieldError.invalid(
              POLICY,
              service.policy(),
              "must be 'RequireDualStack' or 'PreferDualStack' when multiple "
                  + what
                  + " are specified"));
    }
  }

  /** Adds the families of chosen addresses. */
  private void infer(ServiceSpec service, FieldErrors errors) {
    List<String> addresses = service.clusterIps();
    List<String> families = new ArrayList<>(service.families());
    for (int i = 0; i < addresses.size() && !addresses.get(i).equals(ServiceSpec.NONE); i++) {
      if (i < families.size()) {
        continue;
      }
      IpFamily family = IpFamily.ofAddress(addresses.get(i));
      if (configured.contains(family)) {
        families.add(family.toString());
      } else {
        errors.add(
            FieldError.invalid(
                "spec.clusterIPs[" + i + "]",
                addresses,
                family + " is not configured on this cluster"));
      }
    }
    service.families(families);
  }

  private void requireConfigured(ServiceSpec service, FieldErrors errors) {
    if (service.policy().equals(ServiceSpec.REQUIRE_DUAL_STACK) && configured.size() < 2) {
      errors.add(
          FieldError.invalid(
              POLICY, service.policy(), "this cluster is not configured for dual-stack services"));
    }
    List<String> families = service.families();
    for (int i = 0; i < families.size(); i++) {
      if (!configured.contains(IpFamily.of(families.get(i)))) {
        errors.add(
            FieldError.invalid(
                "spec.ipFamilies[" + i + "]", families.get(i), "not configured on this cluster"));
      }
    }
  }

  private void addMissing(ServiceSpec service, boolean bothPossible) {
    List<String> families = new ArrayList<>(service.families());
    if (families.isEmpty()) {
      families.add(configured.getFirst().toString());
    }
    if (families.size() == 1
        && bothPossible
        && !service.policy().equals(ServiceSpec.SINGLE_STACK)) {
      families.add(IpFamily.of(families.getFirst()).other().toString());
    }
    service.families(families);
  }
}
