package dev.rheo.encryption.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Leaves values as they are, and refuses to take an encrypted value for plain text. */
public final class IdentityTransformer implements Transformer {
  public static final IdentityTransformer INSTANCE = new IdentityTransformer();

  private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(StandardCharsets.US_ASCII);

  private IdentityTransformer() {}

  /** Whether a stored value begins as all encrypted ones do. */
  public static boolean isEncrypted(byte[] stored) {
    return begins(stored, 0, ENCRYPTED);
  }

  static boolean begins(byte[] bytes, int from, byte[] prefix) {
    return bytes.length - from >= prefix.length
        && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public Plain read(byte[] stored, int from, byte[] context) throws TransformException {
    if (begins(stored, from, ENCRYPTED)) {
      throw new TransformException("identity transformer tried to read encrypted data");
    }
    return new Plain(from == 0 ? stored : Arrays.copyOfRange(stored, from, stored.length), false);
  }

  @Override
  public byte[] write(byte[] prefix, byte[] value, byte[] context) {
    if (prefix.length == 0) {
      return value;
    }
    byte[] stored = Arrays.copyOf(prefix, prefix.length + value.length);
    System.arraycopy(value, 0, stored, prefix.length, value.length);
    return stored;
  }
}
