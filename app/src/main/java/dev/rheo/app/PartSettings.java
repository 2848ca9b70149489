package dev.rheo.app;

import dev.rheo.cache.CacheSettings;
import dev.rheo.edge.EdgeSettings;
import java.net.InetSocketAddress;

/** The settings of the parts that follow from a server's configuration. */
final class PartSettings {

  /** Approximate heap of one decoded event. */
  private static final long DECODED_EVENT_BYTES = 200;

  private PartSettings() {}

  static CacheSettings cache(ServerConfig config, DescriptorPlan descriptors) {
    MemoryPlan memory = config.memory();
    CacheSettings defaults = CacheSettings.defaults();
    CacheSettings settings =
        new CacheSettings(
            memory.hotBuffers(),
            defaults.segmentBytes(),
            defaults.diskBytes(),
            config.historyBytes(),
            memory.eventLog(),
            (int) (memory.decodedEvents() / DECODED_EVENT_BYTES),
            memory.snapshots(),
            ServerConfig.MIN_HISTORY_TIME,
            defaults.loaders(),
            config.formBytes(),
            memory.forms(),
            defaults.formMakers());
    if (config.encryption().file() != null) {
      settings = settings.withEncryption();
    } else if (config.store() == StoreKind.ETCD) {
      settings = settings.keptFor(forms(config));
    }
    return settings.withDescriptors(descriptors.cache());
  }

  /** What decides how a value in etcd becomes a form: the program, and which keys it reads. */
  private static String forms(ServerConfig config) {
    String build = Release.build();
    return build.isEmpty() ? "" : build + " " + config.etcd().prefix();
  }

  static EdgeSettings edge(ServerConfig config, Embedding embedding) {
    EdgeSettings settings =
        EdgeSettings.defaults(new InetSocketAddress(config.host(), config.port()))
            .withEventLoops(embedding.eventLoops());
    return settings
        .with(settings.limits().withGoAwayChance(config.goAwayChance()))
        .with(
            new EdgeSettings.Budgets(
                config.memory().outgoing(), settings.budgets().outgoingPerConnection()));
  }
}
