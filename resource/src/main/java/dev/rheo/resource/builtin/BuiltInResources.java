package dev.rheo.resource.builtin;

import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.defaults.BuiltInDefaults;
import dev.rheo.resource.rules.BuiltInRules;
import dev.rheo.resource.type.BuiltInTypes;
import dev.rheo.resource.type.ResourceRegistry;

/** The resources that kube-apiserver serves with default flags: those that a server starts with. */
public final class BuiltInResources {
  private static final class Holder {
    static final ResourceRegistry REGISTRY =
        new ResourceRegistry(
            BuiltInTypes.read(TypeTable.builtIn(), BuiltInDefaults::new, BuiltInRules::of));
  }

  private BuiltInResources() {}

  /** The registry of these resources, read once. */
  public static ResourceRegistry registry() {
    return Holder.REGISTRY;
  }
}
