package dev.rheo.codec.io;

/**
 * The bytes are not JSON, or not within the limits. Has no stack trace: it reports on the input.
 */
public final class JsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public JsonException(String message) {
    super(message);
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
