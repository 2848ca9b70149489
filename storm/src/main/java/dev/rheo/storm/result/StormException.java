package dev.rheo.storm.result;

/** The storm could not run. The message tells the user why, and what to do, in one line. */
public final class StormException extends Exception {
  private static final long serialVersionUID = 1;

  public StormException(String message) {
    super(message);
  }

  public StormException(String message, Throwable cause) {
    super(message, cause);
  }
}
