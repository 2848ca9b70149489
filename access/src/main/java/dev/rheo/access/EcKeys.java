package dev.rheo.access;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * Encodes EC private keys as in RFC 5915 (SEC 1), with curve and public key: the only format that
 * all clients read. The JDK writes PKCS #8 without the public key, which ring (kube-rs) refuses,
 * and fabric8 takes any PKCS #8 key for an RSA key.
 */
final class EcKeys {
  private static final int P256_BITS = 256;
  private static final int P256_BYTES = P256_BITS / 8;
  private static final byte[] P256 = {0x06, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7};

  private EcKeys() {}

  /** The DER encoding of a P-256 key; null for any other key. */
  static byte @Nullable [] sec1(PrivateKey key, PublicKey publicKey) {
    if (!(key instanceof ECPrivateKey secret)
        || !(publicKey instanceof ECPublicKey point)
        || secret.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
      return null;
    }
    ByteArrayOutputStream bits = new ByteArrayOutputStream();
    bits.write(0); // no unused bits
    bits.write(4); // an uncompressed point
    bits.writeBytes(fixed(point.getW().getAffineX()));
    bits.writeBytes(fixed(point.getW().getAffineY()));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {2, 1, 1}); // version 1
    body.writeBytes(tagged(0x04, fixed(secret.getS())));
    body.writeBytes(tagged(0xa0, P256));
    body.writeBytes(tagged(0xa1, tagged(0x03, bits.toByteArray())));
    return tagged(0x30, body.toByteArray());
  }

  private static byte[] tagged(int tag, byte[] content) {
    byte[] out = new byte[2 + content.length];
    out[0] = (byte) tag;
    out[1] = (byte) content.length; // always below 128
    System.arraycopy(content, 0, out, 2, content.length);
    return out;
  }

  private static byte[] fixed(BigInteger number) {
    byte[] out = new byte[P256_BYTES];
    byte[] bytes = number.toByteArray();
    int length = Math.min(bytes.length, P256_BYTES); // skips a leading zero for the sign
    System.arraycopy(bytes, bytes.length - length, out, P256_BYTES - length, length);
    return out;
  }
}
