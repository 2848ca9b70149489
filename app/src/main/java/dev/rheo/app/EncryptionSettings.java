package dev.rheo.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Encryption at rest, as the options of kube-apiserver.
 *
 * @param file an {@code EncryptionConfiguration}; null for no encryption
 * @param reloads whether a changed file comes into force while the server runs
 */
public record EncryptionSettings(@Nullable Path file, boolean reloads) {
  public EncryptionSettings {
    if (file == null && reloads) {
      throw new IllegalArgumentException(
          "--encryption-provider-config-automatic-reload must be set with"
              + " --encryption-provider-config");
    }
  }

  /** No encryption. */
  public static EncryptionSettings none() {
    return new EncryptionSettings(null, false);
  }

  /**
   * Settings whose file was found valid.
   *
   * @throws IllegalArgumentException if it cannot be read, or is invalid; the message shows no key
   */
  public static EncryptionSettings checked(@Nullable Path file, boolean reloads) {
    EncryptionSettings settings = new EncryptionSettings(file, reloads);
    if (file != null) {
      EncryptionParts.check(file);
    }
    return settings;
  }
}
