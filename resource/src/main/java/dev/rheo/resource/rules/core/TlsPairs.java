package dev.rheo.resource.rules.core;

import dev.rheo.resource.rules.kind.Der;
import dev.rheo.resource.rules.kind.Pem;
import dev.rheo.resource.rules.kind.Pem.Block;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a certificate and a private key are a pair, in the words of Go's crypto/tls. */
final class TlsPairs {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";

  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");

  /** AlgorithmIdentifier of rsaEncryption, with its NULL. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** OBJECT IDENTIFIER id-ecPublicKey. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final int PARAMETERS = 0xa0;

  /** More blocks are not looked at: a server needs few. */
  private static final int MAX_BLOCKS = 100;

  private TlsPairs() {}

  /** What is wrong with the pair; empty if nothing is. */
  static String fault(byte[] certificate, byte[] key) {
    List<Block> blocks = blocks(certificate);
    List<Block> certificates =
        blocks.stream().filter(block -> block.type().equals(CERTIFICATE)).toList();
    if (certificates.isEmpty()) {
      return noCertificate(blocks);
    }
    List<Block> skipped = new ArrayList<>();
    for (Block block : blocks(key)) {
      if (block.type().equals(KEY) || block.type().endsWith(" " + KEY)) {
        return fault(certificates.getFirst(), block);
      }
      skipped.add(block);
    }
    if (skipped.isEmpty()) {
      return "tls: failed to find any PEM data in key input";
    }
    return skipped.size() == 1 && skipped.getFirst().type().equals(CERTIFICATE)
        ? "tls: found a certificate rather than a key in the PEM for the private key"
        : "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after"
            + " skipping PEM blocks of the following types: "
            + types(skipped);
  }

  private static List<Block> blocks(byte[] text) {
    Pem pem = new Pem(text);
    List<Block> blocks = new ArrayList<>();
    for (Block block = pem.next(); block != null && blocks.size() < MAX_BLOCKS; ) {
      blocks.add(block);
      block = pem.next();
    }
    return blocks;
  }

  private static String noCertificate(List<Block> blocks) {
    if (blocks.isEmpty()) {
      return "tls: failed to find any PEM data in certificate input";
    }
    return blocks.size() == 1 && blocks.getFirst().type().endsWith(KEY)
        ? "tls: failed to find certificate PEM data in certificate input, but did find a private"
            + " key; PEM inputs may have been switched"
        : "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM"
            + " blocks of the following types: "
            + types(blocks);
  }

  private static String types(List<Block> blocks) {
    return blocks.stream().map(Block::type).collect(Collectors.joining(" ", "[", "]"));
  }

  private static String fault(Block certificate, Block key) {
    PublicKey publicKey;
    try {
      publicKey =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(certificate.bytes()))
              .getPublicKey();
    } catch (CertificateException e) {
      return "x509: malformed certificate";
    }
    PrivateKey privateKey = privateKey(key.bytes());
    if (privateKey == null) {
      return "tls: failed to parse private key";
    }
    if (!publicKey.getAlgorithm().equals(privateKey.getAlgorithm())) {
      return "tls: private key type does not match public key type";
    }
    return isPair(publicKey, privateKey) ? "" : "tls: private key does not match public key";
  }

  private static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
    if (publicKey instanceof RSAPublicKey one && privateKey instanceof RSAPrivateKey other) {
      return one.getModulus().equals(other.getModulus());
    }
    try {
      Signature signature =
          Signature.getInstance(
              publicKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "EdDSA");
      signature.initSign(privateKey);
      signature.update(VERSION_0);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(VERSION_0);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // of different curves
    }
  }

  /** A key in PKCS #1, PKCS #8 or SEC 1, whatever its block says; null if it is none. */
  private static @Nullable PrivateKey privateKey(byte[] der) {
    PrivateKey key = pkcs8("RSA", wrap(RSA, der));
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      key = key == null ? pkcs8(algorithm, der) : key;
    }
    byte[] curve = curve(der);
    return key == null && curve != null
        ? pkcs8("EC", wrap(der(Der.SEQUENCE, EC, curve), der))
        : key;
  }

  private static @Nullable PrivateKey pkcs8(String algorithm, byte[] der) {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return der(Der.SEQUENCE, VERSION_0, algorithm, der(Der.OCTET_STRING, key));
  }

  /** The curve that a key in SEC 1 names; null if it is no such key. */
  private static byte @Nullable [] curve(byte[] sec1) {
    try {
      Der key = new Der(sec1).read(Der.SEQUENCE);
      key.read(Der.INTEGER); // the version
      key.read(Der.OCTET_STRING);
      return key.read(PARAMETERS).rest();
    } catch (InvalidKeyException e) {
      return null; // something else
    }
  }

  private static byte[] der(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    ByteBuffer out = ByteBuffer.allocate(length + 6);
    out.put((byte) tag);
    int lengthBytes = length < 0x80 ? 0 : (39 - Integer.numberOfLeadingZeros(length)) / 8;
    if (lengthBytes > 0) {
      out.put((byte) (0x80 | lengthBytes));
    }
    for (int i = Math.max(0, lengthBytes - 1); i >= 0; i--) {
      out.put((byte) (length >> 8 * i));
    }
    for (byte[] content : contents) {
      out.put(content);
    }
    byte[] der = new byte[out.flip().remaining()];
    out.get(der);
    return der;
  }
}
