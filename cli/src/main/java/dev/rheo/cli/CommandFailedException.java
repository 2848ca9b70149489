package dev.rheo.cli;

import org.jspecify.annotations.Nullable;

/** A command failed. The message is one line that tells a human why. */
final class CommandFailedException extends Exception {
  private static final long serialVersionUID = 1;

  CommandFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
