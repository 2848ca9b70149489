package dev.rheo.encryption.value;

import org.jspecify.annotations.Nullable;

/** A value cannot be decrypted or encrypted. The message may be told to clients. */
public final class TransformException extends Exception {
  private static final long serialVersionUID = 1L;

  public TransformException(String message) {
    this(message, null);
  }

  public TransformException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whoever reads many unreadable values needs the reason, not the place. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  /** Why, never null. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
