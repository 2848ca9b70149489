package dev.rheo.edge;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Certificates and key of the edge.
 *
 * @param certificateChain the server's certificate first, then its issuers
 * @param privateKey the key of the first certificate
 * @param clientAuthorities the authorities announced to clients in the certificate request. They
 *     are a hint: the handshake accepts any certificate or none, as kube-apiserver's does, and
 *     {@link HttpRequest#clientCertificate()} is <em>not verified</em>.
 */
public record TlsMaterial(
    List<X509Certificate> certificateChain,
    PrivateKey privateKey,
    List<X509Certificate> clientAuthorities) {

  public TlsMaterial {
    certificateChain = List.copyOf(certificateChain);
    clientAuthorities = List.copyOf(clientAuthorities);
    if (certificateChain.isEmpty()) {
      throw new IllegalArgumentException("no server certificate");
    }
  }
}
