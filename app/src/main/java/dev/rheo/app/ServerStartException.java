package dev.rheo.app;

import org.jspecify.annotations.Nullable;

/**
 * The server cannot start. The message is one line for the person who started it: it says what is
 * wrong and what to do, without class names. {@link Server#start} has closed whatever it opened.
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
