package dev.rheo.schema.rule;

import dev.rheo.cel.Expression;
import dev.rheo.cel.eval.Program;
import org.jspecify.annotations.Nullable;

/**
 * A rule as far as it can be used. Immutable.
 *
 * @param program null if the rule is empty or has a fault
 * @param fault what is wrong with the rule; null if nothing is
 * @param readsOld whether the rule reads {@code oldSelf}: then it judges changes
 * @param message the program of its message; null if it has none or that has a fault
 * @param messageFault what is wrong with the expression of the message; null if nothing is
 * @param fieldPath the field to blame, relative to the value; empty for the value itself
 * @param expressions the expressions that programs were made of, for estimates
 */
record CompiledRule(
    @Nullable Program program,
    @Nullable String fault,
    boolean readsOld,
    @Nullable Program message,
    @Nullable String messageFault,
    String fieldPath,
    Expressions expressions) {

  /** The expressions of a rule; null where there is no program. */
  record Expressions(@Nullable Expression rule, @Nullable Expression message) {
    static final Expressions NONE = new Expressions(null, null);
  }

  private static CompiledRule of(@Nullable String fault) {
    return new CompiledRule(null, fault, false, null, null, "", Expressions.NONE);
  }

  static final CompiledRule EMPTY = of(null);

  static CompiledRule faulty(String fault) {
    return of(fault);
  }

  /** What a thread that judges objects needs of it; syntax trees are large. */
  CompiledRule withoutExpressions() {
    return new CompiledRule(
        program, fault, readsOld, message, messageFault, fieldPath, Expressions.NONE);
  }
}
