package dev.rheo.testing.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * What a {@link ScriptedServer} answers to one request: a status, headers, and steps that send
 * bytes, wait for the test, or end the body in one way or another. The body is chunked; each {@link
 * #bytes} is flushed as a chunk of its own. A reply without an end stays open and silent.
 *
 * <p>A reply is changed by its builder's methods until it is handed to the server.
 */
public final class Reply {

  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private CountDownLatch before = new CountDownLatch(0);

  private Reply(int status) {
    this.status = status;
    headers.put("Content-Type", "application/json");
  }

  /** A body that streams, with status 200. */
  public static Reply stream() {
    return new Reply(200);
  }

  /** Sends nothing, not even a header, until the test opens a latch. */
  public static Reply late(CountDownLatch latch) {
    Reply reply = new Reply(200);
    reply.before = latch;
    return reply;
  }

  /** A whole body with a status. */
  public static Reply of(int status, String body) {
    return new Reply(status).bytes(body).end();
  }

  /**
   * A Kubernetes Status as kube-apiserver words it.
   *
   * @param code the HTTP status
   * @param reason such as {@code Expired}
   */
  public static Reply status(int code, String reason, String message) {
    return of(code, Objects.status(code, reason, message));
  }

  /** Adds or replaces a header. */
  public Reply header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Sends these bytes as one chunk; nothing if there are none, since an empty chunk is the end. */
  public Reply bytes(String text) {
    if (text.isEmpty()) {
      return this;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return step(
        (socket, out) -> {
          writeChunk(out, bytes);
          return true;
        });
  }

  /** Sends a line of a watch. */
  public Reply event(String type, String object) {
    return bytes(Objects.event(type, object) + "\n");
  }

  /** Waits until the test opens a latch. */
  public Reply await(CountDownLatch latch) {
    return step(
        (socket, out) -> {
          latch.await();
          return true;
        });
  }

  /** Runs something of the test once all before this has been sent. */
  public Reply then(Runnable action) {
    return step(
        (socket, out) -> {
          action.run();
          return true;
        });
  }

  /** Ends the body properly. */
  public Reply end() {
    return step(
        (socket, out) -> {
          out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          out.flush();
          return true;
        });
  }

  /** Cuts the connection within the body. */
  public Reply cut() {
    return step(
        (socket, out) -> {
          socket.close();
          return false;
        });
  }

  private Reply step(Step step) {
    steps.add(step);
    return this;
  }

  /** Sends the reply. Returns whether the connection can serve another request. */
  boolean send(Socket socket, OutputStream out) throws IOException, InterruptedException {
    before.await();
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Transfer-Encoding: chunked\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    for (Step step : steps) {
      if (!step.run(socket, out)) {
        return false;
      }
    }
    return true;
  }

  private static void writeChunk(OutputStream out, byte[] bytes) throws IOException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(bytes.length + 16);
    chunk.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    chunk.write(bytes);
    chunk.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    chunk.writeTo(out);
    out.flush();
  }

  private interface Step {
    boolean run(Socket socket, OutputStream out) throws IOException, InterruptedException;
  }
}
