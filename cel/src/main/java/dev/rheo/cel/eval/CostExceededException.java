package dev.rheo.cel.eval;

/** Ends an evaluation that costs more than it may. No expression goes on after it. */
public final class CostExceededException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CostExceededException() {
    super("operation cancelled: actual cost limit exceeded", null, false, false);
  }
}
