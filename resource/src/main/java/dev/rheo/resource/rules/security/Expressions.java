package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;

/** Checks of CEL expressions, as far as they need no compiler. */
final class Expressions {
  private Expressions() {}

  /** Demands an expression that is more than blanks. */
  static boolean need(Field expression, String detail) {
    if (isBlank(expression)) {
      expression.required(detail);
      return false;
    }
    return true;
  }

  static boolean isBlank(Field text) {
    return text.text().isBlank();
  }
}
