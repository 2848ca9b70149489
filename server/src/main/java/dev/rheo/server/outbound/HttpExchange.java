package dev.rheo.server.outbound;

import dev.rheo.codec.io.Meter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on an HTTP/1.1 connection (RFC 9112). It reads no more than it has
 * room for: the header of an answer is limited, its body is read in pieces of the caller's size, or
 * as a whole that is limited and charged to the thread's {@link Meter}. For one thread.
 */
public final class HttpExchange {
  private static final int FIRST_BLOCK = 8 << 10;
  private static final int BLOCK = 64 << 10;
  private static final int MAX_HEAD = 64 << 10;
  private static final int MAX_LINE = 16 << 10;

  /** What a field counts beyond its bytes: thousands of empty ones take heap, too. */
  private static final int FIELD = 64;

  private final InputStream in;
  private final OutputStream out;
  private final List<Field> fields = new ArrayList<>();
  private int head;
  private int status;
  private boolean persistent;
  private boolean begun;
  private Framing framing = Framing.NONE;

  /** Bytes of the body, or of its present chunk, that have not been read. */
  private long left;

  /** What tells where the body ends. */
  private enum Framing {
    NONE,
    LENGTH,
    CHUNKS,
    CONNECTION
  }

  /** A header field. */
  public record Field(String name, String value) {}

  HttpExchange(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** The answer is longer than the limit. */
  public static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(String message) {
      super(message);
    }
  }

  /** The answer is not HTTP. */
  public static final class MalformedAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedAnswerException(String message) {
      super(message);
    }
  }

  /**
   * Sends a request.
   *
   * @param request request line and header with the empty line
   */
  public void send(String request, byte[] content) throws IOException {
    out.write(request.getBytes(StandardCharsets.ISO_8859_1));
    if (content.length > 0) {
      out.write(content);
    }
    out.flush();
  }

  /**
   * Reads the status and the header, past those that announce more.
   *
   * @param bodyless whether the answer has no body, whatever its header says: that to HEAD
   */
  public void readHead(boolean bodyless) throws IOException {
    do {
      fields.clear();
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
        head += FIELD;
        fields.add(new Field(line.substring(0, colon), line.substring(colon + 1).strip()));
      }
    } while (status >= 100 && status < 200 && status != 101);
    persistent &= !"close".equalsIgnoreCase(header("connection"));
    frame(bodyless);
  }

  private void frame(boolean bodyless) throws MalformedAnswerException {
    String coding = header("transfer-encoding");
    String declared = header("content-length");
    if (bodyless || status == 204 || status == 304 || status == 101) {
      persistent &= status != 101;
      framing = Framing.NONE;
    } else if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new MalformedAnswerException("unsupported transfer encoding: \"" + coding + "\"");
      }
      framing = Framing.CHUNKS;
    } else if (declared != null) {
      if (!declared.matches("\\d{1,18}")) {
        throw new MalformedAnswerException("bad Content-Length \"" + declared + "\"");
      }
      left = Long.parseLong(declared);
      framing = left == 0 ? Framing.NONE : Framing.LENGTH;
    } else {
      persistent = false;
      framing = Framing.CONNECTION;
    }
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
  public boolean begun() {
    return begun;
  }

  public int status() {
    return status;
  }

  /** The header fields of the answer, in order. */
  public List<Field> fields() {
    return fields;
  }

  /** The last value of a header field, or null. */
  public @Nullable String header(String name) {
    for (int i = fields.size() - 1; i >= 0; i--) {
      if (fields.get(i).name().equalsIgnoreCase(name)) {
        return fields.get(i).value();
      }
    }
    return null;
  }

  /** Whether the connection can be used again once the body is read. */
  public boolean persistent() {
    return persistent;
  }

  /** The length of the body that has not been read; -1 if it is not known. */
  public long length() {
    return switch (framing) {
      case NONE -> 0;
      case LENGTH -> left;
      case CHUNKS, CONNECTION -> -1;
    };
  }

  /**
   * Reads some of the body.
   *
   * @return how many bytes, at least one; -1 at the end of the body
   * @throws EOFException if the connection ends before the body does
   */
  public int read(byte[] into, int from, int most) throws IOException {
    if (framing == Framing.CHUNKS && left == 0) {
      left = nextChunk();
    }
    switch (framing) {
      case NONE -> {
        return -1;
      }
      case CONNECTION -> {
        return in.read(into, from, most);
      }
      case LENGTH, CHUNKS -> {
        int n = in.read(into, from, (int) Math.min(most, left));
        if (n < 0) {
          throw new EOFException("unexpected EOF");
        }
        left -= n;
        if (left == 0) {
          endOfPart();
        }
        return n;
      }
    }
    throw new IllegalStateException();
  }

  private void endOfPart() throws IOException {
    if (framing == Framing.LENGTH) {
      framing = Framing.NONE;
    } else if (!line().isEmpty()) {
      throw new MalformedAnswerException("malformed chunked encoding");
    }
  }

  /** The size of the next chunk. After the last one the body is over. */
  private long nextChunk() throws IOException {
    head = 0;
    String line = line();
    int end = line.indexOf(';');
    String size = (end < 0 ? line : line.substring(0, end)).strip();
    if (!size.matches("[0-9a-fA-F]{1,15}")) {
      throw new MalformedAnswerException("invalid byte in chunk length");
    }
    long bytes = Long.parseLong(size, 16);
    if (bytes == 0) {
      while (!line().isEmpty()) {
        // Trailers tell nothing that is needed.
      }
      framing = Framing.NONE;
    }
    return bytes;
  }

  /**
   * Reads the body as a whole.
   *
   * @param most the longest body
   * @throws TooLongException if it is longer
   */
  public byte[] readBody(int most) throws IOException {
    if (framing == Framing.LENGTH && left > most) {
      throw tooLong(most);
    }
    // In blocks, as an array that grows would be paid for each time.
    List<byte[]> full = new ArrayList<>();
    byte[] block = {};
    int used = 0;
    int length = 0;
    while (framing != Framing.NONE) {
      if (used == block.length) {
        if (used > 0) {
          full.add(block);
        }
        // What is declared is not believed before it comes.
        long wanted = framing == Framing.LENGTH ? left : Math.max(length, FIRST_BLOCK);
        block = charged((int) Math.clamp(wanted, 1, BLOCK));
        used = 0;
      }
      int n = read(block, used, block.length - used);
      if (n < 0) {
        break;
      }
      used += n;
      length += n;
      if (length > most) {
        throw tooLong(most);
      }
    }
    if (full.isEmpty()) {
      return used == block.length ? block : Arrays.copyOf(block, used);
    }
    byte[] body = charged(length);
    int at = 0;
    for (byte[] each : full) {
      System.arraycopy(each, 0, body, at, each.length);
      at += each.length;
    }
    System.arraycopy(block, 0, body, at, used);
    return body;
  }

  private static byte[] charged(int size) {
    Meter.charge(size);
    return new byte[size];
  }

  private static TooLongException tooLong(int most) {
    return new TooLongException("the response is longer than %d bytes".formatted(most));
  }
}
