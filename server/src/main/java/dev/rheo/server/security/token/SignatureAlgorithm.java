package dev.rheo.server.security.token;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** The algorithms of signatures (RFC 7518 §3.1). A key has exactly one. */
enum SignatureAlgorithm {
  RS256("SHA256withRSA"),
  ES256("SHA256withECDSAinP1363Format"),
  ES384("SHA384withECDSAinP1363Format"),
  ES512("SHA512withECDSAinP1363Format");

  private final String jdkName;

  SignatureAlgorithm(String jdkName) {
    this.jdkName = jdkName;
  }

  /**
   * @throws GeneralSecurityException if there is none for the key
   */
  static SignatureAlgorithm of(PublicKey key) throws GeneralSecurityException {
    if (key instanceof RSAPublicKey) {
      return RS256;
    }
    int bits =
        key instanceof ECPublicKey point
            ? point.getParams().getCurve().getField().getFieldSize()
            : 0;
    return switch (bits) {
      case 256 -> ES256;
      case 384 -> ES384;
      case 521 -> ES512;
      default ->
          throw new GeneralSecurityException(
              "tokens need an RSA key, or an EC key of the curve P-256, P-384 or P-521");
    };
  }

  byte[] sign(PrivateKey key, byte[] content) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(jdkName);
    signature.initSign(key);
    signature.update(content);
    return signature.sign();
  }

  boolean verifies(PublicKey key, byte[] content, byte[] signed) {
    try {
      Signature signature = Signature.getInstance(jdkName);
      signature.initVerify(key);
      signature.update(content);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // A signature of the wrong length, for example.
      return false;
    }
  }
}
