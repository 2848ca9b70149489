package dev.rheo.store.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** etcd with certificates, and with users. */
@Timeout(60)
class EtcdSecurityTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @TempDir Path directory;

  private String write(String name, String pem) throws Exception {
    return Files.writeString(directory.resolve(name), pem).toString();
  }

  private EtcdSettings settings(EtcdProcess etcd, String scheme, EtcdSettings.Tls tls) {
    URI address = URI.create(scheme + "://127.0.0.1:" + etcd.address().getPort());
    return new EtcdSettings(List.of(address), tls, null, "/registry", PATIENCE);
  }

  @Test
  void bothSidesShowTheirCertificates() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=etcd-ca")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle server =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=etcd")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    X509Bundle client =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=rheo")
            .addExtendedKeyUsageClientAuth()
            .buildIssuedBy(authority);
    byte[] trusted = authority.getCertificatePEM().getBytes(UTF_8);
    KeyManager key = client.toKeyManagerFactory().getKeyManagers()[0];
    try (EtcdProcess etcd =
        EtcdProcess.startSecure(
            directory.resolve("etcd"),
            "--cert-file",
            write("server.crt", server.getCertificatePathPEM()),
            "--key-file",
            write("server.key", server.getPrivateKeyPEM()),
            "--client-cert-auth",
            "--trusted-ca-file",
            write("ca.crt", authority.getCertificatePEM()))) {
      try (EtcdRevisionStore store =
          EtcdRevisionStore.open(settings(etcd, "https", new EtcdSettings.Tls(trusted, key)))) {
        store.commit(List.of(new Op.Put("/registry/a", new byte[] {1}, Op.ABSENT)));
        assertThat(store.get("/registry/a", 0)).isNotNull();
      }
      for (EtcdSettings wrong :
          List.of(
              settings(etcd, "https", new EtcdSettings.Tls(trusted, null)),
              settings(etcd, "https", new EtcdSettings.Tls(null, key)),
              settings(etcd, "http", null))) {
        assertThatThrownBy(() -> EtcdRevisionStore.open(wrong))
            .isInstanceOf(StoreException.class)
            .hasMessageStartingWith("no etcd server can be used");
      }
      assertThatThrownBy(
              () ->
                  EtcdRevisionStore.open(
                      settings(etcd, "https", new EtcdSettings.Tls(new byte[] {1, 2}, key))))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith("the certificates for etcd cannot be used");
    }
  }

  @Test
  void usersLogIn() throws Exception {
    try (EtcdProcess etcd = EtcdProcess.start(directory.resolve("etcd"), "--auth-token-ttl", "1")) {
      order(etcd, "role/add", "{\"name\":\"root\"}");
      order(etcd, "user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
      order(etcd, "user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
      // Somebody who may see no more than a server needs.
      order(etcd, "role/add", "{\"name\":\"rheo\"}");
      allow(etcd, "/registry/", "/registry0");
      allow(etcd, "compact_rev_key", "");
      order(etcd, "user/add", "{\"name\":\"rheo\",\"password\":\"secret\"}");
      order(etcd, "user/grant", "{\"user\":\"rheo\",\"role\":\"rheo\"}");
      order(etcd, "enable", "{}");
      EtcdSettings anonymous = settings(etcd, "http", null);
      assertThatThrownBy(() -> EtcdRevisionStore.open(anonymous))
          .isInstanceOf(StoreException.class);
      assertThatThrownBy(() -> EtcdRevisionStore.open(as(anonymous, "wrong")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("authentication failed");
      try (EtcdRevisionStore store = EtcdRevisionStore.open(as(anonymous, "secret"))) {
        long written = 0;
        // Tokens die after a second here, which cannot be hurried, and all of them with the server.
        for (int i = 0; i < 4; i++) {
          if (i == 2) {
            etcd.kill();
            etcd.start();
          }
          Thread.sleep(1200);
          written = store.commit(List.of(new Op.Put("/registry/a", new byte[] {(byte) i}, Op.ANY)));
        }
        Thread.sleep(1200);
        try (WatchCursor watch = store.watch("", "", written)) {
          assertThat(watch.next(Duration.ofSeconds(10)).events()).hasSize(1);
        }
      }
    }
  }

  private static EtcdSettings as(EtcdSettings settings, String password) {
    return new EtcdSettings(
        settings.endpoints(),
        null,
        new EtcdSettings.User("rheo", password),
        settings.prefix(),
        PATIENCE);
  }

  private static void allow(EtcdProcess etcd, String key, String end) throws Exception {
    Base64.Encoder base64 = Base64.getEncoder();
    order(
        etcd,
        "role/grant",
        "{\"name\":\"rheo\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"%s\",\"range_end\":\"%s\"}}"
            .formatted(
                base64.encodeToString(key.getBytes(UTF_8)),
                base64.encodeToString(end.getBytes(UTF_8))));
  }

  /** By the gateway that etcd has for JSON. */
  private static void order(EtcdProcess etcd, String what, String body) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(
              http.send(
                      HttpRequest.newBuilder(etcd.address().resolve("/v3/auth/" + what))
                          .POST(HttpRequest.BodyPublishers.ofString(body))
                          .build(),
                      BodyHandlers.ofString())
                  .statusCode())
          .as(what)
          .isEqualTo(200);
    }
  }
}
