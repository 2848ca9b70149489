package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;

/** Checks of the rules of roles. */
final class PolicyRules {
  private PolicyRules() {}

  /**
   * @param namespaced whether they are those of a Role, which cannot speak of URLs
   */
  static void validate(Field rules, boolean namespaced) {
    for (Field rule : rules.items()) {
      rule.at("verbs").need("verbs must contain at least one value");
      Field urls = rule.at("nonResourceURLs");
      if (urls.isEmpty()) {
        rule.at("apiGroups").need("resource rules must supply at least one api group");
        rule.at("resources").need("resource rules must supply at least one resource");
        continue;
      }
      if (namespaced) {
        urls.invalid("namespaced rules cannot apply to non-resource URLs");
      }
      if (!rule.at("apiGroups").isEmpty()
          || !rule.at("resources").isEmpty()
          || !rule.at("resourceNames").isEmpty()) {
        urls.invalid("rules cannot apply to both regular resources and non-resource URLs");
      }
    }
  }
}
