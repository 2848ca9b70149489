package dev.rheo.resource.rules.security;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.admission.AdmissionExpressions;
import dev.rheo.cel.admission.AdmissionExpressions.Purpose;
import dev.rheo.resource.rules.kind.Field;

/** Checks of CEL expressions. */
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

  /** Demands an expression that compiles to what its purpose needs. */
  static void compile(Field expression, Purpose purpose, AdmissionExpressions expressions) {
    compile(expression, expression.text(), purpose, expressions);
  }

  /** As {@link #compile(Field, Purpose, AdmissionExpressions)}, without the blanks around it. */
  static void compileTrimmed(Field expression, Purpose purpose, AdmissionExpressions expressions) {
    String text = expression.text().strip();
    compile(expression, text, purpose, expressions);
  }

  private static void compile(
      Field expression, String text, Purpose purpose, AdmissionExpressions expressions) {
    try {
      expressions.compile(purpose, text);
    } catch (CompileException e) {
      if (e.isInternal()) {
        expression.internal(e.getMessage());
        return;
      }
      // Upstream shows the annotation as it stands, and of the others what it compiles.
      Object shown = purpose == Purpose.AUDIT_ANNOTATION ? expression.shown() : text;
      expression.invalid(shown, e.getMessage());
    }
  }
}
