package dev.rheo.encryption.value;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CBC with a random initialisation vector before the cipher text and padding as in PKCS #7. It
 * is not authenticated: a wrong key is found out by the padding, mostly.
 */
public final class AesCbc implements Transformer {
  private static final int BLOCK = 16;

  private final SecretKeySpec key;
  private final SecureRandom random;

  /**
   * @param key of 16, 24 or 32 bytes
   * @param random of initialisation vectors
   */
  public AesCbc(byte[] key, SecureRandom random) {
    this.key = new SecretKeySpec(key, "AES");
    this.random = random;
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    int length = stored.length - from - BLOCK;
    if (length < 0) {
      throw new TransformException("the stored data was shorter than the required size");
    }
    if (length % BLOCK != 0) {
      throw new TransformException("the stored data is not a multiple of the block size");
    }
    if (length == 0) {
      throw new TransformException("invalid PKCS7 data (empty or not padded)");
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(stored, from, BLOCK));
      return new Plain(cipher.doFinal(stored, from + BLOCK, length), false);
    } catch (BadPaddingException e) {
      throw new TransformException("invalid padding on input", e);
    } catch (GeneralSecurityException e) {
      throw new TransformException("AES-CBC failed", e);
    }
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) throws TransformException {
    byte[] vector = new byte[BLOCK];
    random.nextBytes(vector);
    int padded = value.length + BLOCK - value.length % BLOCK;
    byte[] stored = Arrays.copyOf(prefix, prefix.length + BLOCK + padded);
    System.arraycopy(vector, 0, stored, prefix.length, BLOCK);
    try {
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(vector));
      int written = cipher.doFinal(value, 0, value.length, stored, prefix.length + BLOCK);
      if (written != padded) {
        throw new TransformException("AES-CBC wrote " + written + " bytes");
      }
      return stored;
    } catch (GeneralSecurityException e) {
      throw new TransformException("AES-CBC failed", e);
    }
  }
}
