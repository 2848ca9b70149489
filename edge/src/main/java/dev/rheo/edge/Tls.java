package dev.rheo.edge;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS 1.2 and 1.3: BoringSSL where its native library loads, else the JDK's. */
final class Tls {

  private static final int SESSION_CACHE_SIZE = 1000;
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final ApplicationProtocolConfig APPLICATION_PROTOCOLS =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2,
          ApplicationProtocolNames.HTTP_1_1);

  private final boolean nativeLibrary;

  Tls(boolean nativeAllowed) {
    this.nativeLibrary = nativeAllowed && OpenSsl.isAvailable();
  }

  String name() {
    return nativeLibrary ? "boringssl" : "jdk";
  }

  SslContext serverContext(TlsMaterial material) throws SSLException {
    AnyClient clients = new AnyClient(material.clientAuthorities().toArray(new X509Certificate[0]));
    return nativeLibrary ? boringSsl(material, clients) : ofJdk(material, clients);
  }

  private static SslContext boringSsl(TlsMaterial material, AnyClient clients) throws SSLException {
    X509Certificate[] chain = material.certificateChain().toArray(new X509Certificate[0]);
    return SslContextBuilder.forServer(material.privateKey(), chain)
        .sslProvider(SslProvider.OPENSSL)
        .protocols(PROTOCOLS)
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .clientAuth(ClientAuth.OPTIONAL)
        .trustManager(clients)
        .sessionCacheSize(SESSION_CACHE_SIZE)
        .applicationProtocolConfig(APPLICATION_PROTOCOLS)
        .build();
  }

  /**
   * Not by Netty's builder, which first makes a key store and looks for BouncyCastle: that takes a
   * first start three tenths of a second.
   */
  private static SslContext ofJdk(TlsMaterial material, AnyClient clients) throws SSLException {
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new ServerIdentity(material)}, new TrustManager[] {clients}, null);
    } catch (GeneralSecurityException e) {
      throw new SSLException("the JDK has no TLS", e);
    }
    context.getServerSessionContext().setSessionCacheSize(SESSION_CACHE_SIZE);
    return new JdkSslContext(
        context,
        false,
        Http2SecurityUtil.CIPHERS,
        SupportedCipherSuiteFilter.INSTANCE,
        APPLICATION_PROTOCOLS,
        ClientAuth.OPTIONAL,
        PROTOCOLS,
        false);
  }

  /**
   * Accepts every client certificate in the handshake. The authenticator verifies it and can refuse
   * it with a readable Status; kube-apiserver does the same (Go's {@code RequestClientCert}). The
   * authorities are announced so that clients choose the right certificate.
   */
  private static final class AnyClient extends X509ExtendedTrustManager {

    private final X509Certificate[] authorities;

    AnyClient(X509Certificate[] authorities) {
      this.authorities = authorities;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
      throw new UnsupportedOperationException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      throw new UnsupportedOperationException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      throw new UnsupportedOperationException("this is a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return authorities.clone();
    }
  }
}
