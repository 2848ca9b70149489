package dev.rheo.resource.rules.security;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;

/** Rules for writes of roles of the cluster. */
final class ClusterRoleRules extends KindRules {
  @Override
  protected void checkCreate(Field role) {
    check(role, false);
  }

  @Override
  protected void checkUpdate(Field role, Field old) {
    boolean anyValues = false;
    for (Field selector : selectors(old).items()) {
      anyValues |= !LabelSelectors.isValid(selector);
    }
    check(role, anyValues);
  }

  private static void check(Field role, boolean anyValues) {
    PolicyRules.validate(role.at("rules"), false);
    if (role.at("aggregationRule").absent()) {
      return;
    }
    selectors(role).need("at least one clusterRoleSelector required if aggregationRule is non-nil");
    for (Field selector : selectors(role).items()) {
      LabelSelectors.validate(selector, anyValues);
      if (!LabelSelectors.isValid(selector)) {
        selector.invalid(NullNode.instance, "invalid label selector.");
      }
    }
  }

  private static Field selectors(Field role) {
    return role.at("aggregationRule", "clusterRoleSelectors");
  }
}
