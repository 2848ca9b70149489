package dev.rheo.simulation;

/** An invariant does not hold. */
public final class BrokenPromise extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  /**
   * @param invariant its name
   */
  public BrokenPromise(String invariant, String detail) {
    super(invariant + ": " + detail);
    this.invariant = invariant;
  }

  public String invariant() {
    return invariant;
  }
}
