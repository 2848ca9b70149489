package dev.rheo.server.security.token;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Signs tokens, and tells relying parties how to verify them (OpenID Connect Discovery 1.0).
 * Immutable.
 */
public final class TokenIssuer {

  /** The issuer of clusters that kubeadm makes. */
  public static final String DEFAULT_ISSUER = "https://kubernetes.default.svc.cluster.local";

  /** Where relying parties find the keys. */
  public static final String KEYS_PATH = "/openid/v1/jwks";

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");

  private final TokenKeys keys;
  private final List<String> issuers;
  private final List<String> audiences;

  /**
   * @param issuers the first one signs, tokens of all are accepted; as {@link #requireIssuers}
   *     demands
   * @param audiences those of the server itself; the issuers if empty
   */
  public TokenIssuer(TokenKeys keys, List<String> issuers, List<String> audiences) {
    requireIssuers(issuers);
    this.keys = keys;
    this.issuers = List.copyOf(issuers);
    this.audiences = audiences.isEmpty() ? this.issuers : List.copyOf(audiences);
  }

  /**
   * Checks issuers by upstream's rules.
   *
   * @throws IllegalArgumentException if there is none, or one is neither a name without a colon nor
   *     a URL
   */
  public static void requireIssuers(List<String> issuers) {
    if (issuers.isEmpty()) {
      throw new IllegalArgumentException("no issuer");
    }
    for (String issuer : issuers) {
      if (issuer.isEmpty()) {
        throw new IllegalArgumentException("an issuer is empty");
      }
      if (issuer.indexOf(':') >= 0 && !isUrl(issuer)) {
        throw new IllegalArgumentException(
            "the issuer " + issuer + " contains a colon and is not a URL");
      }
    }
  }

  private static boolean isUrl(String text) {
    try {
      return SCHEME.matcher(text).matches() && new URI(text).getScheme() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** The issuer of the tokens that are signed. */
  public String issuer() {
    return issuers.getFirst();
  }

  /** The audiences of the server itself. */
  public List<String> audiences() {
    return audiences;
  }

  public String sign(Claims claims) {
    return Jws.sign(keys.signing(), claims.toPayload());
  }

  boolean accepts(String issuer) {
    return issuers.contains(issuer);
  }

  TokenKeys keys() {
    return keys;
  }

  /** The keys that verify tokens, as a JSON Web Key Set. */
  public byte[] keySet() {
    return keys.jwks();
  }

  /**
   * The configuration of the issuer as an OpenID provider.
   *
   * @param address host and port under which clients reach the server
   */
  public byte[] configuration(String address) {
    ObjectNode configuration = JsonNodeFactory.instance.objectNode();
    configuration.put("issuer", issuer()).put("jwks_uri", "https://" + address + KEYS_PATH);
    configuration.putArray("response_types_supported").add("id_token");
    configuration.putArray("subject_types_supported").add("public");
    var algorithms = configuration.putArray("id_token_signing_alg_values_supported");
    keys.algorithms().forEach(algorithms::add);
    return configuration.toString().getBytes(StandardCharsets.UTF_8);
  }
}
