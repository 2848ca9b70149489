package dev.rheo.store;

/** The revision asked for has not been written yet. */
public final class FutureRevisionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long current;

  public FutureRevisionException(long revision, long current) {
    super(
        "revision %d lies ahead of the current %d".formatted(revision, current),
        null,
        false,
        false);
    this.current = current;
  }

  public long current() {
    return current;
  }
}
