package dev.rheo.server.security;

import dev.rheo.access.PemFiles;
import dev.rheo.edge.TlsMaterial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificate authority, its own certificate and the administrator's, in one folder:
 * {@code ca.crt}, {@code ca.key}, {@code apiserver.crt}, {@code apiserver.key}, {@code admin.crt},
 * {@code admin.key}, named as kubeadm names them. Besides, the authority {@code front-proxy-ca} and
 * the certificate {@code front-proxy-client}, by which extension API servers know that a request
 * comes from this one and names its user truly.
 *
 * <p>The first start makes all of them, later starts use them and make a missing server or
 * administrator certificate. One of these that is about to expire is renewed for the same key; so
 * is the server's if it does not name the listen host. Damaged files are refused and left
 * unchanged. Immutable.
 */
public final class Pki {

  private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);

  /** Below the 825 days above which some clients distrust a server certificate. */
  private static final Duration VALIDITY = Duration.ofDays(730);

  /** Server and administrator certificates that expire within this are renewed at the start. */
  private static final Duration RENEWAL = Duration.ofDays(180);

  private static final List<String> NAMES =
      List.of(
          "localhost",
          "kubernetes",
          "kubernetes.default",
          "kubernetes.default.svc",
          "kubernetes.default.svc.cluster.local");

  /** Loopback, and the address of the service {@code kubernetes} in the range of most clusters. */
  private static final List<String> ADDRESSES = List.of("127.0.0.1", "::1", "10.96.0.1");

  private static final String SERVER = "apiserver";
  private static final String FRONT_PROXY = "front-proxy-client";

  private record Pair(X509Certificate certificate, PrivateKey key) {}

  private final Pair authority;
  private final Pair server;
  private final Pair admin;
  private final Pair frontProxyAuthority;
  private final Pair frontProxy;

  private Pki(Pair authority, Pair server, Pair admin, Pair frontProxyAuthority, Pair frontProxy) {
    this.authority = authority;
    this.server = server;
    this.admin = admin;
    this.frontProxyAuthority = frontProxyAuthority;
    this.frontProxy = frontProxy;
  }

  /**
   * Reads the folder, and makes what is missing.
   *
   * @param listenHost the host name or address to listen on; a wildcard address stands for every
   *     address of this machine
   * @throws IOException if a file cannot be read or written, or is damaged; the message names it
   */
  public static Pki open(Path folder, String listenHost, Clock clock) throws IOException {
    return open(folder, listenHost, List.of(), clock);
  }

  /**
   * As {@link #open(Path, String, Clock)}.
   *
   * @param further addresses by which clients in the cluster know the server
   */
  public static Pki open(Path folder, String listenHost, List<InetAddress> further, Clock clock)
      throws IOException {
    return new Opening(folder, listenHost, further, clock.instant()).open();
  }

  /** The edge's certificate and key, and the authority of its clients. */
  public TlsMaterial tls() {
    return new TlsMaterial(
        List.of(server.certificate()), server.key(), List.of(authority.certificate()));
  }

  /** The authority that signs client certificates. */
  public X509Certificate authority() {
    return authority.certificate();
  }

  /** The authority's certificate as PEM, for clients. */
  public byte[] authorityPem() {
    return PemFiles.encode(authority.certificate());
  }

  /** The administrator's client certificate, of the group {@code system:masters}, as PEM. */
  public byte[] adminCertificatePem() {
    return PemFiles.encode(admin.certificate());
  }

  /**
   * The administrator's key as PEM (RFC 5915, or PKCS #8 if it is not of the curve P-256), for
   * clients.
   */
  public byte[] adminKeyPem() {
    return PemFiles.encodeForClients(admin.key(), admin.certificate().getPublicKey());
  }

  /** The authority of {@link #frontProxy}, as PEM, for extension API servers. */
  public byte[] frontProxyAuthorityPem() {
    return PemFiles.encode(frontProxyAuthority.certificate());
  }

  /** Shows extension API servers that a request comes from this server. */
  public ClientIdentity frontProxy() {
    return new ClientIdentity(List.of(frontProxy.certificate()), frontProxy.key());
  }

  private static final class Opening {

    private final Path folder;
    private final String listenHost;
    private final List<InetAddress> further;
    private final Instant now;

    Opening(Path folder, String listenHost, List<InetAddress> further, Instant now) {
      this.folder = folder;
      this.listenHost = listenHost;
      this.further = List.copyOf(further);
      this.now = now;
    }

    Pki open() throws IOException {
      PemFiles.createFolder(folder);
      Pair authority = authority("ca", "rheo-ca", SERVER);
      Pair server =
          leaf(
              SERVER,
              authority,
              (issuer, key) ->
                  issuer.server(
                      authority.certificate(),
                      authority.key(),
                      key,
                      "kube-apiserver",
                      alternatives(),
                      VALIDITY));
      Pair admin =
          leaf(
              "admin",
              authority,
              (issuer, key) ->
                  issuer.client(
                      authority.certificate(),
                      authority.key(),
                      key,
                      "kubernetes-admin",
                      User.MASTERS,
                      VALIDITY));
      Pair proxyAuthority = authority("front-proxy-ca", "rheo-front-proxy-ca", FRONT_PROXY);
      Pair proxy =
          leaf(
              FRONT_PROXY,
              proxyAuthority,
              (issuer, key) ->
                  issuer.client(
                      proxyAuthority.certificate(),
                      proxyAuthority.key(),
                      key,
                      FRONT_PROXY,
                      null,
                      VALIDITY));
      return new Pki(authority, server, admin, proxyAuthority, proxy);
    }

    /**
     * @param file name of its files
     * @param name of a new one
     * @param issued name of the files of a certificate that it has issued
     */
    private Pair authority(String file, String name, String issued) throws IOException {
      Path certificate = folder.resolve(file + ".crt");
      Path key = folder.resolve(file + ".key");
      boolean hasCertificate = Files.exists(certificate);
      boolean hasKey = Files.exists(key);
      if (hasCertificate && hasKey) {
        Pair pair = read(certificate, key);
        if (pair.certificate().getBasicConstraints() < 0) {
          throw new IOException(certificate + ": not the certificate of an authority");
        }
        requireUndamaged(pair.certificate(), certificate);
        if (now.isAfter(pair.certificate().getNotAfter().toInstant())) {
          throw new IOException(
              certificate + ": expired on " + pair.certificate().getNotAfter().toInstant());
        }
        return pair;
      }
      // An interrupted first start leaves at most the key.
      if (hasCertificate || Files.exists(folder.resolve(issued + ".crt"))) {
        throw new IOException(
            (hasKey ? certificate : key)
                + " is missing: put it back, or move "
                + folder
                + " away to start with a new authority");
      }
      CertificateIssuer issuer = new CertificateIssuer(now);
      KeyPair pair = issuer.newKey();
      X509Certificate made = issuer.authority(name, pair, AUTHORITY_VALIDITY);
      PemFiles.write(key, PemFiles.encode(pair.getPrivate()));
      PemFiles.write(certificate, PemFiles.encode(made));
      return new Pair(made, pair.getPrivate());
    }

    /**
     * A self-signed certificate is checked as a whole; the issuer of any other is not known here.
     */
    private static void requireUndamaged(X509Certificate certificate, Path file)
        throws IOException {
      if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
        return;
      }
      try {
        certificate.verify(certificate.getPublicKey());
      } catch (GeneralSecurityException e) {
        throw new IOException(file + ": damaged: it does not match its own signature", e);
      }
    }

    private interface Issue {
      X509Certificate issue(CertificateIssuer issuer, PublicKey key) throws IOException;
    }

    private Pair leaf(String name, Pair authority, Issue issue) throws IOException {
      Path certificate = folder.resolve(name + ".crt");
      Path key = folder.resolve(name + ".key");
      if (!Files.exists(certificate)) {
        CertificateIssuer issuer = new CertificateIssuer(now);
        KeyPair pair = issuer.newKey();
        PemFiles.write(key, PemFiles.encode(pair.getPrivate()));
        X509Certificate made = issue.issue(issuer, pair.getPublic());
        PemFiles.write(certificate, PemFiles.encode(made));
        return new Pair(made, pair.getPrivate());
      }
      if (!Files.exists(key)) {
        throw new IOException(
            key + " is missing: put it back, or remove " + certificate + " to have both made anew");
      }
      Pair pair = read(certificate, key);
      try {
        pair.certificate().verify(authority.certificate().getPublicKey());
        if (!pair.certificate()
            .getIssuerX500Principal()
            .equals(authority.certificate().getSubjectX500Principal())) {
          throw new CertificateException("issued by another name");
        }
      } catch (GeneralSecurityException e) {
        throw new IOException(
            certificate
                + " was not issued by "
                + folder.resolve(name.equals(FRONT_PROXY) ? "front-proxy-ca.crt" : "ca.crt")
                + ": remove it to have it made anew",
            e);
      }
      boolean expires = now.plus(RENEWAL).isAfter(pair.certificate().getNotAfter().toInstant());
      if (!expires && (!name.equals(SERVER) || namesServer(pair.certificate()))) {
        return pair;
      }
      X509Certificate renewed =
          issue.issue(new CertificateIssuer(now), pair.certificate().getPublicKey());
      PemFiles.write(certificate, PemFiles.encode(renewed));
      return new Pair(renewed, pair.key());
    }

    private static Pair read(Path certificateFile, Path keyFile) throws IOException {
      X509Certificate certificate = PemFiles.certificate(certificateFile);
      PrivateKey key = PemFiles.privateKey(keyFile);
      try {
        String algorithm =
            certificate.getPublicKey().getAlgorithm().equals("EC")
                ? "SHA256withECDSA"
                : "SHA256withRSA";
        byte[] probe = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(probe);
        if (!signature.verify(signed)) {
          throw new IOException(keyFile + " is not the key of " + certificateFile);
        }
      } catch (GeneralSecurityException e) {
        throw new IOException(keyFile + " is not the key of " + certificateFile, e);
      }
      return new Pair(certificate, key);
    }

    private boolean namesServer(X509Certificate certificate) throws IOException {
      for (InetAddress address : further) {
        if (!names(certificate, withoutScope(address))) {
          return false;
        }
      }
      return namesListenHost(certificate);
    }

    private boolean namesListenHost(X509Certificate certificate) throws IOException {
      InetAddress address = literal(listenHost);
      if (address != null && address.isAnyLocalAddress()) {
        // The addresses of a machine change, so a wildcard address requires none in the
        // certificate.
        return true;
      }
      return names(certificate, listenHost);
    }

    private boolean names(X509Certificate certificate, String host) throws IOException {
      InetAddress address = literal(host);
      try {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
          return false;
        }
        for (List<?> name : names) {
          String text = String.valueOf(name.get(1));
          boolean same =
              address == null ? text.equalsIgnoreCase(host) : address.equals(literal(text));
          if (same) {
            return true;
          }
        }
        return false;
      } catch (CertificateParsingException e) {
        throw new IOException(folder.resolve("apiserver.crt") + ": damaged", e);
      }
    }

    private List<GeneralName> alternatives() {
      Set<String> names = new LinkedHashSet<>(NAMES);
      Set<InetAddress> addresses = new LinkedHashSet<>();
      for (String address : ADDRESSES) {
        addresses.add(InetAddress.ofLiteral(address));
      }
      try {
        names.add(InetAddress.getLocalHost().getHostName());
      } catch (UnknownHostException e) {
        // A machine without a resolvable name is reached by its addresses.
      }
      addresses.addAll(further);
      InetAddress listen = literal(listenHost);
      if (listen == null) {
        names.add(listenHost);
      } else if (listen.isAnyLocalAddress()) {
        addresses.addAll(ownAddresses());
      } else {
        addresses.add(listen);
      }
      Set<GeneralName> all = new LinkedHashSet<>();
      names.forEach(name -> all.add(new GeneralName(GeneralName.dNSName, name)));
      addresses.forEach(
          address -> all.add(new GeneralName(GeneralName.iPAddress, withoutScope(address))));
      return List.copyOf(all);
    }

    private static List<InetAddress> ownAddresses() {
      try {
        return NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> !address.isLinkLocalAddress())
            .toList();
      } catch (SocketException e) {
        return List.of();
      }
    }

    private static String withoutScope(InetAddress address) {
      String text = address.getHostAddress();
      int scope = text.indexOf('%');
      return scope < 0 ? text : text.substring(0, scope);
    }

    /** The address that a literal denotes, or null for a name. Never queries a name server. */
    private static @Nullable InetAddress literal(String host) {
      try {
        return InetAddress.ofLiteral(host);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
  }
}
