package dev.rheo.access;

/**
 * A kubeconfig, or what it names, does not tell where the server is and who asks. The message says
 * why, for a person, in one line.
 */
public final class AccessException extends Exception {
  private static final long serialVersionUID = 1;

  AccessException(String message) {
    super(message);
  }

  AccessException(String message, Throwable cause) {
    super(message, cause);
  }
}
