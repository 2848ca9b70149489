package dev.rheo.access;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and keys in PEM (RFC 7468), with keys in PKCS #8, PKCS #1 (RFC 8017) or SEC 1
 * (RFC 5915). The JDK reads only PKCS #8, so the other two are wrapped in it.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");

  /** AlgorithmIdentifier of rsaEncryption, with its NULL. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** OBJECT IDENTIFIER id-ecPublicKey. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int BIT_STRING = 0x03;
  private static final byte[] NO_UNUSED_BITS = {0};
  private static final int PARAMETERS = 0xa0;

  private Pem() {}

  static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
    List<X509Certificate> found = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    Matcher blocks = blocks(pem);
    while (blocks.find()) {
      if (blocks.group(1).equals("CERTIFICATE")) {
        found.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(decoded(blocks))));
      }
    }
    if (found.isEmpty()) {
      throw new GeneralSecurityException("no certificate in it");
    }
    return found;
  }

  static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    Matcher blocks = blocks(pem);
    while (blocks.find()) {
      byte[] der = decoded(blocks);
      switch (blocks.group(1)) {
        case "PRIVATE KEY" -> {
          return pkcs8(der, "RSA", "EC", "Ed25519");
        }
        case "RSA PRIVATE KEY" -> {
          return pkcs8(wrap(RSA, der), "RSA");
        }
        case "EC PRIVATE KEY" -> {
          return pkcs8(wrap(der(SEQUENCE, join(EC, curve(der))), der), "EC");
        }
        default -> {}
      }
    }
    throw new GeneralSecurityException("no unencrypted private key in it");
  }

  /** The public keys, those of certificates included; none if there is none. */
  static List<PublicKey> publicKeys(byte[] pem) throws GeneralSecurityException {
    List<PublicKey> found = new ArrayList<>();
    Matcher blocks = blocks(pem);
    while (blocks.find()) {
      byte[] der = decoded(blocks);
      switch (blocks.group(1)) {
        case "PUBLIC KEY" -> found.add(spki(der));
        case "RSA PUBLIC KEY" ->
            found.add(spki(der(SEQUENCE, join(RSA, der(BIT_STRING, join(NO_UNUSED_BITS, der))))));
        case "CERTIFICATE" ->
            found.add(
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey());
        default -> {}
      }
    }
    return found;
  }

  private static PublicKey spki(byte[] der) throws GeneralSecurityException {
    GeneralSecurityException last = new GeneralSecurityException("unknown kind of key");
    for (String algorithm : new String[] {"RSA", "EC"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw last;
  }

  private static Matcher blocks(byte[] pem) {
    return BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
  }

  private static byte[] decoded(Matcher block) throws GeneralSecurityException {
    try {
      return Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("damaged PEM", e);
    }
  }

  private static PrivateKey pkcs8(byte[] der, String... algorithms)
      throws GeneralSecurityException {
    GeneralSecurityException last = new GeneralSecurityException("unknown kind of key");
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw last;
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return der(SEQUENCE, join(VERSION_0, algorithm, der(OCTET_STRING, key)));
  }

  /** The curve of an ECPrivateKey, which is the content of its element [0]. */
  private static byte[] curve(byte[] ecPrivateKey) throws GeneralSecurityException {
    try {
      ByteBuffer in = ByteBuffer.wrap(ecPrivateKey);
      in.get();
      length(in);
      while (in.hasRemaining()) {
        int tag = in.get() & 0xff;
        byte[] content = new byte[length(in)];
        in.get(content);
        if (tag == PARAMETERS) {
          return content;
        }
      }
    } catch (RuntimeException e) {
      throw new GeneralSecurityException("damaged EC key", e);
    }
    throw new GeneralSecurityException("an EC key that names no curve");
  }

  private static int length(ByteBuffer in) {
    int first = in.get() & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = first & 0x7f; i > 0; i--) {
      length = length << Byte.SIZE | in.get() & 0xff;
    }
    return length;
  }

  private static byte[] der(int tag, byte[] content) {
    int n = content.length;
    byte[] head =
        n < 0x80
            ? new byte[] {(byte) tag, (byte) n}
            : n < 0x100
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) n}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (n >> Byte.SIZE), (byte) n};
    return join(head, content);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }
}
