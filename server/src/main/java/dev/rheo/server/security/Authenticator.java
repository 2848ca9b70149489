package dev.rheo.server.security;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.WebSocketHandshake;
import dev.rheo.server.security.BearerTokens.Verdict;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the user of a request by client certificate (common name = user, organizations =
 * groups), else by bearer token, which is looked up or verified. A WebSocket may send the token as
 * a subprotocol, as browsers cannot set headers. A request without credentials is made by {@link
 * User#ANONYMOUS}. Invalid credentials are refused with 401 unless the request also has valid ones,
 * as upstream does. Thread-safe.
 */
public final class Authenticator {

  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_PURPOSE = "2.5.29.37.0";

  /** Limit on remembered certificates, good and bad ones each, by digests of 32 bytes. */
  private static final int MAX_REMEMBERED = 4096;

  private final List<X509Certificate> authorities;
  private final TokenFile tokens;
  private final BearerTokens verified;
  private final InstantSource clock;
  private final Verifier verifier;

  /**
   * Verified certificates by digest: verifying costs a few 100 µs, and a client presents the same
   * certificate with each request. Good and bad ones are kept apart, so that a flood of forged ones
   * does not evict the good ones.
   */
  private final Map<ByteBuffer, Verified> good = new ConcurrentHashMap<>();

  private final Set<ByteBuffer> bad = ConcurrentHashMap.newKeySet();

  /**
   * @param until when the authority that issued the certificate expires
   */
  private record Verified(User user, Date until) {}

  /**
   * @param authorities the authorities whose client certificates are accepted
   */
  public Authenticator(List<X509Certificate> authorities, TokenFile tokens, InstantSource clock) {
    this(authorities, tokens, BearerTokens.NONE, clock);
  }

  /**
   * @param authorities the authorities whose client certificates are accepted
   * @param verified tokens that are verified
   */
  public Authenticator(
      List<X509Certificate> authorities,
      TokenFile tokens,
      BearerTokens verified,
      InstantSource clock) {
    this(authorities, tokens, verified, clock, (certificate, key) -> certificate.verify(key));
  }

  /** Checks the signature of a certificate. */
  interface Verifier {
    void verify(X509Certificate certificate, PublicKey key) throws GeneralSecurityException;
  }

  /**
   * @param verifier for tests that count verifications
   */
  Authenticator(
      List<X509Certificate> authorities,
      TokenFile tokens,
      BearerTokens verified,
      InstantSource clock,
      Verifier verifier) {
    this.authorities = List.copyOf(authorities);
    this.tokens = tokens;
    this.verified = verified;
    this.clock = clock;
    this.verifier = verifier;
  }

  /** The user whom a token of the file identifies, or null. */
  @Nullable User byToken(String token) {
    return tokens.user(token);
  }

  BearerTokens verified() {
    return verified;
  }

  /** The credentials that a request shows. */
  record Credentials(
      @Nullable X509Certificate certificate,
      @Nullable String authorization,
      List<String> protocols) {

    static Credentials of(HttpRequest head) {
      return new Credentials(
          head.clientCertificate(),
          head.header("Authorization"),
          WebSocketHandshake.protocols(head));
    }

    /** Whether a WebSocket shows a token, usable or not. */
    boolean showProtocolToken() {
      return protocols.stream().anyMatch(p -> p.startsWith(WebSocketHandshake.TOKEN_PROTOCOL));
    }

    /** The tokens, the one in the header first. */
    List<String> tokens() {
      List<String> found = new ArrayList<>(1);
      String token = bearerToken(authorization);
      if (token != null) {
        found.add(token);
      }
      String protocolToken = showProtocolToken() ? WebSocketToken.of(protocols) : null;
      if (protocolToken != null) {
        found.add(protocolToken);
      }
      return found;
    }
  }

  /**
   * Verifies the tokens of a request that are to be verified.
   *
   * @return null if there is none, or the request has a user without them
   */
  @Nullable CompletableFuture<VerifiedTokens> verify(Credentials shown) {
    List<String> candidates =
        shown.tokens().stream()
            .filter(token -> verified.mayAccept(token) && tokens.user(token) == null)
            .toList();
    if (candidates.isEmpty() || hasUser(shown.certificate())) {
      return null;
    }
    CompletableFuture<VerifiedTokens> all = CompletableFuture.completedFuture(VerifiedTokens.NONE);
    for (String token : candidates) {
      Verdict known = verified.known(token);
      all =
          all.thenCombine(
              known == null
                  ? verified.verify(token, verified.audiences())
                  : CompletableFuture.completedFuture(known),
              (before, verdict) -> before.with(token, verdict));
    }
    return all;
  }

  private boolean hasUser(@Nullable X509Certificate certificate) {
    User user = certificate == null ? null : byCertificate(certificate);
    return user != null && !user.name().isEmpty();
  }

  /**
   * @param certificate the client's certificate from the handshake, unverified, or null
   * @param authorization the request's {@code Authorization} header, or null
   * @throws ApiException 401 if the credentials are invalid
   */
  public User authenticate(@Nullable X509Certificate certificate, @Nullable String authorization) {
    return identify(new Credentials(certificate, authorization, List.of()), VerifiedTokens.NONE);
  }

  /**
   * @param found what {@link #verify} found out
   * @throws ApiException 401 if the credentials are invalid
   */
  User identify(Credentials shown, VerifiedTokens found) {
    boolean invalid = false;
    if (shown.certificate() != null) {
      User user = byCertificate(shown.certificate());
      if (user != null && !user.name().isEmpty()) {
        return user;
      }
      // A valid certificate without a common name is ignored; an invalid one is an invalid
      // credential.
      invalid = user == null;
    }
    for (String token : shown.tokens()) {
      User user = tokens.user(token);
      if (user == null) {
        Verdict verdict = found.of(token);
        user = verdict == null ? null : verdict.user();
      }
      if (user != null) {
        return user;
      }
      invalid = true;
    }
    if (invalid || shown.showProtocolToken()) {
      throw ApiException.unauthorized("Unauthorized");
    }
    return User.ANONYMOUS;
  }

  /** Returns null if the certificate is not accepted. */
  private @Nullable User byCertificate(X509Certificate certificate) {
    Date now = Date.from(clock.instant());
    if (now.before(certificate.getNotBefore()) || now.after(certificate.getNotAfter())) {
      return null;
    }
    byte[] encoded;
    try {
      encoded = certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      return null;
    }
    ByteBuffer digest = ByteBuffer.wrap(Digests.sha256(encoded));
    Verified known = good.get(digest);
    if (known != null && !now.after(known.until())) {
      return known.user();
    }
    if (bad.contains(digest)) {
      return null;
    }
    Verified found = judged(certificate, now);
    if (found != null) {
      if (good.size() >= MAX_REMEMBERED) {
        good.clear();
      }
      good.put(digest, found);
      return found.user();
    }
    if (bad.size() >= MAX_REMEMBERED) {
      bad.clear();
    }
    bad.add(digest);
    return null;
  }

  private @Nullable Verified judged(X509Certificate certificate, Date now) {
    try {
      X509Certificate issuer = isForClients(certificate) ? issuer(certificate, now) : null;
      return issuer == null ? null : new Verified(user(certificate), issuer.getNotAfter());
    } catch (CertificateParsingException | InvalidNameException | IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isForClients(X509Certificate certificate)
      throws CertificateParsingException {
    List<String> purposes = certificate.getExtendedKeyUsage();
    return purposes == null || purposes.contains(CLIENT_AUTH) || purposes.contains(ANY_PURPOSE);
  }

  /** Returns the authority that issued the certificate; null if none of ours did. */
  private @Nullable X509Certificate issuer(X509Certificate certificate, Date now) {
    for (X509Certificate authority : authorities) {
      if (!certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal())
          || now.after(authority.getNotAfter())) {
        continue;
      }
      try {
        verifier.verify(certificate, authority.getPublicKey());
        return authority;
      } catch (GeneralSecurityException e) {
        // Not issued by this authority.
      }
    }
    return null;
  }

  private static User user(X509Certificate certificate) throws InvalidNameException {
    String name = "";
    List<String> groups = new ArrayList<>();
    LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
    for (Rdn rdn : subject.getRdns()) {
      for (var attributes = rdn.toAttributes().getAll(); attributes.hasMoreElements(); ) {
        var attribute = attributes.nextElement();
        // Other attributes, such as a serial number, may not be text and do not matter.
        if (attribute.getID().equalsIgnoreCase("CN")) {
          name = valueOf(attribute);
        } else if (attribute.getID().equalsIgnoreCase("O")) {
          groups.add(valueOf(attribute));
        }
      }
    }
    groups.add(User.AUTHENTICATED);
    return new User(name, "", groups);
  }

  private static String valueOf(Attribute attribute) {
    try {
      if (attribute.get() instanceof String text) {
        return text;
      }
      throw new IllegalArgumentException("not a text: " + attribute.getID());
    } catch (NamingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Parses the header as upstream does: the scheme in any case, then the token up to a space. */
  private static @Nullable String bearerToken(@Nullable String authorization) {
    if (authorization == null) {
      return null;
    }
    String[] parts = authorization.strip().split(" ", 3);
    boolean bearer = parts.length > 1 && parts[0].equalsIgnoreCase("bearer");
    return bearer && !parts[1].isEmpty() ? parts[1] : null;
  }
}
