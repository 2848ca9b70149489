package dev.rheo.encryption;

import dev.rheo.api.name.GroupResource;
import dev.rheo.encryption.config.EncryptionConfig;
import dev.rheo.encryption.config.EncryptionConfigException;
import dev.rheo.encryption.value.Transformer;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The encryption that is in force: the file's, or that of a newer version of the file. Thread-safe.
 */
public final class Encryption implements AutoCloseable {
  /** How often the file is looked at. */
  public static final Duration RELOAD = Duration.ofMinutes(1);

  /** How long a new configuration may take until its plugins are well, at least. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration CHECK = Duration.ofMillis(100);

  private static final System.Logger LOG = System.getLogger(Encryption.class.getName());

  private final @Nullable Path file;
  private final boolean reloads;
  private final SecureRandom random;
  private final InstantSource clock;
  private final @Nullable ScheduledExecutorService scheduler;
  private volatile ResourceTransformers present;
  private String hash;

  private Encryption(
      @Nullable Path file,
      boolean reloads,
      SecureRandom random,
      InstantSource clock,
      @Nullable ScheduledExecutorService scheduler,
      ResourceTransformers present,
      String hash) {
    this.file = file;
    this.reloads = reloads;
    this.random = random;
    this.clock = clock;
    this.scheduler = scheduler;
    this.present = present;
    this.hash = hash;
  }

  /** No encryption: what is encrypted cannot be read. */
  public static Encryption none() {
    return new Encryption(
        null,
        false,
        new SecureRandom(),
        InstantSource.system(),
        null,
        ResourceTransformers.NONE,
        "");
  }

  /**
   * Reads a configuration.
   *
   * @param reloads whether the file is looked at every minute
   * @throws EncryptionConfigException if the file cannot be read, or is invalid
   */
  public static Encryption open(
      Path file, boolean reloads, SecureRandom random, InstantSource clock)
      throws EncryptionConfigException {
    return open(file, reloads, random, clock, RELOAD);
  }

  static Encryption open(
      Path file, boolean reloads, SecureRandom random, InstantSource clock, Duration period)
      throws EncryptionConfigException {
    EncryptionConfig config = EncryptionConfig.read(file);
    // One for the file and one for the plugins, which may keep it waiting.
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(
            2, work -> Thread.ofPlatform().daemon().name("encryption").unstarted(work));
    Encryption opened =
        new Encryption(
            file,
            reloads,
            random,
            clock,
            scheduler,
            ResourceTransformers.of(config, random, clock, scheduler),
            config.hash());
    if (reloads) {
      var ignored =
          scheduler.scheduleWithFixedDelay(
              opened::lookAtFile, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }
    return opened;
  }

  /** Whether there is a configuration. */
  public boolean isConfigured() {
    return file != null;
  }

  /** Whether there is a health check of key management services, as upstream. */
  public boolean isChecked() {
    return reloads || present.hasPlugins();
  }

  /** Whether all plugins are well; may block for their timeouts. */
  public boolean isHealthy() {
    return present.check() == null;
  }

  Transformer of(@Nullable GroupResource resource) {
    return present.of(resource);
  }

  private void lookAtFile() {
    try {
      boolean ignored = reload();
    } catch (EncryptionConfigException e) {
      LOG.log(
          Level.ERROR, "The encryption provider configuration stays as it was: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "The encryption provider configuration cannot be loaded", e);
    }
  }

  /**
   * Puts the file's present version in force if it is another one and its plugins are well.
   *
   * @return whether it did
   * @throws EncryptionConfigException if it cannot; the configuration stays as it was
   */
  synchronized boolean reload() throws EncryptionConfigException {
    ScheduledExecutorService worker = scheduler;
    if (file == null || worker == null || EncryptionConfig.hash(file).equals(hash)) {
      return false;
    }
    EncryptionConfig config = EncryptionConfig.read(file);
    if (config.hash().equals(hash)) {
      return false;
    }
    ResourceTransformers next = ResourceTransformers.of(config, random, clock, worker);
    String fault = awaitHealth(next);
    if (fault != null) {
      next.close();
      throw new EncryptionConfigException(file + ": a KMS plugin is not healthy: " + fault);
    }
    ResourceTransformers before = present;
    present = next;
    hash = config.hash();
    LOG.log(Level.INFO, "The encryption provider configuration was loaded again: {0}", file);
    var ignored = worker.schedule(before::close, before.grace().toMillis(), TimeUnit.MILLISECONDS);
    return true;
  }

  private static @Nullable String awaitHealth(ResourceTransformers next) {
    Duration most = next.grace().compareTo(PATIENCE) > 0 ? next.grace() : PATIENCE;
    long until = System.nanoTime() + most.toNanos();
    String fault = next.check();
    while (fault != null && System.nanoTime() - until < 0) {
      try {
        Thread.sleep(CHECK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return fault;
      }
      fault = next.check();
    }
    return fault;
  }

  @Override
  public void close() {
    if (scheduler != null) {
      scheduler.shutdownNow();
    }
    present.close();
  }
}
