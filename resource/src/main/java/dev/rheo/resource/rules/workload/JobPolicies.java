package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of the policies that decide when a job has failed or succeeded. */
final class JobPolicies {
  private static final int RULES_MAX = 20;
  private static final int PATTERNS_MAX = 20;
  private static final int EXIT_CODES_MAX = 255;
  private static final int INDEXES_MAX = 64 << 10;
  private static final List<String> ACTIONS = List.of("Count", "FailIndex", "FailJob", "Ignore");
  private static final List<String> OPERATORS = List.of("In", "NotIn");
  private static final List<String> STATUSES = List.of("False", "True", "Unknown");

  private static final String FAILURES = "batch.PodFailurePolicy";
  private static final String SUCCESS = "batch.SuccessPolicy";

  private JobPolicies() {}

  /** Demands the policies of before. */
  static void immutableFailures(Field policy, Field before) {
    immutable(policy, before, FAILURES);
  }

  static void immutableSuccess(Field policy, Field before) {
    immutable(policy, before, SUCCESS);
  }

  private static void immutable(Field policy, Field before, String type) {
    if (policy.present() != before.present() || !policy.same(before)) {
      policy.invalid(
          policy.absent() ? NullNode.instance : GoValues.of(type, policy.node()),
          "field is immutable");
    }
  }

  // failures

  static void failures(Field policy, Field spec) {
    Field rules = policy.at("rules");
    atMost(rules, RULES_MAX);
    Set<String> containers = new HashSet<>();
    for (String which : new String[] {"containers", "initContainers"}) {
      for (Field container : spec.at("template", "spec", which).items()) {
        containers.add(container.at("name").text());
      }
    }
    for (Field rule : rules.items()) {
      failure(rule, containers, spec.at("backoffLimitPerIndex").present());
    }
  }

  private static void failure(Field rule, Set<String> containers, boolean perIndex) {
    Field action = rule.at("action");
    if (action.is("FailIndex")) {
      if (!perIndex) {
        action.invalid("requires the backoffLimitPerIndex to be set");
      }
    } else {
      oneOf(action, ACTIONS);
    }
    Field exitCodes = rule.at("onExitCodes");
    Field conditions = rule.at("onPodConditions");
    if (exitCodes.present()) {
      exitCodes(exitCodes, containers);
    }
    atMost(conditions, PATTERNS_MAX);
    for (Field pattern : conditions.items()) {
      pattern.at("type").check(Names::labelKey);
      oneOf(pattern.at("status"), STATUSES);
    }
    if (exitCodes.present() && !conditions.isEmpty()) {
      invalid(rule, "specifying both OnExitCodes and OnPodConditions is not supported");
    }
    if (exitCodes.absent() && conditions.isEmpty()) {
      invalid(rule, "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }

  private static void exitCodes(Field requirement, Set<String> containers) {
    Field operator = requirement.at("operator");
    oneOf(operator, OPERATORS);
    Field container = requirement.at("containerName");
    if (container.present() && !containers.contains(container.text())) {
      container.invalid("must be one of the container or initContainer names in the pod template");
    }
    Field values = requirement.at("values");
    if (values.isEmpty()) {
      values.invalid("at least one value is required");
    }
    atMost(values, EXIT_CODES_MAX);
    boolean ordered = true;
    long before = Long.MIN_VALUE;
    Set<Long> seen = new HashSet<>();
    for (Field value : values.items()) {
      long code = value.number();
      if (code == 0 && operator.is("In")) {
        value.invalid("must not be 0 for the In operator");
      }
      if (!seen.add(code)) {
        value.duplicate();
      }
      ordered &= before <= code;
      before = code;
    }
    if (!ordered) {
      values.invalid("must be ordered");
    }
  }

  /** As {@link Field#oneOf}; a missing value has a fault of its own. */
  private static void oneOf(Field value, List<String> supported) {
    if (value.isEmpty()) {
      value.required("valid values: [\"" + String.join("\" \"", supported) + "\"]");
    } else {
      value.oneOf(supported);
    }
  }

  // success

  static void success(Field policy, Field spec) {
    if (!JobSpecs.isIndexed(spec)) {
      policy.invalid(GoValues.of(SUCCESS, policy.node()), "requires indexed completion mode");
      return;
    }
    Field rules = policy.at("rules");
    if (rules.isEmpty()) {
      rules.required("at least one rules must be specified when the successPolicy is specified");
    }
    atMost(rules, RULES_MAX);
    Field completions = spec.at("completions");
    if (completions.present()) {
      for (Field rule : rules.items()) {
        success(rule, completions.number());
      }
    }
  }

  private static void success(Field rule, long completions) {
    Field indexes = rule.at("succeededIndexes");
    Field count = rule.at("succeededCount");
    if (indexes.absent() && count.absent()) {
      rule.required("at least one of succeededCount or succeededIndexes must be specified");
    }
    long total = 0;
    if (indexes.present()) {
      if (indexes.text().getBytes(StandardCharsets.UTF_8).length > INDEXES_MAX) {
        indexes.tooLong(INDEXES_MAX);
      }
      try {
        total = Indexes.count(indexes.text(), completions);
      } catch (Indexes.FaultException e) {
        indexes.invalid("error parsing succeededIndexes: " + e.getMessage());
      }
    }
    if (count.present()) {
      count.notNegative();
      if (count.number() > completions) {
        count.invalid(
            "must be less than or equal to "
                + completions
                + " (the number of specified completions)");
      }
      if (indexes.present() && count.number() > total) {
        count.invalid(
            "must be less than or equal to "
                + total
                + " (the number of indexes in the specified succeededIndexes field)");
      }
    }
  }

  private static void atMost(Field list, int maximum) {
    if (list.size() > maximum) {
      list.tooMany(maximum);
    }
  }

  private static void invalid(Field at, String detail) {
    at.fault(FieldError.invalid(at.path(), detail));
  }
}
