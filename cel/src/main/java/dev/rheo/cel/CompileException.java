package dev.rheo.cel;

/**
 * Says why an expression cannot be compiled, as kube-apiserver says it: for each fault the place in
 * the expression, the line that it is in, and a mark below it.
 *
 * <pre>
 * ERROR: &lt;input&gt;:1:5: undeclared reference to 'x' (in container '')
 *  | 1 + x
 *  | ....^
 * </pre>
 */
public final class CompileException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean internal;

  /** An expression whose constants cannot be evaluated, which upstream calls an internal error. */
  public static CompileException internal(String message) {
    return new CompileException(message, true);
  }

  /** An expression that is no fault in itself, but cannot be used where it stands. */
  public static CompileException of(String message) {
    return new CompileException(message);
  }

  CompileException(String message) {
    this(message, false);
  }

  private CompileException(String message, boolean internal) {
    super(message, null, false, false);
    this.internal = internal;
  }

  /** Whether it is reported as an internal error, not as an invalid value. */
  public boolean isInternal() {
    return internal;
  }

  /** What is wrong. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
