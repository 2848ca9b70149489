package dev.rheo.cel.eval;

/**
 * What a function does. It is found by the function's name, and looks at its arguments itself: of
 * an expression on objects without a schema, the type checker does not know their types.
 */
@FunctionalInterface
interface Implementation {
  /**
   * @param args of which the first is what a member is called on
   */
  Object apply(Object[] args) throws EvaluationException;

  static EvaluationException noOverload() {
    return new EvaluationException("no such overload");
  }
}
