package dev.rheo.app;

import dev.rheo.server.security.token.TokenIssuer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of service accounts, authorization and admission, as the options of kube-apiserver of the
 * same names.
 *
 * @param signingKeyFile the private key that signs tokens, or null for one in the data directory
 * @param keyFiles files of further keys that verify tokens
 * @param issuers the first one signs, tokens of all are accepted; at least one
 * @param audiences those of the server itself; the issuers if empty
 * @param alwaysAllow whether every authenticated user may do everything
 * @param serviceAccountAdmission whether new pods must have a service account that exists
 */
public record AccessConfig(
    @Nullable Path signingKeyFile,
    List<Path> keyFiles,
    List<String> issuers,
    List<String> audiences,
    boolean alwaysAllow,
    boolean serviceAccountAdmission) {

  /** The issuer of clusters that kubeadm makes. */
  public static final String DEFAULT_ISSUER = TokenIssuer.DEFAULT_ISSUER;

  public AccessConfig {
    TokenIssuer.requireIssuers(issuers);
    keyFiles = List.copyOf(keyFiles);
    issuers = List.copyOf(issuers);
    audiences = List.copyOf(audiences);
  }

  /**
   * A key of the server's own, upstream's usual issuer, and no admission plugin: without
   * controllers there are no service accounts.
   */
  public static AccessConfig defaults() {
    return new AccessConfig(null, List.of(), List.of(DEFAULT_ISSUER), List.of(), false, false);
  }
}
