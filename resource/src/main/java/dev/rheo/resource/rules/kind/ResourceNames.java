package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.name.Names;
import java.util.List;
import java.util.Set;

/** Names of resources in lists of them: {@code cpu}, {@code requests.storage}, {@code a.com/b}. */
public final class ResourceNames {
  static final String HUGE_PAGES = "hugepages-";
  private static final String REQUESTS = "requests.";

  private static final Set<String> CONTAINER = Set.of("cpu", "memory", "ephemeral-storage");

  /** Objects that a quota counts. */
  private static final Set<String> COUNTED =
      Set.of(
          "pods",
          "resourcequotas",
          "services",
          "replicationcontrollers",
          "secrets",
          "configmaps",
          "persistentvolumeclaims",
          "services.nodeports",
          "services.loadbalancers");

  private static final Set<String> QUOTA =
      Set.of(
          "cpu",
          "memory",
          "ephemeral-storage",
          "requests.cpu",
          "requests.memory",
          "requests.storage",
          "requests.ephemeral-storage",
          "limits.cpu",
          "limits.memory",
          "limits.ephemeral-storage");

  private ResourceNames() {}

  public static boolean isHugePage(String name) {
    return name.startsWith(HUGE_PAGES);
  }

  /** Whether a quota may limit it, as far as it has no slash. */
  public static boolean isStandardQuota(String name) {
    return QUOTA.contains(name)
        || COUNTED.contains(name)
        || isHugePage(name)
        || name.startsWith(REQUESTS + HUGE_PAGES);
  }

  private static boolean isStandard(String name) {
    return name.equals("storage") || isStandardQuota(name);
  }

  private static boolean isStandardContainer(String name) {
    return CONTAINER.contains(name) || isHugePage(name);
  }

  /** Whether it is Kubernetes' own: without a prefix, or with one of kubernetes.io. */
  public static boolean isNative(String name) {
    return name.indexOf('/') < 0 || name.contains("kubernetes.io/");
  }

  /** Whether it is of a device or the like. */
  public static boolean isExtended(String name) {
    return !isNative(name)
        && !name.startsWith(REQUESTS)
        && Names.labelKey(REQUESTS + name).isEmpty();
  }

  /** Whether it comes in whole numbers only. */
  public static boolean isInteger(String name) {
    return COUNTED.contains(name) || isExtended(name);
  }

  /** Whether the requests of a container may be lower than its limits. */
  public static boolean isOvercommitAllowed(String name) {
    return isNative(name) && !isHugePage(name);
  }

  /** Upstream's {@code validateResourceName}. */
  public static boolean validate(Field at, String name) {
    List<String> faults = Names.labelKey(name);
    if (!faults.isEmpty()) {
      faults.forEach(fault -> at.invalid(name, fault));
      return false;
    }
    if (name.indexOf('/') < 0 && !isStandard(name)) {
      at.invalid(name, "must be a standard resource type or fully qualified");
      return false;
    }
    return true;
  }

  /** Upstream's {@code validateContainerResourceName}. */
  public static void container(Field at, String name) {
    validate(at, name);
    // upstream goes on with a name that is not valid; one with two slashes has three parts
    if (name.indexOf('/') < 0) {
      if (!isStandardContainer(name)) {
        at.invalid(name, "must be a standard resource for containers");
      }
    } else if (!isNative(name) && !isExtended(name)) {
      at.invalid(name, "doesn't follow extended resource name standard");
    }
  }

  /** Upstream's {@code validatePodResourceName}, for the resources of a pod as a whole. */
  public static void pod(Field at, String name) {
    if (validate(at, name) && !name.equals("cpu") && !name.equals("memory") && !isHugePage(name)) {
      at.with(TextNode.valueOf(name)).notSupported(List.of("cpu", HUGE_PAGES, "memory"));
    }
  }

  /** Upstream's {@code ValidateResourceQuotaResourceName}. */
  public static void quota(Field at, String name) {
    validate(at, name);
    if (name.indexOf('/') < 0 && !isStandardQuota(name)) {
      at.invalid(name, "must be a standard resource for quota");
    }
  }
}
