package dev.rheo.app;

import org.jspecify.annotations.Nullable;

/**
 * The server cannot start. The message is for the person who started it: one line that says what is
 * wrong and what to do, without the name of a class. Whatever was opened before is closed again.
 */
public final class ServerStartException extends Exception {
  private static final long serialVersionUID = 1;

  public ServerStartException(String message) {
    super(message);
  }

  public ServerStartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
