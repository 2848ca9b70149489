package dev.rheo.storm.result;

/** The storm could not be run; the message says why, and what to do, for a person, in one line. */
public final class StormException extends Exception {
  private static final long serialVersionUID = 1;

  public StormException(String message) {
    super(message);
  }

  public StormException(String message, Throwable cause) {
    super(message, cause);
  }
}
