package dev.rheo.server.webhook;

import dev.rheo.codec.io.Meter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on an HTTP/1.1 connection (RFC 9112). It reads no more than it has
 * room for: what is kept of the answer is limited, and charged to the thread's {@link Meter}.
 */
final class HttpExchange {
  private static final int MAX_HEAD = 64 << 10;
  private static final int MAX_LINE = 16 << 10;

  private final InputStream in;
  private final OutputStream out;
  private final int maxBody;
  private final Map<String, String> headers = new HashMap<>();
  private int head;
  private int status;
  private boolean persistent;
  private boolean begun;
  private byte[] body = {};
  private int length;

  /**
   * @param maxBody the longest body of an answer
   */
  HttpExchange(InputStream in, OutputStream out, int maxBody) {
    this.in = in;
    this.out = out;
    this.maxBody = maxBody;
  }

  /** The answer is longer than the limit. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(String message) {
      super(message);
    }
  }

  /** The answer is not HTTP. */
  static final class MalformedAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedAnswerException(String message) {
      super(message);
    }
  }

  void send(String method, Target target, byte[] content) throws IOException {
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(target.path()).append(" HTTP/1.1\r\nHost: ");
    request.append(target.authority());
    request.append("\r\nUser-Agent: kube-apiserver-admission");
    if (method.equals("POST")) {
      request.append("\r\nContent-Length: ").append(content.length);
      request.append("\r\nContent-Type: application/json");
    }
    request.append("\r\nAccept: application/json, */*\r\n\r\n");
    out.write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
    if (method.equals("POST")) {
      out.write(content);
    }
    out.flush();
  }

  /** Reads the status and the headers, past those that announce more. */
  void readHead() throws IOException {
    do {
      headers.clear();
      head = 0;
      String line = line();
      String[] parts = line.split(" ", 3);
      if (parts.length < 2) {
        throw new MalformedAnswerException("malformed HTTP response \"" + line + "\"");
      } else if (!parts[1].matches("\\d{3}")) {
        throw new MalformedAnswerException("malformed HTTP status code \"" + parts[1] + "\"");
      } else if (!parts[0].matches("HTTP/1\\.\\d")) {
        throw new MalformedAnswerException("malformed HTTP version \"" + parts[0] + "\"");
      }
      status = Integer.parseInt(parts[1]);
      persistent = parts[0].equals("HTTP/1.1");
      for (line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        if (colon <= 0) {
          throw new MalformedAnswerException("malformed MIME header line: " + line);
        }
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    } while (status >= 100 && status < 200 && status != 101);
    persistent &= !"close".equalsIgnoreCase(headers.get("connection"));
  }

  private String line() throws IOException {
    byte[] bytes = new byte[128];
    int n = 0;
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException(n == 0 && !begun ? "EOF" : "unexpected EOF");
      }
      begun = true;
      if (next == '\n') {
        break;
      }
      if (n == MAX_LINE || ++head > MAX_HEAD) {
        throw new TooLongException(
            "net/http: server response headers exceeded " + MAX_HEAD + " bytes; aborted");
      }
      if (n == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * n);
      }
      bytes[n++] = (byte) next;
    }
    if (n > 0 && bytes[n - 1] == '\r') {
      n--;
    }
    return new String(bytes, 0, n, StandardCharsets.ISO_8859_1);
  }

  /** Whether a byte of the answer has come. */
  boolean begun() {
    return begun;
  }

  int status() {
    return status;
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Whether the connection can be used again once the body is read. */
  boolean persistent() {
    return persistent;
  }

  byte[] readBody() throws IOException {
    String coding = headers.get("transfer-encoding");
    String declared = headers.get("content-length");
    if (status == 204 || status == 304 || status == 101) {
      persistent &= status != 101;
    } else if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new MalformedAnswerException("unsupported transfer encoding: \"" + coding + "\"");
      }
      chunks();
    } else if (declared != null) {
      if (!declared.matches("\\d{1,18}")) {
        throw new MalformedAnswerException("bad Content-Length \"" + declared + "\"");
      }
      read(Long.parseLong(declared));
    } else {
      persistent = false;
      rest();
    }
    return length == body.length ? body : Arrays.copyOf(body, length);
  }

  private void chunks() throws IOException {
    while (true) {
      String line = line();
      int end = line.indexOf(';');
      String size = (end < 0 ? line : line.substring(0, end)).strip();
      if (!size.matches("[0-9a-fA-F]{1,15}")) {
        throw new MalformedAnswerException("invalid byte in chunk length");
      }
      long bytes = Long.parseLong(size, 16);
      if (bytes == 0) {
        break;
      }
      read(bytes);
      if (!line().isEmpty()) {
        throw new MalformedAnswerException("malformed chunked encoding");
      }
      head = 0;
    }
    while (!line().isEmpty()) {
      // Trailers tell nothing that is needed.
    }
  }

  private void read(long bytes) throws IOException {
    if (length + bytes > maxBody) {
      throw tooLong();
    }
    int wanted = (int) bytes;
    while (wanted > 0) {
      // What is declared is not believed before it comes.
      room(Math.min(wanted, 64 << 10));
      int n = in.read(body, length, Math.min(wanted, body.length - length));
      if (n < 0) {
        throw new EOFException("unexpected EOF");
      }
      length += n;
      wanted -= n;
    }
  }

  private void rest() throws IOException {
    while (true) {
      room(8 << 10);
      int n = in.read(body, length, body.length - length);
      if (n < 0) {
        return;
      }
      length += n;
      if (length > maxBody) {
        throw tooLong();
      }
    }
  }

  private void room(int more) {
    if (body.length - length < more) {
      int size = Math.max(length + more, Math.min(2 * body.length, maxBody + more));
      Meter.charge(size);
      body = Arrays.copyOf(body, size);
    }
  }

  private TooLongException tooLong() {
    return new TooLongException("the response is longer than %d bytes".formatted(maxBody));
  }
}
