package dev.rheo.server.outbound;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a server's certificate must be from and for. What is wrong with one is told as Go tells it.
 */
public final class Trust {
  private static final int DNS = 2;
  private static final int IP = 7;

  private final InstantSource clock;
  private final @Nullable X509ExtendedTrustManager roots;

  /**
   * @param bundle certificates in PEM; empty for those that the system trusts
   * @throws CallException if the certificates cannot be read
   */
  public Trust(byte[] bundle, InstantSource clock) throws CallException {
    this.clock = clock;
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(bundle.length == 0 ? null : store(bundle));
      X509ExtendedTrustManager found = null;
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          found = extended;
        }
      }
      if (found == null) {
        throw new CallException("unable to load root certificates");
      }
      this.roots = found;
    } catch (GeneralSecurityException | IOException e) {
      throw new CallException(
          "unable to load root certificates: unable to parse bytes as PEM block");
    }
  }

  private Trust(InstantSource clock) {
    this.clock = clock;
    this.roots = null;
  }

  /** Trust in any certificate. */
  public static Trust inAnyone(InstantSource clock) {
    return new Trust(clock);
  }

  private static KeyStore store(byte[] bundle) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bundle));
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate");
    }
    int i = 0;
    for (Certificate certificate : certificates) {
      store.setCertificateEntry("ca" + i++, certificate);
    }
    return store;
  }

  /**
   * Makes TLS connections to a server that must have a certificate for this name or address.
   *
   * @param identity who the client is; empty for nobody
   */
  public SSLSocketFactory socketsTo(String host, KeyManager... identity) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity, new TrustManager[] {new For(host)}, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is wrong with a certificate, in Go's words. */
  static final class RefusedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super("tls: failed to verify certificate: x509: " + message);
    }
  }

  private final class For extends X509ExtendedTrustManager {
    private final String host;

    For(String host) {
      this.host = host;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      if (roots == null) {
        return;
      }
      X509Certificate leaf = chain[0];
      try {
        leaf.checkValidity(Date.from(clock.instant()));
      } catch (CertificateExpiredException e) {
        throw validity("after", leaf.getNotAfter());
      } catch (CertificateNotYetValidException e) {
        throw validity("before", leaf.getNotBefore());
      }
      // As Go, in this order.
      String fault = nameFault(leaf);
      if (fault != null) {
        throw new RefusedException(fault);
      }
      try {
        roots.checkServerTrusted(chain, authType);
      } catch (CertificateException e) {
        throw new RefusedException("certificate signed by unknown authority");
      }
    }

    private RefusedException validity(String how, Date limit) {
      return new RefusedException(
          "certificate has expired or is not yet valid: current time %s is %s %s"
              .formatted(clock.instant().truncatedTo(ChronoUnit.SECONDS), how, limit.toInstant()));
    }

    private @Nullable String nameFault(X509Certificate leaf) throws CertificateException {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      List<String> dns = named(names, DNS);
      List<String> addresses = named(names, IP);
      boolean literal = isAddress(host);
      for (String name : literal ? addresses : dns) {
        if (literal ? same(name, host) : matches(name, host)) {
          return null;
        }
      }
      List<String> shown = literal ? addresses : dns;
      if (dns.isEmpty() && addresses.isEmpty() && !literal) {
        return "certificate relies on legacy Common Name field, use SANs instead";
      }
      if (shown.isEmpty()) {
        return literal
            ? "cannot validate certificate for %s because it doesn't contain any IP SANs"
                .formatted(host)
            : "certificate is not valid for any names, but wanted to match " + host;
      }
      return "certificate is valid for %s, not %s".formatted(String.join(", ", shown), host);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return roots == null ? new X509Certificate[0] : roots.getAcceptedIssuers();
    }
  }

  private static List<String> named(@Nullable Collection<List<?>> names, int type) {
    List<String> found = new ArrayList<>();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0).equals(type)) {
          found.add(String.valueOf(name.get(1)));
        }
      }
    }
    return found;
  }

  static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  private static boolean same(String one, String other) {
    try {
      return InetAddress.getByName(one).equals(InetAddress.getByName(other));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** A wildcard stands for the whole first label, as in Go. */
  private static boolean matches(String pattern, String host) {
    String wanted = pattern.toLowerCase(Locale.ROOT);
    String name = host.toLowerCase(Locale.ROOT);
    if (!wanted.startsWith("*.")) {
      return wanted.equals(name);
    }
    int dot = name.indexOf('.');
    return dot > 0 && name.substring(dot).equals(wanted.substring(1));
  }
}
