package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of bindings of admission policies, of those that validate and that mutate. */
final class AdmissionPolicyBindingRules extends KindRules {
  private static final List<String> ACTIONS = List.of("Audit", "Deny", "Warn");

  private final boolean mutating;

  AdmissionPolicyBindingRules(boolean mutating) {
    this.mutating = mutating;
  }

  @Override
  protected void checkCreate(Field binding) {
    PolicyParts.binding(binding.at("spec"), mutating);
    if (!mutating) {
      actions(binding.at("spec", "validationActions"));
    }
  }

  @Override
  protected void warn(Field binding, Field old, Consumer<String> warnings) {
    StaticNames.warn(binding, warnings);
  }

  private static void actions(Field actions) {
    Set<String> seen = new HashSet<>();
    for (Field action : actions.items()) {
      action.oneOf(ACTIONS);
      if (!seen.add(action.text())) {
        action.duplicate();
      }
    }
    if (seen.contains("Deny") && seen.contains("Warn")) {
      actions.invalid(
          "must not contain both Deny and Warn (repeating the same validation failure information"
              + " in the API response and headers serves no purpose)");
    }
    actions.need("at least one validation action is required");
  }
}
