package dev.rheo.junit;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes requests and shows the answers as they come. */
final class RawClient implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final RheoApiServer server;
  private final HttpClient http;

  RawClient(RheoApiServer server) throws Exception {
    this(server, HttpClient.Version.HTTP_2);
  }

  RawClient(RheoApiServer server, HttpClient.Version version) throws Exception {
    this.server = server;
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    byte[] pem = server.authorityPem().getBytes(StandardCharsets.US_ASCII);
    trusted.setCertificateEntry(
        "ca",
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    http = HttpClient.newBuilder().version(version).sslContext(tls).build();
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create(server.url() + target))
        .timeout(LONG)
        .header("Authorization", "Bearer " + server.token());
  }

  HttpResponse<String> get(String target) throws Exception {
    return http.send(request(target).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> send(String method, String target, String body) throws Exception {
    return http.send(
        request(target)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** Makes a ConfigMap in the namespace default. */
  void create(String name) throws Exception {
    HttpResponse<String> made =
        send(
            "POST",
            "/api/v1/namespaces/default/configmaps",
            "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"a\":\"b\"}}");
    if (made.statusCode() != 201) {
      throw new AssertionError(made.body());
    }
  }

  CompletableFuture<HttpResponse<String>> getAsync(String target) {
    return http.sendAsync(request(target).build(), BodyHandlers.ofString());
  }

  /** The lines of a stream, as they arrive. A broken connection ends them with an exception. */
  Stream<String> lines(String target, String... headers) throws Exception {
    return stream(target, headers).body();
  }

  /** The same, with the answer's header. */
  HttpResponse<Stream<String>> stream(String target, String... headers) throws Exception {
    HttpRequest.Builder request = request(target);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<Stream<String>> response = http.send(request.build(), BodyHandlers.ofLines());
    if (response.statusCode() != 200) {
      throw new AssertionError(response.body().toList());
    }
    return response;
  }

  InputStream bytes(String target, String... headers) throws Exception {
    return http.send(request(target).headers(headers).build(), BodyHandlers.ofInputStream()).body();
  }

  /** The types of events. */
  static List<String> types(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceFirst("^\\{\"type\":\"([A-Z]+)\".*", "$1"))
        .toList();
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
