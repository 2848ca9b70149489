package dev.rheo.junit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.edge.Body;
import dev.rheo.edge.Handler;
import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes requests of a server in the same JVM without a connection, so that no fault that a test has
 * asked for disturbs what the test support itself does. Thread-safe.
 */
final class DirectClient {

  /** An answer that is read as a whole: of one object, or of discovery. */
  private static final int MAX_ANSWER = 16 << 20;

  private static final int PIECE = 32 << 10;
  private static final long PATIENCE_SECONDS = 30;
  private static final JsonMapper JSON = new JsonMapper();

  private final Handler handler;
  private final String token;

  DirectClient(Handler handler, String token) {
    this.handler = handler;
    this.token = token;
  }

  /**
   * @param body the JSON that was answered; missing if it was none
   */
  record Answer(int status, JsonNode body) {
    boolean isOk() {
      return status >= 200 && status < 300;
    }

    /** What the server says of a refusal. */
    String message() {
      return body.path("message").asText("status " + status);
    }
  }

  Answer get(String target) throws InterruptedException {
    return send("GET", target, null, new byte[0]);
  }

  /**
   * Makes a request and waits for the answer.
   *
   * @param target path and query
   * @param contentType of the body; null if there is none
   * @throws IllegalStateException if the server fails, or does not answer for half a minute
   */
  Answer send(String method, String target, @Nullable String contentType, byte[] body)
      throws InterruptedException {
    HttpHeaders headers =
        new HttpHeaders()
            .add("Authorization", "Bearer " + token)
            .add("Accept", "application/json")
            .add("User-Agent", "rheo-junit");
    if (contentType != null) {
      headers.add("Content-Type", contentType);
    }
    HttpRequest request = HttpRequest.of(method, target, headers, body);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    // On a thread of its own: the caller's may be interrupted, which would close files of the
    // server.
    Thread.startVirtualThread(() -> complete(answer, request));
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "%s %s failed: %s".formatted(method, target, e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "%s %s was not answered in %d s".formatted(method, target, PATIENCE_SECONDS), e);
    }
  }

  private void complete(CompletableFuture<Answer> answer, HttpRequest request) {
    try {
      answer.complete(answer(request));
    } catch (Exception | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private Answer answer(HttpRequest request) throws Exception {
    CompletableFuture<?> prepared = handler.prepare(request);
    if (prepared != null) {
      prepared.join();
    }
    HttpResponse response;
    try {
      HttpResponse early = handler.precheck(request);
      response = early != null ? early : handler.handle(request);
    } catch (ApiException refused) {
      return new Answer(refused.code(), JSON.readTree(refused.status().toJson()));
    }
    byte[] bytes = response.bytes();
    Body body = response.body();
    byte[] all = bytes != null ? bytes : body != null ? draw(body) : new byte[0];
    return new Answer(
        response.status(), all.length == 0 ? MissingNode.getInstance() : JSON.readTree(all));
  }

  private static byte[] draw(Body body) throws IOException, InterruptedException {
    Semaphore wakes = new Semaphore(0);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuf piece = Unpooled.directBuffer(PIECE, PIECE);
    try (body) {
      body.onReady(wakes::release);
      while (true) {
        piece.clear();
        Body.State state = body.draw(piece);
        piece.getBytes(piece.readerIndex(), all, piece.readableBytes());
        if (all.size() > MAX_ANSWER) {
          throw new IOException("the answer has more than %d bytes".formatted(MAX_ANSWER));
        }
        switch (state) {
          case MORE -> {}
          case WAIT -> wakes.acquire();
          case END -> {
            return all.toByteArray();
          }
          case ABORT -> throw new IOException("the answer broke off");
        }
      }
    } finally {
      piece.release();
    }
  }
}
