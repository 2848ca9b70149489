package dev.rheo.app;

import dev.rheo.cache.WatchCache;
import dev.rheo.edge.ledger.Account;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.server.health.Health;
import dev.rheo.server.metrics.PartMetrics;
import dev.rheo.server.snapshot.Freezing;
import dev.rheo.server.snapshot.Snapshots;
import dev.rheo.store.ExpirySweeper;
import dev.rheo.store.FreezableStore;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.Retention;
import dev.rheo.store.RetentionCompactor;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RocksRevisionStore;
import dev.rheo.store.RocksSettings;
import dev.rheo.store.SteadyClock;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreLock;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Opens the store, and starts what works on it: compaction, and the deletion of what expires. */
final class StoreParts {
  private final OpenedParts opened;
  private final DataDirectory data;
  private final DescriptorPlan descriptors;
  private final PrometheusRegistry metrics;
  private @Nullable EncryptionParts encryption;
  private @Nullable RocksRevisionStore embedded;
  private @Nullable FreezableStore freezable;

  StoreParts(
      OpenedParts opened,
      DataDirectory data,
      DescriptorPlan descriptors,
      PrometheusRegistry metrics) {
    this.opened = opened;
    this.data = data;
    this.descriptors = descriptors;
    this.metrics = metrics;
  }

  /**
   * Opens the engine that the configuration names.
   *
   * @param registry the kinds of Kubernetes
   * @param given the store in memory to use, which its owner closes; null to make one
   * @throws StoreException if it cannot be opened
   */
  RevisionStore open(
      ServerConfig config,
      ResourceRegistry registry,
      @Nullable MemoryRevisionStore given,
      Clock clock)
      throws StoreException {
    if (config.store() == StoreKind.ROCKSDB) {
      data.requireThawed();
    }
    FreezableStore store = new FreezableStore(engine(config, registry, given, clock));
    freezable = store;
    if (config.store() != StoreKind.ETCD) {
      expire(store);
    }
    return store;
  }

  private RevisionStore engine(
      ServerConfig config,
      ResourceRegistry registry,
      @Nullable MemoryRevisionStore given,
      Clock clock)
      throws StoreException {
    Retention retention = new Retention(config.historyTime(), config.historyBytes());
    // Neither history nor what has a time to live may go because the machine's clock is set.
    InstantSource steady = new SteadyClock(clock, System::nanoTime);
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("retention", true));
    switch (config.store()) {
      case MEMORY -> {
        // The data directory holds more than the store: a second server must not use it either.
        opened.add("lock", StoreLock.take(data.store()));
        MemoryRevisionStore memory = given != null ? given : new MemoryRevisionStore(steady);
        if (given == null) {
          opened.add("store", memory);
        }
        compact(new RetentionCompactor(memory, retention, steady, scheduler), scheduler);
        return config.encryption().file() == null
            ? memory
            : encryption(config, registry, steady).around(memory, UnaryOperator.identity());
      }
      case ROCKSDB -> {
        RocksRevisionStore rocks =
            RocksRevisionStore.open(
                data.store(),
                RocksSettings.defaults()
                    .withNativeMemory(config.memory().storeCaches())
                    .withDescriptors(descriptors.store()),
                steady);
        embedded = rocks;
        opened.add("store", rocks);
        compact(new RetentionCompactor(rocks, retention, steady, scheduler), scheduler);
        return encryption(config, registry, steady).around(rocks, UnaryOperator.identity());
      }
      case ETCD -> {
        // Each server has a data directory of its own, for its cache.
        opened.add("lock", StoreLock.take(data.store()));
        scheduler.shutdown();
        return EtcdParts.open(
            config.etcd(), registry, opened, encryption(config, registry, steady), metrics);
      }
    }
    throw new IllegalStateException(config.store().toString());
  }

  /**
   * Snapshots of the store that was opened. They have the values as they are on disk, whatever
   * stands between the store and the server.
   *
   * @param account of what is made of a snapshot and not sent yet
   */
  Snapshots snapshots(Account account) {
    RocksRevisionStore rocks = embedded;
    Freezing freezing = new StoreFreezing(Objects.requireNonNull(freezable), data, rocks != null);
    Snapshots snapshots =
        new Snapshots(rocks == null ? null : rocks::snapshot, freezing, account, System::nanoTime);
    opened.add("snapshots", snapshots);
    new PartMetrics(metrics).snapshots(snapshots::stats);
    return snapshots;
  }

  private EncryptionParts encryption(
      ServerConfig config, ResourceRegistry registry, InstantSource clock) throws StoreException {
    EncryptionParts parts = EncryptionParts.open(config.encryption(), registry, opened, clock);
    encryption = parts;
    return parts;
  }

  /** The health checks of what the store needs. */
  List<Health.Check> checks() {
    return encryption == null ? List.of() : encryption.checks();
  }

  /** Has the cache read again what could not be read. */
  void serve(WatchCache cache) {
    if (encryption != null) {
      encryption.serve(cache);
    }
  }

  private void compact(RetentionCompactor compactor, ScheduledExecutorService scheduler) {
    opened.add(
        "retention",
        () -> {
          compactor.close();
          scheduler.shutdownNow();
        });
    compactor.start();
  }

  private void expire(RevisionStore expiring) {
    // A thread of its own, since a mass expiry must not delay compaction.
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("expiry", true));
    ExpirySweeper sweeper = new ExpirySweeper(expiring, scheduler);
    opened.add(
        "expiry",
        () -> {
          sweeper.close();
          scheduler.shutdownNow();
        });
    sweeper.start();
  }
}
