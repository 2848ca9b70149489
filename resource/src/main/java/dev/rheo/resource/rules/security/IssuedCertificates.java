package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Der;
import dev.rheo.resource.rules.kind.Pem;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import org.jspecify.annotations.Nullable;

/** Checks of chains of certificates in PEM. */
final class IssuedCertificates {
  private IssuedCertificates() {}

  /**
   * Checks a chain; nothing at all is one.
   *
   * @return what is wrong with it, in upstream's words where they are known, or null
   */
  static @Nullable String fault(byte[] text) {
    if (text.length == 0) {
      return null;
    }
    Pem pem = new Pem(text);
    int blocks = 0;
    for (Pem.Block block = pem.next(); block != null; block = pem.next(), blocks++) {
      String fault = fault(block);
      if (fault != null) {
        return fault;
      }
    }
    return blocks == 0 ? "must contain at least one CERTIFICATE PEM block" : null;
  }

  private static @Nullable String fault(Pem.Block block) {
    if (!block.type().equals("CERTIFICATE")) {
      return "only CERTIFICATE PEM blocks are allowed, found \"" + block.type() + "\"";
    }
    if (block.hasHeaders()) {
      return "no PEM block headers are permitted";
    }
    if (block.bytes().length == 0) {
      return "found CERTIFICATE PEM block containing 0 certificates";
    }
    if (block.bytes()[0] != Der.SEQUENCE) {
      return "x509: malformed certificate";
    }
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      ByteArrayInputStream in = new ByteArrayInputStream(block.bytes());
      while (in.available() > 0) {
        factory.generateCertificate(in);
      }
      return null;
    } catch (CertificateException e) {
      return "x509: malformed certificate";
    }
  }
}
