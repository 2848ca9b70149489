package dev.rheo.cli;

import dev.rheo.app.AccessConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** Options of {@code rheo serve} about tokens, authorization and admission, named as upstream's. */
final class AccessOptions {
  private static final String SERVICE_ACCOUNT = "ServiceAccount";
  private static final String ALWAYS_ALLOW = "AlwaysAllow";

  @Option(
      names = "--service-account-signing-key-file",
      paramLabel = "FILE",
      description =
          "PEM file of the private key that signs tokens of service accounts (default:"
              + " DIR/pki/sa.key, which is made).")
  private @Nullable Path signingKeyFile;

  @Option(
      names = "--service-account-key-file",
      paramLabel = "FILE",
      description = "PEM file of further keys that verify these tokens. May be repeated.")
  private List<Path> keyFiles = new ArrayList<>();

  @Option(
      names = "--service-account-issuer",
      paramLabel = "URL",
      showDefaultValue = Help.Visibility.NEVER,
      description =
          "Issuer of these tokens; others that are given are accepted, too (default: "
              + AccessConfig.DEFAULT_ISSUER
              + "). May be repeated.")
  private List<String> issuers = new ArrayList<>();

  @Option(
      names = "--api-audiences",
      paramLabel = "AUDIENCE,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description =
          "Audiences of this server, of which a token must have one (default: the issuers).")
  private List<String> audiences = new ArrayList<>();

  @Option(
      names = "--authorization-mode",
      paramLabel = "MODE",
      description =
          "AlwaysAllow allows every authenticated user everything (default: by group, that is,"
              + " everything to system:masters and little to others).")
  private @Nullable String authorizationMode;

  @Option(
      names = "--enable-admission-plugins",
      paramLabel = "PLUGIN,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description =
          "Admission plugins beyond those that are always on: ServiceAccount, for a cluster whose"
              + " controllers make service accounts.")
  private List<String> enabled = new ArrayList<>();

  @Option(
      names = "--disable-admission-plugins",
      paramLabel = "PLUGIN,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Admission plugins to leave off: ServiceAccount, as is the default.")
  private List<String> disabled = new ArrayList<>();

  /**
   * @throws IllegalArgumentException if an option is wrong; the message names it
   */
  AccessConfig config() {
    if (signingKeyFile != null) {
      requireReadable("--service-account-signing-key-file", signingKeyFile);
    }
    keyFiles.forEach(file -> requireReadable("--service-account-key-file", file));
    if (authorizationMode != null && !authorizationMode.equals(ALWAYS_ALLOW)) {
      throw new IllegalArgumentException(
          "--authorization-mode: '%s' is not AlwaysAllow".formatted(authorizationMode));
    }
    requirePlugins("--enable-admission-plugins", enabled);
    requirePlugins("--disable-admission-plugins", disabled);
    if (!enabled.isEmpty() && !disabled.isEmpty()) {
      throw new IllegalArgumentException(
          "the admission plugin ServiceAccount is both enabled and disabled");
    }
    List<String> wanted = issuers.isEmpty() ? List.of(AccessConfig.DEFAULT_ISSUER) : issuers;
    try {
      return new AccessConfig(
          signingKeyFile,
          keyFiles,
          wanted,
          audiences.stream().filter(audience -> !audience.isEmpty()).toList(),
          authorizationMode != null,
          !enabled.isEmpty());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--service-account-issuer: " + e.getMessage(), e);
    }
  }

  private static void requireReadable(String option, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException("cannot read the file given with " + option + ": " + file);
    }
  }

  private static void requirePlugins(String option, List<String> names) {
    for (String name : names) {
      if (!name.equals(SERVICE_ACCOUNT)) {
        throw new IllegalArgumentException(
            "%s: only ServiceAccount can be switched, not '%s'".formatted(option, name));
      }
    }
  }
}
