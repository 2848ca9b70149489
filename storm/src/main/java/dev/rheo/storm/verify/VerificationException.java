package dev.rheo.storm.verify;

import dev.rheo.storm.result.Failure;

/** What a reader found wrong with what it got. */
public final class VerificationException extends Exception {
  private static final long serialVersionUID = 1;

  private final Failure.Kind kind;
  private final String where;

  /**
   * @param where the object at which it showed, or what came before it
   * @param message for a person, in one line
   */
  public VerificationException(Failure.Kind kind, String where, String message) {
    // No stack trace: it tells of the server's bytes, not of our code.
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
