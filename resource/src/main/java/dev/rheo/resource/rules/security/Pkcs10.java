package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Der;
import dev.rheo.resource.rules.kind.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECFieldFp;
import java.security.spec.EllipticCurve;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests for certificates (PKCS #10, RFC 2986), and whether their signatures are valid. */
final class Pkcs10 {
  private static final String UNIMPLEMENTED =
      "x509: cannot verify signature: algorithm unimplemented";
  private static final String PSS = "1.2.840.113549.1.1.10";
  private static final String EXTENSIONS = "1.2.840.113549.1.9.14";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final int RSA_BITS_MIN = 1024;

  /** A kind of key: its name in messages, and Go's type. */
  private enum KeyKind {
    RSA("RSA", "*rsa.PublicKey", "crypto/rsa: verification error"),
    EC("ECDSA", "*ecdsa.PublicKey", "x509: ECDSA verification failure"),
    ED25519("Ed25519", "ed25519.PublicKey", "x509: Ed25519 verification failure");

    final String shown;
    final String type;
    final String failure;

    KeyKind(String shown, String type, String failure) {
      this.shown = shown;
      this.type = type;
      this.failure = failure;
    }
  }

  private static final Map<String, KeyKind> KEYS =
      Map.of(
          "1.2.840.113549.1.1.1",
          KeyKind.RSA,
          "1.2.840.10045.2.1",
          KeyKind.EC,
          "1.3.101.112",
          KeyKind.ED25519);

  /**
   * @param name in the JDK
   */
  private record Algorithm(KeyKind key, String name) {}

  private static final Map<String, Algorithm> ALGORITHMS =
      Map.ofEntries(
          Map.entry("1.2.840.113549.1.1.5", new Algorithm(KeyKind.RSA, "SHA1withRSA")),
          Map.entry("1.3.14.3.2.29", new Algorithm(KeyKind.RSA, "SHA1withRSA")),
          Map.entry("1.2.840.113549.1.1.11", new Algorithm(KeyKind.RSA, "SHA256withRSA")),
          Map.entry("1.2.840.113549.1.1.12", new Algorithm(KeyKind.RSA, "SHA384withRSA")),
          Map.entry("1.2.840.113549.1.1.13", new Algorithm(KeyKind.RSA, "SHA512withRSA")),
          Map.entry(PSS, new Algorithm(KeyKind.RSA, "RSASSA-PSS")),
          Map.entry("1.2.840.10045.4.1", new Algorithm(KeyKind.EC, "SHA1withECDSA")),
          Map.entry("1.2.840.10045.4.3.2", new Algorithm(KeyKind.EC, "SHA256withECDSA")),
          Map.entry("1.2.840.10045.4.3.3", new Algorithm(KeyKind.EC, "SHA384withECDSA")),
          Map.entry("1.2.840.10045.4.3.4", new Algorithm(KeyKind.EC, "SHA512withECDSA")),
          Map.entry("1.3.101.112", new Algorithm(KeyKind.ED25519, "Ed25519")));

  /** The curves of upstream but P-224, whose signatures the JDK does not verify. */
  private static final Map<String, String> CURVES =
      Map.of("1.2.840.10045.3.1.7", "P256", "1.3.132.0.34", "P384", "1.3.132.0.35", "P521");

  private static final Map<String, Integer> SALTS =
      Map.of("SHA-256", 32, "SHA-384", 48, "SHA-512", 64);

  private Pkcs10() {}

  /**
   * Checks a request in PEM.
   *
   * @return what is wrong with it, in Go's words where they are known, or null
   */
  static @Nullable String fault(byte[] pem) {
    Pem.Block block = new Pem(pem).next();
    if (block == null || !block.type().equals("CERTIFICATE REQUEST")) {
      return "PEM block type must be CERTIFICATE REQUEST";
    }
    try {
      verify(block.bytes());
      return null;
    } catch (GeneralSecurityException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void verify(byte[] der) throws GeneralSecurityException {
    Der all = new Der(der);
    Der request = all.read(Der.SEQUENCE);
    if (!all.isEmpty()) {
      throw new InvalidKeyException("asn1: syntax error: trailing data");
    }
    byte[] signed = request.whole();
    Der algorithm = request.read(Der.SEQUENCE);
    byte[] signature = request.bits();
    Der body = new Der(signed).read(Der.SEQUENCE);
    body.read(Der.INTEGER);
    body.read(Der.SEQUENCE); // the subject
    byte[] keyInfo = body.whole();
    if (!body.isEmpty()) {
      extensions(body.read(0xa0));
    }
    String keyAlgorithm = new Der(keyInfo).read(Der.SEQUENCE).read(Der.SEQUENCE).oid();
    check(algorithm, KEYS.get(keyAlgorithm), keyInfo, signed, signature);
  }

  private static void check(
      Der algorithm, @Nullable KeyKind kind, byte[] keyInfo, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    PublicKey key = kind == null ? null : key(kind, keyInfo);
    String oid = algorithm.oid();
    if (oid.equals("1.2.840.113549.1.1.4")) {
      throw new SignatureException("x509: cannot verify signature: insecure algorithm MD5-RSA");
    }
    Algorithm known = ALGORITHMS.get(oid);
    AlgorithmParameterSpec parameters = oid.equals(PSS) ? pss(algorithm.rest()) : null;
    if (known == null || key == null || kind == null || (oid.equals(PSS) && parameters == null)) {
      throw new SignatureException(UNIMPLEMENTED);
    }
    if (known.key != kind) {
      throw new SignatureException(
          "x509: signature algorithm specifies an "
              + known.key.shown
              + " public key, but have public key of type "
              + kind.type);
    }
    Signature verifier = Signature.getInstance(known.name);
    if (parameters != null) {
      verifier.setParameter(parameters);
    }
    if (!holds(verifier, key, signed, signature)) {
      throw new SignatureException(kind.failure);
    }
  }

  /** The JDK throws for some signatures that are none, and for some keys. */
  private static boolean holds(Signature verifier, PublicKey key, byte[] signed, byte[] signature) {
    try {
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    }
  }

  private static PublicKey key(KeyKind kind, byte[] keyInfo) throws GeneralSecurityException {
    String curve = kind == KeyKind.EC ? curve(keyInfo) : "";
    PublicKey key;
    try {
      key =
          KeyFactory.getInstance(kind == KeyKind.ED25519 ? "Ed25519" : kind.name())
              .generatePublic(new X509EncodedKeySpec(keyInfo));
    } catch (GeneralSecurityException e) {
      throw new InvalidKeyException(
          kind == KeyKind.EC
              ? "ecdsa: invalid uncompressed public key"
              : "x509: invalid " + kind.shown + " public key",
          e);
    }
    if (key instanceof ECPublicKey ec && !isOnCurve(ec)) {
      throw new InvalidKeyException(curve + " point not on curve");
    }
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < RSA_BITS_MIN) {
      throw new InvalidKeyException(
          "crypto/rsa: "
              + rsa.getModulus().bitLength()
              + "-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)");
    }
    return key;
  }

  private static String curve(byte[] keyInfo) throws InvalidKeyException {
    Der algorithm = new Der(keyInfo).read(Der.SEQUENCE).read(Der.SEQUENCE);
    algorithm.oid();
    if (algorithm.tag() != Der.OID) {
      throw new InvalidKeyException("x509: invalid ECDSA parameters");
    }
    String curve = CURVES.get(algorithm.oid());
    if (curve == null) {
      throw new InvalidKeyException("x509: unsupported elliptic curve");
    }
    return curve;
  }

  private static boolean isOnCurve(ECPublicKey key) {
    EllipticCurve curve = key.getParams().getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger x = key.getW().getAffineX();
    BigInteger y = key.getW().getAffineY();
    BigInteger right = x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB());
    return y.multiply(y).subtract(right).mod(p).signum() == 0;
  }

  /** The parameters of a signature of the kind PSS, if they are the usual ones; else null. */
  private static @Nullable PSSParameterSpec pss(byte[] der) throws GeneralSecurityException {
    PSSParameterSpec given;
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(der);
      given = parameters.getParameterSpec(PSSParameterSpec.class);
    } catch (IOException e) {
      return null;
    }
    boolean usual =
        given.getMGFParameters() instanceof MGF1ParameterSpec mask
            && mask.getDigestAlgorithm().equals(given.getDigestAlgorithm())
            && given.getSaltLength() == SALTS.getOrDefault(given.getDigestAlgorithm(), -1)
            && given.getTrailerField() == 1;
    return usual ? given : null;
  }

  /** Checks the alternative names among the extensions that are asked for. */
  private static void extensions(Der attributes) throws InvalidKeyException {
    while (!attributes.isEmpty()) {
      Der attribute = attributes.read(Der.SEQUENCE);
      if (!attribute.oid().equals(EXTENSIONS)) {
        continue;
      }
      Der extensions = attribute.read(Der.SET).read(Der.SEQUENCE);
      while (!extensions.isEmpty()) {
        Der extension = extensions.read(Der.SEQUENCE);
        boolean names = extension.oid().equals(ALTERNATIVE_NAMES);
        if (extension.tag() == Der.BOOLEAN) {
          extension.read(Der.BOOLEAN);
        }
        byte[] value = extension.read(Der.OCTET_STRING).rest();
        if (names) {
          names(new Der(value).read(Der.SEQUENCE));
        }
      }
    }
  }

  private static void names(Der names) throws InvalidKeyException {
    while (!names.isEmpty()) {
      int tag = names.tag();
      byte[] name = names.read(tag).rest();
      switch (tag) {
        case 0x81 -> ascii(name, "rfc822Name");
        case 0x82 -> ascii(name, "dNSName");
        case 0x86 -> ascii(name, "uniformResourceIdentifier");
        case 0x87 -> {
          if (name.length != 4 && name.length != 16) {
            throw new InvalidKeyException("x509: cannot parse IP address of length " + name.length);
          }
        }
        default -> {}
      }
    }
  }

  private static void ascii(byte[] name, String what) throws InvalidKeyException {
    for (byte b : name) {
      if (b < 0) {
        throw new InvalidKeyException("x509: SAN " + what + " is malformed");
      }
    }
  }
}
