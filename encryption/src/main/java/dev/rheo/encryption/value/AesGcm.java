package dev.rheo.encryption.value;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-GCM with a random nonce of 12 bytes before the cipher text and a tag of 16 behind it. */
public final class AesGcm implements Transformer {
  private static final int NONCE = 12;
  private static final int TAG = 16;

  private final SecretKeySpec key;
  private final SecureRandom random;

  /**
   * @param key of 16, 24 or 32 bytes
   * @param random of nonces
   */
  public AesGcm(byte[] key, SecureRandom random) {
    this.key = new SecretKeySpec(key, "AES");
    this.random = random;
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    if (stored.length - from < NONCE) {
      throw new TransformException("the stored data was shorter than the required size");
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, stored, from, context);
      int start = from + NONCE;
      return new Plain(cipher.doFinal(stored, start, stored.length - start), false);
    } catch (AEADBadTagException e) {
      throw new TransformException("cipher: message authentication failed", e);
    } catch (GeneralSecurityException e) {
      throw new TransformException("AES-GCM failed", e);
    }
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) throws TransformException {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    byte[] stored = Arrays.copyOf(prefix, prefix.length + NONCE + value.length + TAG);
    System.arraycopy(nonce, 0, stored, prefix.length, NONCE);
    try {
      int written =
          cipher(Cipher.ENCRYPT_MODE, nonce, 0, context)
              .doFinal(value, 0, value.length, stored, prefix.length + NONCE);
      if (written != value.length + TAG) {
        throw new TransformException("AES-GCM wrote " + written + " bytes");
      }
      return stored;
    } catch (GeneralSecurityException e) {
      throw new TransformException("AES-GCM failed", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, int from, byte[] context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce, from, NONCE));
    cipher.updateAAD(context);
    return cipher;
  }
}
