package dev.rheo.store;

/** The revision that a commit expects of a key is not the current one. Nothing was changed. */
public final class RevisionConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final long expected;
  private final long actual;

  public RevisionConflictException(String key, long expected, long actual) {
    super(
        "%s: expected revision %d, is at %d".formatted(key, expected, actual), null, false, false);
    this.key = key;
    this.expected = expected;
    this.actual = actual;
  }

  public String key() {
    return key;
  }

  public long expected() {
    return expected;
  }

  /** The key's revision, 0 if it does not exist. */
  public long actual() {
    return actual;
  }
}
