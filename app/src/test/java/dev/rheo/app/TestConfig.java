package dev.rheo.app;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.server.controller.Controllers;
import java.nio.file.Path;
import java.util.EnumSet;

/** The configuration of a server under test: the defaults, on loopback. */
final class TestConfig {
  private TestConfig() {}

  /**
   * @param tokens the file of bearer tokens
   */
  static ServerConfig of(Path data, StoreKind kind, int port, Path kubeconfig, Path tokens) {
    return of(data, kind, port, kubeconfig, tokens, AccessConfig.defaults());
  }

  static ServerConfig of(
      Path data, StoreKind kind, int port, Path kubeconfig, Path tokens, AccessConfig access) {
    return of(data, kind, port, kubeconfig, tokens, access, FeatureGates.defaults());
  }

  static ServerConfig of(
      Path data,
      StoreKind kind,
      int port,
      Path kubeconfig,
      Path tokens,
      AccessConfig access,
      FeatureGates gates) {
    return of(data, kind, port, kubeconfig, tokens, access, gates, EncryptionSettings.none());
  }

  /** A server with encryption at rest, on any port. */
  static ServerConfig of(Path data, StoreKind kind, Path tokens, EncryptionSettings encryption) {
    return of(
        data,
        kind,
        0,
        data.resolve("kubeconfig"),
        tokens,
        AccessConfig.defaults(),
        FeatureGates.defaults(),
        encryption);
  }

  private static ServerConfig of(
      Path data,
      StoreKind kind,
      int port,
      Path kubeconfig,
      Path tokens,
      AccessConfig access,
      FeatureGates gates,
      EncryptionSettings encryption) {
    return new ServerConfig(
        data,
        "127.0.0.1",
        port,
        0,
        kind,
        kubeconfig,
        gates,
        MemoryPlan.of(MemoryPlan.DEFAULT_TOTAL),
        tokens,
        ServerConfig.DEFAULT_HISTORY_TIME,
        ServerConfig.DEFAULT_HISTORY_BYTES,
        ServerConfig.DEFAULT_FORM_BYTES,
        ClusterNetwork.defaults(),
        ServerConfig.DEFAULT_EVENT_TTL,
        EnumSet.allOf(Controllers.class),
        access,
        AggregationConfig.defaults(),
        EtcdConfig.none(),
        encryption);
  }
}
