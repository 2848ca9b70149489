package dev.rheo.access;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an API server is and who asks.
 *
 * @param host name or address, without brackets
 * @param port TCP port
 * @param path what comes before {@code /api} in paths; empty or without a slash at its end
 * @param tls whether it is https
 * @param authorities whom to trust, or empty for the JVM's own
 * @param insecure whether any certificate will do
 * @param serverName name that the certificate must have, and that is asked for
 * @param clientCertificate our chain, or null
 * @param clientKey its key, or null
 * @param token a bearer token, asked for before each request; it may be renewed
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

  /** Where a bearer token comes from. */
  @FunctionalInterface
  public interface TokenSource {
    /** No token. */
    TokenSource NONE = () -> null;

    /** The token, or null if there is none. */
    @Nullable String token();
  }

  /** As a person writes it. */
  public String url() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + name + ":" + port + path;
  }

  public String authority() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
