package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Checks tolerations of taints. */
public final class Tolerations {
  private static final List<String> EFFECTS =
      List.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  private Tolerations() {}

  /**
   * @param comparisons whether tolerations may compare numbers
   */
  public static void validate(Field tolerations, boolean comparisons) {
    for (Field toleration : tolerations.items()) {
      Field key = toleration.at("key");
      Field operator = toleration.at("operator");
      Field effect = toleration.at("effect");
      if (!key.isEmpty()) {
        key.check(Names::labelKey);
      } else if (!operator.is("Exists")) {
        operator.invalid(
            operator.text(),
            "operator must be Exists when `key` is empty, which means \"match all values and all"
                + " keys\"");
      }
      if (toleration.at("tolerationSeconds").present() && !effect.is("NoExecute")) {
        effect.invalid(effect.text(), "effect must be 'NoExecute' when `tolerationSeconds` is set");
      }
      value(toleration.at("value"), operator, comparisons);
      if (!effect.isEmpty()) {
        effect.oneOf(EFFECTS);
      }
    }
  }

  private static void value(Field value, Field operator, boolean comparisons) {
    switch (operator.text()) {
      case "", "Equal" -> {
        List<String> faults = Names.labelValue(value.text());
        if (!faults.isEmpty()) {
          operator.invalid(value.text(), String.join(";", faults));
        }
      }
      case "Exists" -> {
        if (!value.isEmpty()) {
          operator.invalid(value.text(), "value must be empty when `operator` is 'Exists'");
        }
      }
      case "Lt", "Gt" -> {
        if (!comparisons) {
          operator.notSupported(List.of("Equal", "Exists", "Lt", "Gt"));
          return;
        }
        value.check(Syntax::decimalInteger);
        if (!isLong(value.text())) {
          value.invalid(
              value.text(),
              "strconv.ParseInt: parsing \"" + value.text() + "\": value out of range");
        }
      }
      default -> operator.notSupported(List.of("Equal", "Exists"));
    }
  }

  /** Whether a number fits into 64 bits; what is no number has been refused. */
  private static boolean isLong(String number) {
    try {
      Long.parseLong(number);
      return true;
    } catch (NumberFormatException e) {
      return !Syntax.decimalInteger(number).isEmpty();
    }
  }
}
