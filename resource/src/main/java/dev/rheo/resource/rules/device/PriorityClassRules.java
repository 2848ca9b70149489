package dev.rheo.resource.rules.device;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules for writes of priority classes. */
final class PriorityClassRules extends KindRules {
  private static final String SYSTEM = "system-";
  private static final int USER_MAX = 1_000_000_000;
  private static final List<String> POLICIES = List.of("PreemptLowerPriority", "Never");

  /** The classes that every cluster has, and their values. */
  private static final Map<String, Long> SYSTEM_CLASSES =
      Map.of("system-node-critical", 2_000_001_000L, "system-cluster-critical", 2_000_000_000L);

  @Override
  protected void checkCreate(Field object) {
    String name = object.at("metadata", "name").text();
    Field value = object.at("value");
    if (name.startsWith(SYSTEM)) {
      system(object, name, SYSTEM_CLASSES.get(name));
    } else if (value.number() > USER_MAX) {
      value.forbidden("maximum allowed value of a user defined priority is " + USER_MAX);
    }
    Field policy = object.at("preemptionPolicy");
    if (policy.present() && policy.need("")) {
      policy.oneOf(POLICIES);
    }
  }

  @Override
  public String keeps(String name) {
    return SYSTEM_CLASSES.containsKey(name)
        ? "this is a system priority class and cannot be deleted"
        : "";
  }

  private static void system(Field object, String name, @Nullable Long value) {
    String fault =
        value == null
            ? name + " is not a known system priority class"
            : object.at("value").number() != value
                ? "value of " + name + " PriorityClass must be " + value
                : object.at("globalDefault").flag()
                    ? "globalDefault of " + name + " PriorityClass must be false"
                    : "";
    if (!fault.isEmpty()) {
      object
          .at("metadata", "name")
          .forbidden(
              "priority class names with '"
                  + SYSTEM
                  + "' prefix are reserved for system use only. error: "
                  + fault);
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    if (object.at("value").number() != old.at("value").number()) {
      object.at("value").forbidden("may not be changed in an update.");
    }
    object.at("preemptionPolicy").immutable(old.at("preemptionPolicy"));
  }
}
