package dev.rheo.cli;

import dev.rheo.app.EncryptionSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code rheo serve} about encryption at rest, named as kube-apiserver's. */
final class EncryptionOptions {
  @Option(
      names = "--encryption-provider-config",
      paramLabel = "FILE",
      description =
          "An EncryptionConfiguration of apiserver.config.k8s.io/v1: what is encrypted in the store,"
              + " and how. The watch cache's files are encrypted then, too.")
  private @Nullable Path file;

  @Option(
      names = "--encryption-provider-config-automatic-reload",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Whether the file is looked at every minute, and loaded when it has changed.")
  private boolean reloads;

  /**
   * @throws IllegalArgumentException if an option or the file is wrong; the message names it
   */
  EncryptionSettings settings() {
    return EncryptionSettings.checked(file, reloads);
  }
}
