package dev.rheo.resource.rules;

import dev.rheo.resource.rules.core.CoreKinds;
import dev.rheo.resource.rules.device.DeviceKinds;
import dev.rheo.resource.rules.extension.ExtensionKinds;
import dev.rheo.resource.rules.network.NetworkKinds;
import dev.rheo.resource.rules.pod.PodKinds;
import dev.rheo.resource.rules.security.SecurityKinds;
import dev.rheo.resource.rules.storage.StorageKinds;
import dev.rheo.resource.rules.workload.WorkloadKinds;
import dev.rheo.resource.type.WriteRules;
import java.util.HashMap;
import java.util.Map;

/** The rules of the built-in kinds. */
public final class BuiltInRules {
  private static final Map<String, WriteRules> RULES = new HashMap<>();

  static {
    CoreKinds.register(RULES::put);
    StorageKinds.register(RULES::put);
    PodKinds.register(RULES::put);
    WorkloadKinds.register(RULES::put);
    NetworkKinds.register(RULES::put);
    SecurityKinds.register(RULES::put);
    DeviceKinds.register(RULES::put);
    ExtensionKinds.register(RULES::put);
  }

  private BuiltInRules() {}

  /**
   * The rules for writes of a resource.
   *
   * @param resource {@code pods}, {@code deployments.apps}
   */
  public static WriteRules of(String resource) {
    return RULES.getOrDefault(resource, WriteRules.NONE);
  }
}
