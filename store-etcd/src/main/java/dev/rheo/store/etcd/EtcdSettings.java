package dev.rheo.store.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * How to reach etcd, and where in it the objects are.
 *
 * @param endpoints the members, such as {@code https://10.0.0.1:2379}; all with one scheme
 * @param tls for {@code https}; null for {@code http}
 * @param user and password, if etcd asks for them; null if not
 * @param prefix what the keys begin with, such as {@code /registry}; keys of the store that begin
 *     with {@code /registry/} are laid out below it. Empty: keys are as they are, and the whole of
 *     etcd is the store's
 * @param patience how long a call may take; at least a second
 */
public record EtcdSettings(
    List<URI> endpoints, @Nullable Tls tls, @Nullable User user, String prefix, Duration patience) {

  /** kube-apiserver's. */
  public static final String DEFAULT_PREFIX = "/registry";

  public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

  private static final int LAST_PORT = 65_535;

  /** What the keys of the store begin with where there is a prefix. */
  static final String OURS = "/registry/";

  /**
   * The certificates of a connection.
   *
   * @param authorities in PEM, of those who sign the members' certificates; null for those that the
   *     JDK trusts
   * @param key the certificate and the key with which the server shows who it is; null for none
   */
  public record Tls(byte @Nullable [] authorities, @Nullable KeyManager key) {}

  /** A user of etcd's own authentication. */
  public record User(String name, String password) {
    @Override
    public String toString() {
      return name;
    }
  }

  public EtcdSettings {
    endpoints = List.copyOf(endpoints);
    requireServers(endpoints);
    if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
      throw new IllegalArgumentException(
          "'" + prefix + "' is no prefix: it begins with a slash and ends without one");
    }
  }

  /**
   * Checks the addresses of members.
   *
   * @throws IllegalArgumentException if there is none, one is no {@code http://HOST:PORT} or {@code
   *     https://HOST:PORT}, or the two are mixed
   */
  public static void requireServers(List<URI> servers) {
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("no etcd server is named");
    }
    for (URI server : servers) {
      if (server.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "the address of an etcd server has no user and password; use --etcd-user and"
                + " --etcd-password-file");
      }
      boolean named = server.getHost() != null;
      boolean alone =
          (server.getPath() == null || server.getPath().length() <= 1)
              && server.getQuery() == null
              && server.getFragment() == null;
      boolean reachable =
          server.getPort() == -1 || (server.getPort() > 0 && server.getPort() <= LAST_PORT);
      if (!named
          || !alone
          || !reachable
          || !List.of("http", "https").contains(server.getScheme())) {
        throw new IllegalArgumentException(
            "'" + server + "' is no etcd server: http://HOST:PORT or https://HOST:PORT");
      }
      if (!server.getScheme().equals(servers.getFirst().getScheme())) {
        throw new IllegalArgumentException("etcd servers with http and with https cannot be mixed");
      }
    }
  }

  /** Members without TLS, and the defaults. */
  public static EtcdSettings of(List<URI> endpoints, String prefix) {
    return new EtcdSettings(endpoints, null, null, prefix, DEFAULT_PATIENCE);
  }

  boolean secure() {
    return endpoints.get(0).getScheme().equals("https");
  }
}
