package dev.rheo.encryption.kms;

import dev.rheo.encryption.value.AesGcm;
import dev.rheo.encryption.value.TransformException;
import dev.rheo.encryption.value.Transformer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts each value with a key of its own that follows from a seed: HKDF-Expand with SHA-256 over
 * 32 random bytes, which stand before the AES-GCM form of the value.
 */
final class SeedCipher implements Transformer {
  /** Length of a seed, at least, and of what is made of it. */
  static final int SEED = 32;

  private static final int INFO = 32;

  private final SecretKeySpec seed;
  private final SecureRandom random;

  /**
   * @throws TransformException if the seed is too short
   */
  SeedCipher(byte[] seed, SecureRandom random) throws TransformException {
    if (seed.length < SEED) {
      throw new TransformException("invalid seed length %d".formatted(seed.length));
    }
    this.seed = new SecretKeySpec(seed, "HmacSHA256");
    this.random = random;
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    if (stored.length - from < INFO) {
      throw new TransformException("the stored data was shorter than the required size");
    }
    byte[] info = Arrays.copyOfRange(stored, from, from + INFO);
    return new AesGcm(key(info), random).read(stored, from + INFO, context);
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) throws TransformException {
    byte[] info = new byte[INFO];
    random.nextBytes(info);
    byte[] whole = Arrays.copyOf(prefix, prefix.length + INFO);
    System.arraycopy(info, 0, whole, prefix.length, INFO);
    return new AesGcm(key(info), random).write(whole, value, context);
  }

  /** The first block of HKDF-Expand, which is as long as the key. */
  private byte[] key(byte[] info) throws TransformException {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(seed);
      mac.update(info);
      mac.update((byte) 1);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new TransformException("no key follows from the seed", e);
    }
  }
}
