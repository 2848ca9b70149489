package dev.rheo.junit;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.app.AccessConfig;
import dev.rheo.app.AggregationConfig;
import dev.rheo.app.ClusterNetwork;
import dev.rheo.app.EncryptionSettings;
import dev.rheo.app.EtcdConfig;
import dev.rheo.app.MemoryPlan;
import dev.rheo.app.ServerConfig;
import dev.rheo.app.StoreKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What can be chosen of a server, in the syntax of the options of {@code rheo serve}. Two servers
 * with equal options are interchangeable.
 *
 * @param featureGates {@code Gate=true|false}, separated by commas
 * @param controllers {@code *}, {@code NAME} or {@code -NAME}, separated by commas
 * @param authorizationMode {@code AlwaysAllow}, or empty for the decision by group
 * @param admissionPlugins those that are on beyond the usual ones
 * @param maxMemoryMib what the server may take, in MiB; see {@link MemoryPlan}
 */
record ServerOptions(
    String featureGates,
    String controllers,
    String authorizationMode,
    Set<String> admissionPlugins,
    int maxMemoryMib) {

  /** The least that a server can do with. It is a limit, not what a server takes at its start. */
  static final int MEMORY_MIB = (int) (MemoryPlan.MIN_TOTAL >> 20);

  private static final String ALWAYS_ALLOW = "AlwaysAllow";
  private static final String SERVICE_ACCOUNT = "ServiceAccount";

  ServerOptions {
    admissionPlugins = Set.copyOf(admissionPlugins);
  }

  /**
   * The configuration of a server on loopback.
   *
   * @param port 0 for a free one
   * @throws IllegalArgumentException if an option is wrong; the message names it
   */
  ServerConfig config(Path data, int port, Path tokens) {
    try {
      return new ServerConfig(
          data,
          "127.0.0.1",
          port,
          0,
          StoreKind.MEMORY,
          data.resolve("admin.kubeconfig"),
          FeatureGates.parse(featureGates),
          MemoryPlan.of((long) maxMemoryMib << 20),
          tokens,
          ServerConfig.DEFAULT_HISTORY_TIME,
          ServerConfig.DEFAULT_HISTORY_BYTES,
          ServerConfig.DEFAULT_FORM_BYTES,
          ClusterNetwork.of(ClusterNetwork.DEFAULT_RANGES, ClusterNetwork.DEFAULT_NODE_PORTS, null),
          ServerConfig.DEFAULT_EVENT_TTL,
          ServerConfig.controllers(controllers),
          access(),
          AggregationConfig.defaults(),
          EtcdConfig.none(),
          EncryptionSettings.none());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the server cannot have these options: " + e.getMessage(), e);
    }
  }

  private AccessConfig access() {
    if (!authorizationMode.isEmpty() && !authorizationMode.equals(ALWAYS_ALLOW)) {
      throw new IllegalArgumentException(
          "the authorization mode '%s' is not %s".formatted(authorizationMode, ALWAYS_ALLOW));
    }
    for (String plugin : admissionPlugins) {
      if (!plugin.equals(SERVICE_ACCOUNT)) {
        throw new IllegalArgumentException(
            "only the admission plugin %s can be switched on, not '%s'"
                .formatted(SERVICE_ACCOUNT, plugin));
      }
    }
    return new AccessConfig(
        null,
        List.of(),
        List.of(AccessConfig.DEFAULT_ISSUER),
        List.of(),
        !authorizationMode.isEmpty(),
        !admissionPlugins.isEmpty());
  }
}
