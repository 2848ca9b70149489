package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;

/** Rules for writes of roles of a namespace. */
final class RoleRules extends KindRules {
  @Override
  protected void checkCreate(Field role) {
    PolicyRules.validate(role.at("rules"), true);
  }
}
