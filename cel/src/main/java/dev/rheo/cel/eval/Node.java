package dev.rheo.cel.eval;

/** A step of a plan. */
interface Node {
  Object eval(Frame frame) throws EvaluationException;

  /** A value that is known before the evaluation; reading it costs nothing. */
  record Constant(Object value) implements Node {
    @Override
    public Object eval(Frame frame) {
      return value;
    }
  }
}
