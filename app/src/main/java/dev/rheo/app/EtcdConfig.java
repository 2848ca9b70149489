package dev.rheo.app;

import dev.rheo.store.etcd.EtcdSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where etcd is, as the options of kube-apiserver of the same names.
 *
 * @param servers its members; at least one for {@link StoreKind#ETCD}
 * @param authority PEM file of the authorities of their certificates; null for those that the JDK
 *     trusts
 * @param certificate PEM file of the certificate that is shown to them, with {@code key}; null for
 *     none
 * @param key its key
 * @param prefix what the keys begin with
 * @param user of etcd's own authentication, with {@code passwordFile}; null for none
 * @param passwordFile the file whose first line is the user's password
 * @param mediaType the form in which objects are written, {@link #PROTOBUF} or {@link #JSON}; all
 *     are read
 * @param compactionInterval how often etcd is compacted; zero if others do it
 */
public record EtcdConfig(
    List<URI> servers,
    @Nullable Path authority,
    @Nullable Path certificate,
    @Nullable Path key,
    String prefix,
    @Nullable String user,
    @Nullable Path passwordFile,
    String mediaType,
    Duration compactionInterval) {

  public static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  public static final String JSON = "application/json";
  public static final String DEFAULT_PREFIX = "/registry";
  public static final Duration DEFAULT_COMPACTION_INTERVAL = Duration.ofMinutes(5);

  public EtcdConfig {
    servers = List.copyOf(servers);
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("--etcd-certfile and --etcd-keyfile belong together");
    }
    if ((user == null) != (passwordFile == null)) {
      throw new IllegalArgumentException("--etcd-user and --etcd-password-file belong together");
    }
    if (!mediaType.equals(PROTOBUF) && !mediaType.equals(JSON)) {
      throw new IllegalArgumentException(
          "--storage-media-type is neither %s nor %s: %s".formatted(PROTOBUF, JSON, mediaType));
    }
    if (!prefix.startsWith("/") || prefix.length() < 2 || prefix.endsWith("/")) {
      throw new IllegalArgumentException(
          "--etcd-prefix begins with a slash and ends without one: '" + prefix + "'");
    }
  }

  /** No etcd. */
  public static EtcdConfig none() {
    return of(List.of());
  }

  /** Members without certificates, and the defaults. */
  public static EtcdConfig of(List<URI> servers) {
    return new EtcdConfig(
        servers,
        null,
        null,
        null,
        DEFAULT_PREFIX,
        null,
        null,
        PROTOBUF,
        DEFAULT_COMPACTION_INTERVAL);
  }

  /**
   * The members that a list names, separated by commas.
   *
   * @throws IllegalArgumentException if one is no {@code http://HOST:PORT} or {@code
   *     https://HOST:PORT}, or the two are mixed
   */
  public static List<URI> servers(String list) {
    List<URI> servers = new ArrayList<>();
    for (String server : list.split(",", -1)) {
      if (!server.isBlank()) {
        try {
          servers.add(new URI(server.strip()));
        } catch (URISyntaxException e) {
          throw new IllegalArgumentException(
              "--etcd-servers: '%s' is no etcd server: http://HOST:PORT or https://HOST:PORT"
                  .formatted(server),
              e);
        }
      }
    }
    if (!servers.isEmpty()) {
      try {
        EtcdSettings.requireServers(servers);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("--etcd-servers: " + e.getMessage(), e);
      }
    }
    return servers;
  }
}
