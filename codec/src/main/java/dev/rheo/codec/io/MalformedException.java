package dev.rheo.codec.io;

/**
 * The input is malformed, of a wrong type, or beyond a limit. The message is for the client, in
 * upstream's words where upstream refuses too. Has no stack trace, because the fault is in the
 * input.
 */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedException(String message) {
    super(message, null, false, false);
  }
}
