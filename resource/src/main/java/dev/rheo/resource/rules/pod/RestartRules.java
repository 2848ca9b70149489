package dev.rheo.resource.rules.pod;

import dev.rheo.resource.rules.kind.Field;
import java.util.List;

/** Checks when a container is to be started again. */
final class RestartRules {
  private static final List<String> POLICIES = List.of("Always", "Never", "OnFailure");
  private static final List<String> ACTIONS = List.of("Restart", "RestartAllContainers");
  private static final List<String> OPERATORS = List.of("In", "NotIn");
  private static final int MAX_RULES = 20;
  private static final int MAX_EXIT_CODES = 255;

  private RestartRules() {}

  /**
   * @param init whether rules without a policy are not looked at
   */
  static void validate(Field container, boolean init) {
    Field policy = container.at("restartPolicy");
    Field rules = container.at("restartPolicyRules");
    if (policy.absent()) {
      if (rules.size() == 0) {
        return;
      }
      policy.required("must specify restartPolicy when restart rules are used");
      if (init) {
        return;
      }
    } else {
      policy.oneOf(POLICIES);
    }
    if (rules.size() > MAX_RULES) {
      rules.tooMany(MAX_RULES);
    }
    for (Field rule : rules.items()) {
      rule.at("action").oneOf(ACTIONS);
      Field codes = rule.at("exitCodes");
      if (codes.absent()) {
        codes.required("must be specified");
        continue;
      }
      codes.at("operator").oneOf(OPERATORS);
      if (codes.at("values").size() > MAX_EXIT_CODES) {
        codes.at("values").tooMany(MAX_EXIT_CODES);
      }
    }
  }
}
