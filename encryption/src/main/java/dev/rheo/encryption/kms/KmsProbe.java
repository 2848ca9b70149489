package dev.rheo.encryption.kms;

import dev.rheo.encryption.kms.KmsMessages.Encrypted;
import dev.rheo.encryption.kms.KmsMessages.PluginStatus;
import dev.rheo.encryption.value.TransformException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks a plugin how it is, and keeps the seed with which is encrypted.
 *
 * <pre>
 *   no seed ──well──▶ seed of key K ──well, key K──▶ the same, for three more minutes
 *                         │ well, key L: a seed of key L
 *                         └ ill: kept for reads; no writes once the three minutes are over
 * </pre>
 *
 * <p>An answer is remembered for 20 seconds, a failure for 3, so that health checks do not burden
 * the plugin. Thread-safe.
 */
final class KmsProbe {
  private static final System.Logger LOG = System.getLogger(KmsProbe.class.getName());

  /** How long is encrypted with a seed after the plugin was last found well. */
  static final Duration SEED_LIFE = Duration.ofMinutes(3);

  static final Duration GOOD = Duration.ofSeconds(20);
  static final Duration BAD = Duration.ofSeconds(3);

  private static final Set<String> VERSIONS = Set.of("v2", "v2beta1");

  /**
   * A seed to encrypt with.
   *
   * @param object what is stored with each value, without data
   * @param expires no writes afterwards
   */
  record Seed(SeedCipher cipher, EncryptedObject object, Instant expires) {}

  private final String name;
  private final Plugin plugin;
  private final SecureRandom random;
  private final InstantSource clock;
  private volatile @Nullable Seed seed;

  // Guarded by this.
  private @Nullable String version;
  private @Nullable String fault;
  private Instant answered = Instant.MIN;

  KmsProbe(String name, Plugin plugin, SecureRandom random, InstantSource clock) {
    this.name = name;
    this.plugin = plugin;
    this.random = random;
    this.clock = clock;
  }

  /**
   * The seed to read with.
   *
   * @throws TransformException if the plugin has never been well
   */
  Seed seed() throws TransformException {
    Seed known = seed;
    if (known == null) {
      throw new TransformException(
          "the KMS plugin %s has not been healthy since the server started".formatted(name));
    }
    return known;
  }

  /**
   * The seed to write with.
   *
   * @throws TransformException if there is none, or the plugin has been ill for too long
   */
  Seed writing() throws TransformException {
    Seed known = seed();
    if (clock.instant().isAfter(known.expires)) {
      throw new TransformException(
          "the KMS plugin %s is not healthy, and its last key expired at %s"
              .formatted(name, known.expires));
    }
    return known;
  }

  /** Asks the plugin, unless it answered lately. Returns what is wrong; null if all is well. */
  synchronized @Nullable String check() {
    Instant now = clock.instant();
    if (answered.plus(fault == null ? GOOD : BAD).isAfter(now)) {
      return fault;
    }
    String before = fault;
    try {
      ask();
      fault = null;
    } catch (TransformException e) {
      fault = e.reason();
    }
    answered = clock.instant();
    if (fault != null && !fault.equals(before)) {
      LOG.log(Level.WARNING, "The KMS plugin {0} is not healthy: {1}", name, fault);
    } else if (fault == null && before != null) {
      LOG.log(Level.INFO, "The KMS plugin {0} is healthy again", name);
    }
    return fault;
  }

  private void ask() throws TransformException {
    PluginStatus status = plugin.status();
    List<String> faults = new ArrayList<>();
    if (!status.health().equals("ok")) {
      faults.add("got unexpected healthz status: " + status.health());
    }
    if (!VERSIONS.contains(status.version())) {
      faults.add("expected KMSv2 API version v2, got " + status.version());
    } else if (version != null && !version.equals(status.version())) {
      faults.add(
          "KMSv2 API version should not change after the initial status response version %s, got %s"
              .formatted(version, status.version()));
    } else {
      version = status.version();
    }
    try {
      EncryptedObject.checkKeyId(status.keyId());
      renew(status.keyId());
    } catch (TransformException e) {
      faults.add(e.reason());
    }
    if (!faults.isEmpty()) {
      throw new TransformException(String.join("; ", faults));
    }
  }

  /** Keeps the seed for longer, or makes another if the plugin's key is another. */
  private void renew(String keyId) throws TransformException {
    // Before the call, so that the time is an upper bound.
    Instant expires = clock.instant().plus(SEED_LIFE);
    Seed known = seed;
    if (known != null && known.object.keyId().equals(keyId)) {
      seed = new Seed(known.cipher, known.object, expires);
      return;
    }
    byte[] made = new byte[SeedCipher.SEED];
    random.nextBytes(made);
    Encrypted encrypted = plugin.encrypt(made);
    EncryptedObject object =
        new EncryptedObject(
            new byte[0],
            encrypted.keyId(),
            encrypted.ciphertext(),
            encrypted.annotations(),
            EncryptedObject.SEED);
    object.check();
    if (!encrypted.keyId().equals(keyId)) {
      throw new TransformException("the plugin encrypts with another key than it tells");
    }
    seed = new Seed(new SeedCipher(made, random), object, expires);
    LOG.log(
        Level.INFO,
        known == null
            ? "The KMS plugin {0} is ready"
            : "The KMS plugin {0} has another key: new values are encrypted with it",
        name);
  }
}
