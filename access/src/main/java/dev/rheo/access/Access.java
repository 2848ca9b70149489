package dev.rheo.access;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The address of an API server, and the client's credentials.
 *
 * @param host name or address, without brackets
 * @param port TCP port
 * @param path the prefix of {@code /api} in paths; empty, or without a trailing slash
 * @param tls whether the scheme is https
 * @param authorities the certificate authorities to trust; empty for the JVM's own
 * @param insecure whether to accept any server certificate
 * @param serverName the name that the server's certificate must have, which is also sent as SNI
 * @param clientCertificate the client's certificate chain, or null
 * @param clientKey the key of the client's certificate, or null
 * @param token the source of bearer tokens, called before each request, since a token may be
 *     renewed
 */
public record Access(
    String host,
    int port,
    String path,
    boolean tls,
    List<X509Certificate> authorities,
    boolean insecure,
    String serverName,
    @Nullable List<X509Certificate> clientCertificate,
    @Nullable PrivateKey clientKey,
    TokenSource token) {

  /** A source of bearer tokens. */
  @FunctionalInterface
  public interface TokenSource {
    /** No token. */
    TokenSource NONE = () -> null;

    /** The token, or null if there is none. */
    @Nullable String token();
  }

  /** The URL; an IPv6 address is in brackets. */
  public String url() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + name + ":" + port + path;
  }

  public String authority() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
