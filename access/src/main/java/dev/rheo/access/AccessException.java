package dev.rheo.access;

/**
 * A kubeconfig, or a file or command that it names, does not provide a server address and
 * credentials. The message is one line that tells a human why.
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
