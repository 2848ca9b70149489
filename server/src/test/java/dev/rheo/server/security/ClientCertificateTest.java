package dev.rheo.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.access.PemFiles;
import dev.rheo.edge.Edge;
import dev.rheo.edge.EdgeSettings;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.ledger.Ledger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client certificates over real handshakes: from the minted files to the user. */
class ClientCertificateTest {

  private static final char[] NO_PASSWORD = {};

  @Test
  void theHandshakeTakesAnyCertificateAndTheAuthenticatorJudgesIt(@TempDir Path data)
      throws Exception {
    Pki pki = Pki.open(data.resolve("pki"), "127.0.0.1", Clock.systemUTC());
    Authenticator authenticator =
        new Authenticator(List.of(pki.authority()), TokenFile.none(), Clock.systemUTC());
    EdgeSettings settings = EdgeSettings.defaults(new InetSocketAddress("127.0.0.1", 0));
    CertificateIssuer minter = new CertificateIssuer(Instant.now());
    KeyPair foreignKey = minter.newKey();
    // The same name as our authority's, so that clients send the certificate.
    X509Certificate foreignCa = minter.authority("rheo-ca", foreignKey, Duration.ofDays(1));
    KeyPair clientKey = minter.newKey();
    X509Certificate foreign =
        minter.client(
            foreignCa,
            foreignKey.getPrivate(),
            clientKey.getPublic(),
            "eve",
            User.MASTERS,
            Duration.ofDays(1));
    try (Edge edge =
        new Edge(
            settings,
            new Ledger(Ledger.Limits.roomy()),
            pki.tls(),
            request -> {
              User user =
                  authenticator.authenticate(
                      request.clientCertificate(), request.header("Authorization"));
              return HttpResponse.bytes(
                  200, "text/plain", (user.name() + " " + user.groups()).getBytes());
            })) {
      URI uri = URI.create("https://127.0.0.1:" + edge.start().getPort() + "/");
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      X509Certificate admin = PemFiles.certificate(data.resolve("pki/admin.crt"));
      SSLContext adminTls = tls(pki, admin, PemFiles.privateKey(data.resolve("pki/admin.key")));
      for (HttpClient.Version version : HttpClient.Version.values()) {
        // Twice with the same context: the second connection resumes the first one's session.
        for (int i = 0; i < 2; i++) {
          try (HttpClient client =
              HttpClient.newBuilder().version(version).sslContext(adminTls).build()) {
            assertThat(client.send(request, BodyHandlers.ofString()).body())
                .isEqualTo("kubernetes-admin [system:masters, system:authenticated]");
          }
        }
      }
      try (HttpClient client =
          HttpClient.newBuilder().sslContext(tls(pki, foreign, clientKey.getPrivate())).build()) {
        var answer = client.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("\"reason\":\"Unauthorized\"");
      }
      try (HttpClient client = HttpClient.newBuilder().sslContext(tls(pki, null, null)).build()) {
        assertThat(client.send(request, BodyHandlers.ofString()).body())
            .isEqualTo("system:anonymous [system:unauthenticated]");
      }
    }
  }

  private static SSLContext tls(
      Pki pki, @Nullable X509Certificate certificate, java.security.@Nullable PrivateKey key)
      throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (certificate != null) {
      store.setKeyEntry("me", key, NO_PASSWORD, new Certificate[] {certificate});
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NO_PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", pki.authority());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
    return context;
  }
}
