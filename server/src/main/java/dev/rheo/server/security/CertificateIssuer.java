package dev.rheo.server.security;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys and certificates: EC P-256, ECDSA with SHA-256. Only this class uses BouncyCastle,
 * which is thus loaded only when something is made.
 */
final class CertificateIssuer {

  /** How far certificates are backdated, as clocks differ a little. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private static final int SERIAL_BITS = 127;

  private final SecureRandom random = new SecureRandom();
  private final Instant now;

  CertificateIssuer(Instant now) {
    this.now = now;
  }

  KeyPair newKey() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a key", e);
    }
  }

  X509Certificate authority(String name, KeyPair key, Duration validity) throws IOException {
    X500Name subject = name(name, null);
    return sign(
        subject,
        key.getPrivate(),
        key.getPublic(),
        subject,
        key.getPublic(),
        validity,
        (builder, utils) -> {
          builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
          builder.addExtension(
              Extension.keyUsage,
              true,
              new KeyUsage(
                  KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyCertSign));
        });
  }

  X509Certificate server(
      X509Certificate authority,
      PrivateKey authorityKey,
      PublicKey key,
      String name,
      List<GeneralName> alternatives,
      Duration validity)
      throws IOException {
    return leaf(
        authority,
        authorityKey,
        key,
        name(name, null),
        KeyPurposeId.id_kp_serverAuth,
        alternatives,
        validity);
  }

  X509Certificate client(
      X509Certificate authority,
      PrivateKey authorityKey,
      PublicKey key,
      String user,
      @Nullable String group,
      Duration validity)
      throws IOException {
    return leaf(
        authority,
        authorityKey,
        key,
        name(user, group),
        KeyPurposeId.id_kp_clientAuth,
        List.of(),
        validity);
  }

  private X509Certificate leaf(
      X509Certificate authority,
      PrivateKey authorityKey,
      PublicKey key,
      X500Name subject,
      KeyPurposeId purpose,
      List<GeneralName> alternatives,
      Duration validity)
      throws IOException {
    X500Name issuer = X500Name.getInstance(authority.getSubjectX500Principal().getEncoded());
    return sign(
        issuer,
        authorityKey,
        authority.getPublicKey(),
        subject,
        key,
        validity,
        (builder, utils) -> {
          builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
          builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
          builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
          if (!alternatives.isEmpty()) {
            builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(alternatives.toArray(new GeneralName[0])));
          }
        });
  }

  private interface Extensions {
    void add(JcaX509v3CertificateBuilder builder, JcaX509ExtensionUtils utils) throws IOException;
  }

  private X509Certificate sign(
      X500Name issuer,
      PrivateKey issuerKey,
      PublicKey issuerPublicKey,
      X500Name subject,
      PublicKey key,
      Duration validity,
      Extensions extensions)
      throws IOException {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(SERIAL_BITS, random).setBit(0),
              Date.from(now.minus(BACKDATED)),
              Date.from(now.plus(validity)),
              subject,
              key);
      JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
      extensions.add(builder, utils);
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          utils.createAuthorityKeyIdentifier(issuerPublicKey));
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey)));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make a certificate", e);
    }
  }

  private static X500Name name(String commonName, @Nullable String group) {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    if (group != null) {
      builder.addRDN(BCStyle.O, group);
    }
    return builder.addRDN(BCStyle.CN, commonName).build();
  }
}
