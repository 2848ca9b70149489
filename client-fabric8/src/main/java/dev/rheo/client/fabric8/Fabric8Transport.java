package dev.rheo.client.fabric8;

import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import io.fabric8.kubernetes.client.Client;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Sends an informer's requests with the HTTP client of a fabric8 client, whichever transport that
 * has.
 *
 * <p>Server, TLS, proxy, credentials and their refresh, impersonation and custom headers are those
 * of the fabric8 client, because its interceptors see each request. Its retries are switched off
 * for these requests only: the informer backs off by itself, and has to see 429 and {@code
 * Retry-After}.
 *
 * <p>A body is fetched in batches as its reader takes them: at most 256 KiB and a batch of the
 * transport are in memory. Answers are asked for without compression, because not every transport
 * undoes it while a body streams.
 *
 * <p>Safe for use by many threads. The fabric8 client stays open when informers stop: who opened it
 * closes it.
 */
public final class Fabric8Transport implements Transport {

  private final Client client;
  private final String server;

  public Fabric8Transport(Client client) {
    this.client = client;
    String url = client.getMasterUrl().toString();
    this.server = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  @Override
  public String server() {
    return server;
  }

  @Override
  public Answer get(String target, Map<String, String> headers)
      throws IOException, InterruptedException {
    BodyStream body = new BodyStream();
    CompletableFuture<HttpResponse<AsyncBody>> sent;
    try {
      HttpClient http = forRequest(headers);
      HttpRequest request =
          http.newHttpRequestBuilder().uri(server + target).forStreaming().build();
      sent = http.consumeBytes(request, body);
    } catch (RuntimeException e) {
      throw new IOException(
          "The request could not be sent to " + server + ": " + e.getMessage(), e);
    }
    try {
      HttpResponse<AsyncBody> response = sent.get();
      body.begin(response.body());
      return new StreamedAnswer(response, body);
    } catch (InterruptedException e) {
      // An answer that still comes is cancelled by the HTTP client, one that has come is not.
      if (!sent.cancel(true)) {
        sent.thenAccept(came -> came.body().cancel());
      }
      throw e;
    } catch (ExecutionException e) {
      throw unanswered(e);
    }
  }

  /** A view of the client's connections that does not retry and sends these headers. */
  private HttpClient forRequest(Map<String, String> headers) {
    HttpClient http = client.getHttpClient();
    return http.newBuilder()
        .tag(withoutRetries(http))
        .addOrReplaceInterceptor("rheo-informer", new Headers(headers))
        .build();
  }

  private RequestConfig withoutRetries(HttpClient http) {
    RequestConfig given =
        http instanceof Interceptor.RequestTags
            ? ((Interceptor.RequestTags) http).getTag(RequestConfig.class)
            : null;
    if (given == null) {
      given = client.getConfiguration().getRequestConfig();
    }
    RequestConfig config = new RequestConfigBuilder(given).withRequestRetryBackoffLimit(0).build();
    // The builder does not copy these.
    config.setImpersonateUsername(given.getImpersonateUsername());
    config.setImpersonateGroups(given.getImpersonateGroups());
    config.setImpersonateExtras(given.getImpersonateExtras());
    return config;
  }

  private IOException unanswered(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof ConnectException) {
        ConnectException refused = new ConnectException("Nobody listens at " + server);
        refused.initCause(cause);
        return refused;
      }
    }
    return new IOException("No answer from " + server + ": " + cause, cause);
  }

  /** Sets headers after the interceptors of the client have set theirs. */
  private static final class Headers implements Interceptor {

    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Headers(Map<String, String> headers) {
      this.headers.put("Accept-Encoding", "identity");
      this.headers.putAll(headers);
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      headers.forEach(
          (name, value) -> {
            // A name in another case would be a second header.
            for (String known : request.headers().keySet()) {
              if (known.equalsIgnoreCase(name) && !known.equals(name)) {
                builder.setHeader(known, value);
                return;
              }
            }
            builder.setHeader(name, value);
          });
    }
  }

  private static final class StreamedAnswer implements Answer {

    private final HttpResponse<?> response;
    private final BodyStream body;

    StreamedAnswer(HttpResponse<?> response, BodyStream body) {
      this.response = response;
      this.body = body;
    }

    @Override
    public int status() {
      return response.code();
    }

    @Override
    public Optional<String> header(String name) {
      return response.headers().entrySet().stream()
          .filter(e -> name.equalsIgnoreCase(e.getKey()) && !e.getValue().isEmpty())
          .map(e -> e.getValue().get(0))
          .findFirst();
    }

    @Override
    public BodyStream body() {
      return body;
    }

    @Override
    public void close() {
      body.close();
    }
  }
}
