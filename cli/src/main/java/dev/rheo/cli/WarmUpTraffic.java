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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests of each kind, as the administrator, over HTTP/1.1 and HTTP/2: first a few, then
 * for some seconds as many as the server answers, so that the cache knows what of the server is hot
 * (JEP 515). A server then compiles that at once, instead of after it has been slow for a while.
 *
 * <p>It runs in a process of its own: what the server's process loads goes into the cache, and into
 * the memory of every later server. A client with the JDK's TLS would add some 20 MB.
 */
final class WarmUpTraffic {
  private static final int ROUNDS = 20;
  private static final int WRITERS = 16;
  private static final int READERS = 2;
  private static final Duration CROWDED = Duration.ofSeconds(8);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String NONE = "/none";
  private static final char[] NO_PASSWORD = new char[0];

  private final Access access;

  WarmUpTraffic(Path kubeconfig) throws AccessException {
    this.access = Kubeconfig.read(kubeconfig, null);
  }

  public static void main(String[] arguments)
      throws AccessException, IOException, InterruptedException {
    new WarmUpTraffic(Path.of(arguments[0])).run(CROWDED);
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
   * @param crowded how long to send as many requests as the server answers
   * @throws IOException if the server does not answer, or refuses
   */
  void run(Duration crowded) throws IOException, InterruptedException {
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
        if (version == HttpClient.Version.HTTP_2) {
          crowd(client, crowded);
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

  /** Writers, and readers of what they write, until the time is over. */
  private void crowd(HttpClient client, Duration crowded) throws IOException, InterruptedException {
    long end = System.nanoTime() + crowded.toNanos();
    List<Callable<Void>> members = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      String prefix = "warm-up-" + writer + "-";
      members.add(
          () -> {
            for (int i = 0; System.nanoTime() < end; i++) {
              write(client, prefix + i);
            }
            return null;
          });
    }
    for (int reader = 0; reader < READERS; reader++) {
      members.add(
          () -> {
            while (System.nanoTime() < end) {
              read(client);
            }
            return null;
          });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> member : threads.invokeAll(members)) {
        member.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("the crowd broke off", e);
    }
  }

  private void write(HttpClient client, String name) throws IOException, InterruptedException {
    String object =
        """
        {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s","labels":{"a":"b"}},"data":{"k":"%s"}}"""
            .formatted(name, "v".repeat(1000));
    send(client, "POST", MAPS, object);
    send(client, "PUT", MAPS + "/" + name, object.replace("\"b\"", "\"c\""));
    send(client, "GET", MAPS + "/" + name, null);
    send(client, "DELETE", MAPS + "/" + name, null);
  }

  private void read(HttpClient client) throws IOException, InterruptedException {
    String watchList =
        "/api/v1/configmaps?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
            + "&resourceVersionMatch=NotOlderThan&timeoutSeconds=1";
    for (String type : List.of("application/json", "application/vnd.kubernetes.protobuf")) {
      send(client, "GET", MAPS + "?limit=500", type, null);
      send(client, "GET", watchList, type, null);
    }
  }

  private void send(HttpClient client, String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    send(client, method, path, "application/json", body);
  }

  private void send(
      HttpClient client, String method, String path, String accept, @Nullable String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(access.url() + path))
            .timeout(Duration.ofSeconds(10))
            .header("Accept", accept)
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
