package dev.rheo.encryption.kms;

import dev.rheo.encryption.value.AesGcm;
import dev.rheo.encryption.value.TransformException;
import dev.rheo.encryption.value.Transformer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts by way of a KMS plugin, which is asked for seeds only. What was encrypted with another
 * key of the plugin than its present one is stale.
 */
public final class KmsTransformer implements Transformer, AutoCloseable {
  /** How often a plugin that is well is asked; one that is ill, every {@link #SOON}. */
  private static final Duration LATER = Duration.ofMinutes(1);

  private static final Duration SOON = Duration.ofSeconds(10);

  /** Decrypted seeds that are remembered, some 300 bytes each. */
  private static final int REMEMBERED = 1000;

  private final Plugin plugin;
  private final KmsProbe probe;
  private final SecureRandom random;
  private volatile boolean closed;

  /** By {@link EncryptedObject#sourceHash}, the longest unused first. */
  private final Map<String, Transformer> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Transformer> eldest) {
          return size() > REMEMBERED;
        }
      };

  KmsTransformer(Plugin plugin, KmsProbe probe, SecureRandom random) {
    this.plugin = plugin;
    this.probe = probe;
    this.random = random;
  }

  /**
   * Asks the plugin once, and from then on regularly. It need not be there yet.
   *
   * @param name of the provider
   * @param socket of the plugin
   * @param timeout of each call
   * @param scheduler asks; calls block it for the timeout
   */
  public static KmsTransformer open(
      String name,
      Path socket,
      Duration timeout,
      SecureRandom random,
      InstantSource clock,
      ScheduledExecutorService scheduler) {
    Plugin plugin = new PluginConnection(socket, timeout);
    KmsTransformer opened =
        new KmsTransformer(plugin, new KmsProbe(name, plugin, random, clock), random);
    opened.poll(scheduler);
    return opened;
  }

  private void poll(ScheduledExecutorService scheduler) {
    Duration pause = SOON;
    try {
      pause = check() == null ? LATER : SOON;
    } finally {
      if (!closed) {
        var ignored =
            scheduler.schedule(() -> poll(scheduler), pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** What is wrong with the plugin; null if it is well. May block for the timeout. */
  public @Nullable String check() {
    return probe.check();
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    EncryptedObject object = EncryptedObject.read(stored, from);
    KmsProbe.Seed present = probe.seed();
    Plain plain = source(object, present).read(object.data(), 0, context);
    boolean stale =
        !object.keyId().equals(present.object().keyId())
            || object.sourceType() != present.object().sourceType();
    return stale ? new Plain(plain.value(), true) : plain;
  }

  private Transformer source(EncryptedObject object, KmsProbe.Seed present)
      throws TransformException {
    String hash = object.sourceHash();
    Transformer known;
    synchronized (sources) {
      known = sources.get(hash);
    }
    if (known != null) {
      return known;
    }
    if (hash.equals(present.object().sourceHash())) {
      known = present.cipher();
    } else {
      byte[] source;
      try {
        source = plugin.decrypt(object);
      } catch (TransformException e) {
        throw new TransformException("failed to decrypt DEK, error: " + e.reason(), e);
      }
      known = cipher(object.sourceType(), source);
    }
    synchronized (sources) {
      sources.put(hash, known);
    }
    return known;
  }

  private Transformer cipher(int type, byte[] source) throws TransformException {
    if (type == EncryptedObject.SEED) {
      return new SeedCipher(source, random);
    }
    if (source.length != 16 && source.length != 24 && source.length != 32) {
      throw new TransformException("invalid key length %d".formatted(source.length));
    }
    return new AesGcm(source, random);
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) throws TransformException {
    KmsProbe.Seed present = probe.writing();
    return present.object().with(present.cipher().write(new byte[0], value, context)).write(prefix);
  }

  @Override
  public void close() {
    closed = true;
    plugin.close();
  }
}
