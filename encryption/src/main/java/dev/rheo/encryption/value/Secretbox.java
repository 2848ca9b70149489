package dev.rheo.encryption.value;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * NaCl's {@code secretbox}: XSalsa20 and Poly1305, with a random nonce of 24 bytes and the tag
 * before the cipher text. The first 32 bytes of the key stream are the key of the tag.
 */
public final class Secretbox implements Transformer {
  /** Length of a key, in bytes. */
  public static final int KEY = 32;

  private static final int NONCE = 24;
  private static final int TAG = 16;

  private final byte[] key;
  private final SecureRandom random;

  /**
   * @param key of {@value #KEY} bytes
   * @param random of nonces
   */
  public Secretbox(byte[] key, SecureRandom random) {
    if (key.length != KEY) {
      throw new IllegalArgumentException("a key of secretbox has 32 bytes, not " + key.length);
    }
    this.key = key.clone();
    this.random = random;
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    int start = from + NONCE + TAG;
    int length = stored.length - start;
    if (length < 0) {
      throw new TransformException("the stored data was shorter than the required size");
    }
    XSalsa20Engine stream = stream(Arrays.copyOfRange(stored, from, from + NONCE));
    byte[] tag = tag(stream, stored, start, length);
    if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(stored, from + NONCE, start))) {
      throw new TransformException("the stored data is not authentic");
    }
    byte[] value = new byte[length];
    stream.processBytes(stored, start, length, value, 0);
    return new Plain(value, false);
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    int start = prefix.length + NONCE + TAG;
    byte[] stored = Arrays.copyOf(prefix, start + value.length);
    System.arraycopy(nonce, 0, stored, prefix.length, NONCE);
    XSalsa20Engine stream = stream(nonce);
    byte[] tagKey = tagKey(stream);
    stream.processBytes(value, 0, value.length, stored, start);
    System.arraycopy(
        tag(tagKey, stored, start, value.length), 0, stored, prefix.length + NONCE, TAG);
    return stored;
  }

  private XSalsa20Engine stream(byte[] nonce) {
    XSalsa20Engine stream = new XSalsa20Engine();
    stream.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
    return stream;
  }

  private static byte[] tagKey(XSalsa20Engine stream) {
    byte[] tagKey = new byte[32];
    stream.processBytes(tagKey, 0, tagKey.length, tagKey, 0);
    return tagKey;
  }

  private static byte[] tag(XSalsa20Engine stream, byte[] bytes, int from, int length) {
    return tag(tagKey(stream), bytes, from, length);
  }

  private static byte[] tag(byte[] tagKey, byte[] bytes, int from, int length) {
    Poly1305 mac = new Poly1305();
    mac.init(new KeyParameter(tagKey));
    mac.update(bytes, from, length);
    byte[] tag = new byte[TAG];
    int ignored = mac.doFinal(tag, 0);
    return tag;
  }
}
