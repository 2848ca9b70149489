package dev.rheo.codec.io;

/**
 * The input is not JSON or exceeds a limit. Has no stack trace, because the fault is in the input.
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
