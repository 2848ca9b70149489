package dev.rheo.app;

/** A snapshot could not be saved, read or restored. The message says why in one line. */
public final class SnapshotException extends Exception {
  private static final long serialVersionUID = 1L;

  public SnapshotException(String message, Throwable cause) {
    super(message, cause);
  }

  SnapshotException(String message) {
    super(message);
  }
}
