package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Conditions;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import java.util.List;

/** Rules for writes of pod disruption budgets. */
final class PodDisruptionBudgetRules extends KindRules {
  private static final List<String> EVICTION_POLICIES = List.of("AlwaysAllow", "IfHealthyBudget");

  @Override
  protected void checkCreate(Field object) {
    spec(object.at("spec"), false);
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"), !LabelSelectors.isValid(old.at("spec", "selector")));
  }

  private static void spec(Field spec, boolean anyValues) {
    Field available = spec.at("minAvailable");
    Field unavailable = spec.at("maxUnavailable");
    if (available.present() && unavailable.present()) {
      spec.invalid(
          GoValues.of("policy.PodDisruptionBudgetSpec", spec.node()),
          "minAvailable and maxUnavailable cannot be both set");
    }
    for (Field pods : new Field[] {available, unavailable}) {
      IntOrPercent.validate(pods);
      IntOrPercent.atMostWhole(pods);
    }
    LabelSelectors.validate(spec.at("selector"), anyValues);
    if (spec.at("unhealthyPodEvictionPolicy").present()) {
      spec.at("unhealthyPodEvictionPolicy").oneOf(EVICTION_POLICIES);
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    Field status = object.at("status");
    Conditions.validate(status.at("conditions"));
    Counts.notNegative(
        status, "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods");
  }
}
