package dev.rheo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.yaml.YamlForms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends a few requests of each kind, as the administrator, over HTTP/1.1 and HTTP/2.
 *
 * <p>It runs in a process of its own: what the server's process loads goes into the cache, and into
 * the memory of every later server. A client with the JDK's TLS would add some 20 MB.
 */
final class WarmUpTraffic {
  private static final int ROUNDS = 20;
  private static final char[] NO_PASSWORD = new char[0];

  private final String base;
  private final Path kubeconfig;

  WarmUpTraffic(int port, Path kubeconfig) {
    this.base = "https://127.0.0.1:" + port;
    this.kubeconfig = kubeconfig;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    new WarmUpTraffic(Integer.parseInt(arguments[0]), Path.of(arguments[1])).run();
  }

  /**
   * Runs the requests in a process of their own and waits for its end.
   *
   * @throws IOException if the process fails or takes longer than {@code atMost}
   */
  static void runApart(int port, Path kubeconfig, Duration atMost)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WarmUpTraffic.class.getName(),
                Integer.toString(port),
                kubeconfig.toString())
            .inheritIO()
            .start();
    if (!process.waitFor(atMost)) {
      process.destroyForcibly();
      throw new IOException("the traffic did not end within " + atMost);
    }
    if (process.exitValue() != 0) {
      throw new IOException("the traffic failed");
    }
  }

  void run() throws IOException, InterruptedException {
    SSLContext tls;
    try {
      tls = tls();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use " + kubeconfig, e);
    }
    for (HttpClient.Version version : HttpClient.Version.values()) {
      if (version.name().equals("HTTP_3")) {
        continue;
      }
      try (HttpClient client =
          HttpClient.newBuilder()
              .sslContext(tls)
              .version(version)
              .connectTimeout(Duration.ofSeconds(5))
              .build()) {
        for (int round = 0; round < ROUNDS; round++) {
          round(client, version.name().toLowerCase(Locale.ROOT).replace('_', '-'), round);
        }
      }
    }
  }

  private void round(HttpClient client, String prefix, int round)
      throws IOException, InterruptedException {
    String maps = "/api/v1/namespaces/default/configmaps";
    String name = "warm-up-" + prefix + "-" + round;
    String object =
        """
        {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s","labels":{"a":"b"}},"data":{"k":"%s"}}"""
            .formatted(name, "v".repeat(2000));
    if (round == 0) {
      for (String path :
          new String[] {
            "/readyz?verbose", "/version", "/api", "/apis", "/metrics", "/openapi/v3", "/none"
          }) {
        send(client, "GET", path, null);
      }
    }
    send(client, "POST", maps, object);
    send(client, "GET", maps + "/" + name, null);
    send(client, "PUT", maps + "/" + name, object.replace("\"b\"", "\"c\""));
    send(client, "GET", maps + "?labelSelector=a%3Dc&limit=500", null);
    if (round % 10 == 0) {
      String watch = "/api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=1";
      send(client, "GET", watch, null);
      send(
          client, "GET", watch + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", null);
    }
    send(client, "DELETE", maps + "/" + name, null);
  }

  private void send(HttpClient client, String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(10))
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    client.send(request, BodyHandlers.discarding());
  }

  private SSLContext tls() throws IOException, GeneralSecurityException {
    JsonNode config = YamlForms.toTree(Files.readAllBytes(kubeconfig)).tree();
    JsonNode cluster = config.path("clusters").path(0).path("cluster");
    JsonNode user = config.path("users").path(0).path("user");

    KeyStore trusted = emptyStore();
    trusted.setCertificateEntry("ca", certificate(cluster, "certificate-authority-data"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);

    Certificate own = certificate(user, "client-certificate-data");
    KeyStore identity = emptyStore();
    identity.setKeyEntry(
        "admin",
        KeyFactory.getInstance(own.getPublicKey().getAlgorithm())
            .generatePrivate(
                new PKCS8EncodedKeySpec(
                    der(new String(data(user, "client-key-data"), StandardCharsets.US_ASCII)))),
        NO_PASSWORD,
        new Certificate[] {own});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(identity, NO_PASSWORD);

    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Certificate certificate(JsonNode from, String field)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(data(from, field)));
  }

  private static byte[] data(JsonNode from, String field) {
    return Base64.getDecoder().decode(from.path(field).asText());
  }

  private static byte[] der(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z0-9 ]+-----", ""));
  }
}
