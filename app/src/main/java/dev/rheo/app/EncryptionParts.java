package dev.rheo.app;

import dev.rheo.cache.WatchCache;
import dev.rheo.encryption.EncryptedStore;
import dev.rheo.encryption.Encryption;
import dev.rheo.encryption.config.EncryptionConfig;
import dev.rheo.encryption.config.EncryptionConfigException;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.server.health.Health;
import dev.rheo.server.storage.KeyLayout;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Opens encryption at rest. A class of its own, so that programs that embed a server in memory do
 * not need its libraries.
 *
 * <p>Without a configuration nothing is encrypted, and a value that is encrypted is told apart from
 * one that is damaged.
 */
final class EncryptionParts {
  /** How often is tried to read what could not be read. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private final Encryption encryption;
  private final ResourceRegistry registry;
  private final OpenedParts opened;

  private EncryptionParts(Encryption encryption, ResourceRegistry registry, OpenedParts opened) {
    this.encryption = encryption;
    this.registry = registry;
    this.opened = opened;
  }

  /**
   * Checks a configuration.
   *
   * @throws IllegalArgumentException if it cannot be read, or is invalid
   */
  static void check(Path file) {
    try {
      EncryptionConfig ignored = EncryptionConfig.read(file);
    } catch (EncryptionConfigException e) {
      throw new IllegalArgumentException("--encryption-provider-config: " + e.getMessage(), e);
    }
  }

  /**
   * @throws StoreException if the configuration cannot be read
   */
  static EncryptionParts open(
      EncryptionSettings settings,
      ResourceRegistry registry,
      OpenedParts opened,
      InstantSource clock)
      throws StoreException {
    Encryption encryption;
    try {
      encryption =
          settings.file() == null
              ? Encryption.none()
              : Encryption.open(settings.file(), settings.reloads(), new SecureRandom(), clock);
    } catch (EncryptionConfigException e) {
      throw new StoreException("--encryption-provider-config: " + e.getMessage(), e);
    }
    opened.add("encryption", encryption);
    return new EncryptionParts(encryption, registry, opened);
  }

  /**
   * The store with encryption.
   *
   * @param contexts a key of the store as the engine lays it out
   */
  RevisionStore around(RevisionStore store, UnaryOperator<String> contexts) {
    KeyLayout layout = new KeyLayout(registry);
    return new EncryptedStore(store, encryption, layout::resource, contexts);
  }

  /** The health checks of key management services. */
  List<Health.Check> checks() {
    return encryption.isChecked()
        ? List.of(new Health.Check("kms-providers", encryption::isHealthy))
        : List.of();
  }

  /** Has the cache read again what could not be read. */
  void serve(WatchCache cache) {
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("decryption", true));
    opened.add("decryption", scheduler::shutdownNow);
    var ignored =
        scheduler.scheduleWithFixedDelay(
            cache::readAgain, AGAIN.toMillis(), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
  }
}
