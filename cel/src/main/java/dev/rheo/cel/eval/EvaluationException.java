package dev.rheo.cel.eval;

/**
 * Says why an expression has no value, in cel-go's words: {@code no such key: a}, {@code division
 * by zero}. An expression may go on without the value: {@code false && (1 / 0 == 1)} is false.
 */
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1;

  public EvaluationException(String message) {
    super(message, null, false, false);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
