package dev.rheo.encryption.config;

import org.jspecify.annotations.Nullable;

/** The file cannot be read, or says something wrong. The message is one line without secrets. */
public final class EncryptionConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public EncryptionConfigException(String message) {
    this(message, null);
  }

  public EncryptionConfigException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
