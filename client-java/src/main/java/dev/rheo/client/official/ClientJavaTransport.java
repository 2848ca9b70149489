package dev.rheo.client.official;

import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Sends an informer's requests with the HTTP client of the official Java client.
 *
 * <p>Server, TLS, credentials and default headers are those of the {@link ApiClient}. Its time
 * limits for reading do not hold for these requests: a stream may be silent for long, and the
 * informer decides for how long. Answers are asked for without compression, because the HTTP client
 * undoes only the first member of a compressed stream.
 *
 * <p>Safe for use by many threads.
 */
public final class ClientJavaTransport implements Transport {

  /** The one way of authentication that the API knows; each credential of a kubeconfig is it. */
  private static final String[] AUTHENTICATIONS = {"BearerToken"};

  private final ApiClient client;

  public ClientJavaTransport(ApiClient client) {
    this.client = client;
  }

  @Override
  public String server() {
    String url = client.getBasePath();
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  @Override
  public Answer get(String target, Map<String, String> headers)
      throws IOException, InterruptedException {
    Call call = streaming().newCall(request(target, headers));
    // A call that blocks its thread would not notice an interrupt.
    CompletableFuture<Response> answered = new CompletableFuture<>();
    call.enqueue(new Completion(answered));
    try {
      return new OkHttpAnswer(call, answered.get());
    } catch (InterruptedException e) {
      call.cancel();
      answered.thenAccept(Response::close);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectException) {
        ConnectException refused = new ConnectException("Nobody listens at " + server());
        refused.initCause(e.getCause());
        throw refused;
      }
      throw new IOException("No answer from " + server() + ": " + e.getCause(), e.getCause());
    }
  }

  private OkHttpClient streaming() {
    OkHttpClient http = client.getHttpClient();
    // The limit of the client's dispatcher is not for streams: five that wait would block the rest.
    return http.newBuilder()
        .dispatcher(new Dispatcher(http.dispatcher().executorService()))
        .readTimeout(Duration.ZERO)
        .callTimeout(Duration.ZERO)
        .build();
  }

  private Request request(String target, Map<String, String> headers) throws IOException {
    Request request;
    try {
      request =
          client.buildRequest(
              server(),
              target,
              "GET",
              List.of(),
              List.of(),
              null,
              new HashMap<>(),
              new HashMap<>(),
              new HashMap<>(),
              AUTHENTICATIONS,
              null);
    } catch (ApiException e) {
      throw new IOException("The request could not be made: " + e.getMessage(), e);
    }
    Request.Builder changed = request.newBuilder().header("Accept-Encoding", "identity");
    headers.forEach(changed::header);
    return changed.build();
  }

  private record Completion(CompletableFuture<Response> answered) implements Callback {

    @Override
    public void onResponse(Call call, Response response) {
      answered.complete(response);
    }

    @Override
    public void onFailure(Call call, IOException e) {
      answered.completeExceptionally(e);
    }
  }
}
