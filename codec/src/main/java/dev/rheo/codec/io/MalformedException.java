package dev.rheo.codec.io;

/**
 * The input is malformed, of a wrong type, or beyond a limit. The message is for the client, in
 * upstream's words where upstream refuses too. Has no stack trace, because the fault is in the
 * input.
 */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String detail;

  public MalformedException(String message) {
    super(message, null, false, false);
    detail = message;
  }

  /**
   * @param about what cannot be decoded
   * @param detail why
   */
  public MalformedException(String about, String detail) {
    super(about + ": " + detail, null, false, false);
    this.detail = detail;
  }

  /** Why the input cannot be decoded; the whole message if it does not tell what about. */
  public String detail() {
    return detail;
  }
}
