package dev.rheo.cli;

/** A command could not do what it was asked; the message says why, for a person, in one line. */
final class CommandFailedException extends Exception {
  private static final long serialVersionUID = 1;

  CommandFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
