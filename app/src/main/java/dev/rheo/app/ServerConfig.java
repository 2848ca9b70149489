package dev.rheo.app;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.server.controller.Controllers;
import dev.rheo.store.Retention;
import dev.rheo.store.RevisionStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a server.
 *
 * @param data the data directory; created if it does not exist
 * @param host the name or address to listen on
 * @param port 0 to 65535; 0 takes any free one
 * @param goAwayChance the probability that a request has its client connect anew, 0 to {@link
 *     #MAX_GO_AWAY_CHANCE}
 * @param store the engine
 * @param kubeconfig where the administrator's kubeconfig is written
 * @param gates the feature gates
 * @param memory the shares of the process's memory
 * @param tokenAuthFile static bearer tokens in Kubernetes' CSV format, or null for none
 * @param historyTime how long past revisions are kept, {@link #MIN_HISTORY_TIME} at least
 * @param historyBytes how many bytes past revisions may take on disk before the oldest are dropped
 *     early (never those of the last {@link #MIN_HISTORY_TIME}); positive
 * @param formBytes how many bytes derived forms may take on disk before the oldest are dropped;
 *     positive
 * @param network the network of the cluster
 * @param eventTtl how long an Event lives after its last write, up to {@link #MAX_EVENT_TTL}; zero
 *     for ever
 * @param controllers the controllers that run; without one, another process must do its work
 * @param access tokens of service accounts, authorization and admission
 * @param aggregation how requests go on to extension API servers
 * @param etcd where etcd is, for {@link StoreKind#ETCD}
 * @param encryption how the store is encrypted
 */
public record ServerConfig(
    Path data,
    String host,
    int port,
    double goAwayChance,
    StoreKind store,
    Path kubeconfig,
    FeatureGates gates,
    MemoryPlan memory,
    @Nullable Path tokenAuthFile,
    Duration historyTime,
    long historyBytes,
    long formBytes,
    ClusterNetwork network,
    Duration eventTtl,
    Set<Controllers> controllers,
    AccessConfig access,
    AggregationConfig aggregation,
    EtcdConfig etcd,
    EncryptionSettings encryption) {

  /** History that is kept whatever the limits, so that clients can resume after a short absence. */
  public static final Duration MIN_HISTORY_TIME = Retention.FLOOR;

  public static final Duration DEFAULT_HISTORY_TIME = Duration.ofHours(1);
  public static final long DEFAULT_HISTORY_BYTES = 4L << 30;
  public static final long DEFAULT_FORM_BYTES = 8L << 30;
  public static final Duration DEFAULT_EVENT_TTL = Duration.ofHours(1);
  public static final Duration MAX_EVENT_TTL = RevisionStore.Op.LONGEST_LIFE;

  /** As upstream: one request in fifty. */
  public static final double MAX_GO_AWAY_CHANCE = 0.02;

  /** The port of a Kubernetes API server. */
  public static final int DEFAULT_PORT = 6443;

  /** A server for this machine alone, with the defaults, on any free port. */
  public static ServerConfig onLoopback(Path data, StoreKind store) {
    return new ServerConfig(
        data,
        "127.0.0.1",
        0,
        0,
        store,
        data.resolve("admin.kubeconfig"),
        FeatureGates.defaults(),
        MemoryPlan.of(MemoryPlan.DEFAULT_TOTAL),
        null,
        DEFAULT_HISTORY_TIME,
        DEFAULT_HISTORY_BYTES,
        DEFAULT_FORM_BYTES,
        ClusterNetwork.defaults(),
        DEFAULT_EVENT_TTL,
        EnumSet.allOf(Controllers.class),
        AccessConfig.defaults(),
        AggregationConfig.defaults(),
        EtcdConfig.none(),
        EncryptionSettings.none());
  }

  /**
   * The controllers that a list names: {@code *} for all, {@code NAME} for one, {@code -NAME} for
   * all but one.
   *
   * @throws IllegalArgumentException if a name is unknown
   */
  public static Set<Controllers> controllers(String list) {
    return Controllers.parse(list);
  }

  public ServerConfig {
    controllers = Set.copyOf(controllers);
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
    if (!(goAwayChance >= 0 && goAwayChance <= MAX_GO_AWAY_CHANCE)) {
      throw new IllegalArgumentException("the chance of GOAWAY is not between 0 and 0.02");
    }
    if (historyTime.compareTo(MIN_HISTORY_TIME) < 0) {
      throw new IllegalArgumentException("history time is below " + MIN_HISTORY_TIME);
    }
    if (historyBytes <= 0) {
      throw new IllegalArgumentException("history bytes must be positive");
    }
    if (formBytes <= 0) {
      throw new IllegalArgumentException("form bytes must be positive");
    }
    if (store == StoreKind.ETCD && etcd.servers().isEmpty()) {
      throw new IllegalArgumentException("the store etcd needs at least one etcd server");
    }
    if (eventTtl.isNegative() || eventTtl.compareTo(MAX_EVENT_TTL) > 0) {
      throw new IllegalArgumentException("Events cannot live for " + eventTtl);
    }
  }
}
