package dev.rheo.resource.rules.device;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class DeviceKinds {
  private DeviceKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept("deviceclasses.resource.k8s.io", new DeviceClassRules());
    rules.accept("resourceclaims.resource.k8s.io", new ResourceClaimRules());
    rules.accept("resourceclaimtemplates.resource.k8s.io", new ResourceClaimTemplateRules());
    rules.accept("resourceslices.resource.k8s.io", new ResourceSliceRules());
    rules.accept("priorityclasses.scheduling.k8s.io", new PriorityClassRules());
    rules.accept("runtimeclasses.node.k8s.io", new RuntimeClassRules());
  }
}
