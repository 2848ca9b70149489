package dev.rheo.server.security.token;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/** Computes the public key of a private EC key, which the JDK cannot. */
final class EcPublicKey {

  private EcPublicKey() {}

  static PublicKey of(ECPrivateKey secret) throws GeneralSecurityException {
    int bits = secret.getParams().getCurve().getField().getFieldSize();
    var curve = CustomNamedCurves.getByName("P-" + bits);
    if (curve == null) {
      throw new GeneralSecurityException("not of the curve P-256, P-384 or P-521");
    }
    var point = curve.getG().multiply(secret.getS()).normalize();
    ECPoint affine =
        new ECPoint(point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(affine, secret.getParams()));
  }
}
