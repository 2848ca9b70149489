package dev.rheo.client.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Optional;

/**
 * A transport over the HTTP client of the JDK, for programs that use informers without another
 * Kubernetes client. TLS and its trust are those of the {@link HttpClient}. Safe for use by many
 * threads.
 */
public final class JdkTransport implements Transport {
  private final HttpClient http;
  private final String base;
  private final Map<String, String> always;

  /**
   * @param server the server's address, such as {@code https://127.0.0.1:6443}
   * @param always headers of each request, such as {@code Authorization}
   */
  public JdkTransport(HttpClient http, URI server, Map<String, String> always) {
    this.http = http;
    String text = server.toString();
    this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.always = Map.copyOf(always);
  }

  @Override
  public Answer get(String target, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + target));
    always.forEach(request::setHeader);
    headers.forEach(request::setHeader);
    HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
    return new Answer() {
      @Override
      public int status() {
        return response.statusCode();
      }

      @Override
      public Optional<String> header(String name) {
        return response.headers().firstValue(name);
      }

      @Override
      public InputStream body() {
        return response.body();
      }

      @Override
      public void close() {
        try {
          response.body().close();
        } catch (IOException e) {
          // The exchange is over either way.
        }
      }
    };
  }

  @Override
  public String server() {
    return base;
  }
}
