package dev.rheo.storm.verify;

import dev.rheo.storm.result.Failure;

/** A fault that a reader found in a response. */
public final class VerificationException extends Exception {
  private static final long serialVersionUID = 1;

  private final Failure.Kind kind;
  private final String where;

  /**
   * @param where the object at fault, or the last position before the fault
   * @param message for the user, in one line
   */
  public VerificationException(Failure.Kind kind, String where, String message) {
    // No stack trace: the fault is in the server's bytes, not in this code.
    super(message, null, false, false);
    this.kind = kind;
    this.where = where;
  }

  public Failure.Kind kind() {
    return kind;
  }

  public String where() {
    return where;
  }

  public Failure ofReader(int reader) {
    return new Failure(reader, kind, where, String.valueOf(getMessage()));
  }
}
