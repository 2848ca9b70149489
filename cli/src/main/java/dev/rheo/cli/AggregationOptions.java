package dev.rheo.cli;

import dev.rheo.app.AggregationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** Options of {@code rheo serve} about extension API servers, named as upstream's. */
final class AggregationOptions {
  private static final AggregationConfig DEFAULTS = AggregationConfig.defaults();

  @Option(
      names = "--proxy-client-cert-file",
      paramLabel = "FILE",
      description =
          "PEM file of the certificate that is shown to extension API servers (default:"
              + " DIR/pki/front-proxy-client.crt, which is made).")
  private @Nullable Path certificate;

  @Option(
      names = "--proxy-client-key-file",
      paramLabel = "FILE",
      description = "PEM file of its private key.")
  private @Nullable Path key;

  @Option(
      names = "--requestheader-client-ca-file",
      paramLabel = "FILE",
      description =
          "PEM file of the authorities of such certificates, as extension API servers are told"
              + " (default: DIR/pki/front-proxy-ca.crt, which is made).")
  private @Nullable Path authority;

  @Option(
      names = "--requestheader-allowed-names",
      paramLabel = "NAME,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Names that such a certificate may have (default: front-proxy-client).")
  private List<String> allowedNames = new ArrayList<>();

  @Option(
      names = "--requestheader-username-headers",
      paramLabel = "FIELD,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Header fields that name the user (default: X-Remote-User).")
  private List<String> usernameHeaders = new ArrayList<>();

  @Option(
      names = "--requestheader-uid-headers",
      paramLabel = "FIELD,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Header fields with the user's uid (default: X-Remote-Uid).")
  private List<String> uidHeaders = new ArrayList<>();

  @Option(
      names = "--requestheader-group-headers",
      paramLabel = "FIELD,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Header fields that name the user's groups (default: X-Remote-Group).")
  private List<String> groupHeaders = new ArrayList<>();

  @Option(
      names = "--requestheader-extra-headers-prefix",
      paramLabel = "PREFIX,...",
      split = ",",
      showDefaultValue = Help.Visibility.NEVER,
      description =
          "Beginnings of header fields with further attributes (default: X-Remote-Extra-).")
  private List<String> extraPrefixes = new ArrayList<>();

  @Option(
      names = "--enable-aggregator-routing",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "false",
      paramLabel = "BOOL",
      description =
          "Reach Services at their endpoints instead of at their cluster IPs, where nothing routes"
              + " these.")
  private boolean toEndpoints;

  @Option(
      names = "--aggregator-reject-forwarding-redirect",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      defaultValue = "true",
      description = "Keep redirections by extension API servers from clients.")
  private boolean rejectsRedirections = true;

  /**
   * @throws IllegalArgumentException if an option is wrong; the message names it
   */
  AggregationConfig config() {
    requireReadable("--proxy-client-cert-file", certificate);
    requireReadable("--proxy-client-key-file", key);
    requireReadable("--requestheader-client-ca-file", authority);
    return new AggregationConfig(
        certificate,
        key,
        authority,
        given(allowedNames, DEFAULTS.allowedNames()),
        given(usernameHeaders, DEFAULTS.usernameHeaders()),
        given(uidHeaders, DEFAULTS.uidHeaders()),
        given(groupHeaders, DEFAULTS.groupHeaders()),
        given(extraPrefixes, DEFAULTS.extraPrefixes()),
        toEndpoints,
        rejectsRedirections);
  }

  /** An empty text stands for none. */
  private static List<String> given(List<String> values, List<String> otherwise) {
    return values.isEmpty()
        ? otherwise
        : values.stream().filter(value -> !value.isEmpty()).toList();
  }

  private static void requireReadable(String option, @Nullable Path file) {
    if (file != null && (!Files.isReadable(file) || Files.isDirectory(file))) {
      throw new IllegalArgumentException("cannot read the file given with " + option + ": " + file);
    }
  }
}
