package dev.rheo.resource.rules.device;

import dev.rheo.api.name.Names;
import dev.rheo.cel.CompileException;
import dev.rheo.cel.device.DeviceExpressions;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of what several kinds of resource.k8s.io have. */
final class DeviceParts {
  static final int SELECTORS_MAX = 32;
  static final int CONFIG_MAX = 32;
  private static final int EXPRESSION_MAX = 10 << 10;
  private static final int PARAMETERS_MAX = 10 << 10;
  private static final int BINDING_CONDITIONS_MAX = 4;
  private static final List<String> EFFECTS = List.of("NoExecute", "NoSchedule", "None");
  private static final List<String> OPERATORS = List.of("Equal", "Exists");

  private DeviceParts() {}

  /** Checks selectors of devices. */
  static void selectors(Field selectors) {
    Lists.each(selectors, SELECTORS_MAX, DeviceParts::selector);
  }

  private static void selector(Field selector) {
    Field cel = selector.at("cel");
    if (cel.absent()) {
      cel.required("");
      return;
    }
    Field expression = cel.at("expression");
    if (Syntax.bytes(expression.text()) > EXPRESSION_MAX) {
      expression.tooLong(EXPRESSION_MAX);
      return;
    }
    try {
      if (DeviceExpressions.isTooComplex(DeviceExpressions.compile(expression.text()))) {
        expression.forbidden("too complex, exceeds cost limit");
      }
    } catch (CompileException e) {
      if (e.isInternal()) {
        expression.internal(e.getMessage());
        return;
      }
      expression.invalid(expression.text(), e.getMessage());
    }
  }

  /**
   * Checks the configuration of a driver.
   *
   * @param stored whether it was stored before, when there was no largest size
   */
  static void configuration(Field configuration, boolean stored) {
    Field opaque = configuration.at("opaque");
    if (opaque.absent()) {
      opaque.required("");
      return;
    }
    DeviceNames.driver(opaque.at("driver"));
    raw(opaque.at("parameters"), stored ? Integer.MAX_VALUE : PARAMETERS_MAX);
  }

  /** Demands an object of a bounded size. */
  static void raw(Field raw, int maximum) {
    if (raw.absent()) {
      raw.required("");
    } else if (Syntax.bytes(String.valueOf(raw.node())) > maximum) {
      raw.tooLong(maximum);
    }
  }

  static void taint(Field taint) {
    taint.at("key").check(Names::labelKey);
    if (!taint.at("value").isEmpty()) {
      taint.at("value").check(Names::labelValue);
    }
    if (taint.at("effect").need("")) {
      taint.at("effect").oneOf(EFFECTS);
    }
  }

  static void toleration(Field toleration) {
    if (!toleration.at("key").isEmpty()) {
      toleration.at("key").check(Names::labelKey);
    }
    Field value = toleration.at("value");
    switch (toleration.at("operator").text()) {
      case "Exists" -> {
        if (!value.isEmpty()) {
          value.invalid("must be empty for operator `Exists`");
        }
      }
      case "Equal" -> value.check(Names::labelValue);
      case "" -> toleration.at("operator").required("");
      default -> toleration.at("operator").oneOf(OPERATORS);
    }
    if (!toleration.at("effect").isEmpty()) {
      toleration.at("effect").oneOf(EFFECTS);
    }
  }

  /** Checks what a device waits for when it is bound. */
  static void binding(Field parent) {
    Field conditions = parent.at("bindingConditions");
    Field failures = parent.at("bindingFailureConditions");
    Lists.each(conditions, BINDING_CONDITIONS_MAX, one -> one.check(Names::labelKey));
    Lists.each(failures, BINDING_CONDITIONS_MAX, one -> one.check(Names::labelKey));
    Set<String> good = new HashSet<>();
    for (Field condition : conditions.items()) {
      if (!good.add(condition.text())) {
        condition.duplicate();
      }
    }
    Set<String> bad = new HashSet<>();
    for (Field failure : failures.items()) {
      if (!bad.add(failure.text())) {
        failure.duplicate();
      }
      if (good.contains(failure.text())) {
        failure.invalid("bindingFailureConditions must not overlap with bindingConditions");
      }
    }
    if (conditions.isEmpty() && !failures.isEmpty()) {
      conditions.invalid("bindingConditions are required to use bindingFailureConditions");
    }
    if (failures.isEmpty() && !conditions.isEmpty()) {
      failures.invalid("bindingFailureConditions are required to use bindingConditions");
    }
  }
}
