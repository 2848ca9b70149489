package dev.rheo.cli;

import dev.rheo.access.Access;
import dev.rheo.access.AccessException;
import dev.rheo.access.Kubeconfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
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
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String NONE = "/none";
  private static final char[] NO_PASSWORD = new char[0];

  private final Access access;

  WarmUpTraffic(Path kubeconfig) throws AccessException {
    this.access = Kubeconfig.read(kubeconfig, null);
  }

  public static void main(String[] arguments)
      throws AccessException, IOException, InterruptedException {
    new WarmUpTraffic(Path.of(arguments[0])).run();
  }

  /**
   * Runs the requests in a process of their own and waits for its end.
   *
   * @throws IOException if the process fails or takes longer than {@code atMost}
   */
  static void runApart(Path kubeconfig, Duration atMost) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WarmUpTraffic.class.getName(),
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

  /**
   * @throws IOException if the server does not answer, or refuses
   */
  void run() throws IOException, InterruptedException {
    SSLContext tls;
    try {
      tls = tls(access);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use the credentials", e);
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
    String name = "warm-up-" + prefix + "-" + round;
    String object =
        """
        {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s","labels":{"a":"b"}},"data":{"k":"%s"}}"""
            .formatted(name, "v".repeat(2000));
    if (round == 0) {
      for (String path :
          new String[] {
            "/readyz?verbose", "/version", "/api", "/apis", "/metrics", "/openapi/v3", NONE
          }) {
        send(client, "GET", path, null);
      }
    }
    send(client, "POST", MAPS, object);
    send(client, "GET", MAPS + "/" + name, null);
    send(client, "PUT", MAPS + "/" + name, object.replace("\"b\"", "\"c\""));
    send(client, "GET", MAPS + "?labelSelector=a%3Dc&limit=500", null);
    if (round % 10 == 0) {
      String watch = "/api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=1";
      send(client, "GET", watch, null);
      send(
          client, "GET", watch + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", null);
    }
    send(client, "DELETE", MAPS + "/" + name, null);
  }

  private void send(HttpClient client, String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(access.url() + path))
            .timeout(Duration.ofSeconds(10))
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    int status = client.send(request, BodyHandlers.discarding()).statusCode();
    // Traffic that is refused would train nothing.
    if (status >= 400 && !path.equals(NONE)) {
      throw new IOException(method + " " + path + " was answered with " + status);
    }
  }

  private static SSLContext tls(Access access) throws IOException, GeneralSecurityException {
    KeyStore trusted = emptyStore();
    trusted.setCertificateEntry("ca", access.authorities().getFirst());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);

    KeyStore identity = emptyStore();
    identity.setKeyEntry(
        "admin",
        Objects.requireNonNull(access.clientKey()),
        NO_PASSWORD,
        Objects.requireNonNull(access.clientCertificate()).toArray(Certificate[]::new));
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
}
