package dev.rheo.server.outbound;

/** A server could not be asked, or did not answer as it should. The message is upstream's. */
public final class CallException extends Exception {
  private static final long serialVersionUID = 1L;

  public CallException(String message) {
    super(message, null, false, false);
  }
}
