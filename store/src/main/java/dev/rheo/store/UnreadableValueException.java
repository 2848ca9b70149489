package dev.rheo.store;

import org.jspecify.annotations.Nullable;

/** A value exists and cannot be read, for instance because its encryption key is not at hand. */
public final class UnreadableValueException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * @param reason in words for clients
   */
  public UnreadableValueException(String key, String reason, @Nullable Throwable cause) {
    super(
        Fault.UNREADABLE,
        reason,
        "unable to transform key \"%s\": %s".formatted(key, reason),
        false,
        cause);
    this.key = key;
  }

  public String key() {
    return key;
  }
}
