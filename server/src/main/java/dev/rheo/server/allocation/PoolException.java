package dev.rheo.server.allocation;

/** An address or a port cannot be had. The message is upstream's. */
final class PoolException extends Exception {
  private static final long serialVersionUID = 1L;

  static final String FULL = "range is full";

  PoolException(String message) {
    super(message, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
