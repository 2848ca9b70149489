package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Field;

/** Checks of numbers of pods that may be given as percentages: {@code 3}, {@code 25%}. */
final class IntOrPercent {
  private static final int WHOLE = 100;

  private IntOrPercent() {}

  /** Demands a number that is not below zero, or a percentage. */
  static void validate(Field value) {
    if (!isText(value)) {
      value.notNegative();
    } else if (!isPercent(value)) {
      value.invalid(
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
              + " or '93%', regex used for validation is '[0-9]+%')");
    }
  }

  /** Demands at most 100 %, if it is a percentage. */
  static void atMostWhole(Field value) {
    if (isPercent(value) && amount(value) > WHOLE) {
      value.invalid("must not be greater than 100%");
    }
  }

  /** Whether the number, or the number of percent, is 0; a text that is no number counts as 0. */
  static boolean isZero(Field value) {
    return amount(value) == 0;
  }

  private static long amount(Field value) {
    if (!isText(value)) {
      return value.number();
    }
    String text = value.text();
    return GoNumbers.clamped(isPercent(value) ? text.substring(0, text.length() - 1) : text);
  }

  private static boolean isText(Field value) {
    return value.node() != null && value.node().isTextual();
  }

  private static boolean isPercent(Field value) {
    String text = isText(value) ? value.text() : "";
    return text.length() > 1
        && text.endsWith("%")
        && text.chars().limit(text.length() - 1).allMatch(c -> c >= '0' && c <= '9');
  }
}
