package dev.rheo.edge;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A WebSocket client by hand, which can also violate the protocol. */
final class RawWebSocket implements AutoCloseable {

  static final int TEXT = 0x81;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final int PONG = 0x8a;

  /** The example in RFC 6455. */
  static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

  static final String VERSION = "Sec-WebSocket-Version: 13";

  record Frame(int first, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int status() {
      return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  RawWebSocket(EdgeFixture fixture) throws IOException {
    this(fixture.rawTls());
  }

  RawWebSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1024));
    this.out = socket.getOutputStream();
  }

  static String request(String target, String... fields) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + String.join("\r\n", fields)
        + "\r\n\r\n";
  }

  /** Opens a WebSocket with a valid request. */
  RawWebSocket open(String target) throws IOException {
    send(request(target, KEY, VERSION));
    List<String> head = head();
    if (!head.getFirst().startsWith("HTTP/1.1 101 ")) {
      throw new IOException("not switched: " + head);
    }
    return this;
  }

  RawWebSocket send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawWebSocket send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** The lines of a response's head. */
  List<String> head() throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.readUnsignedByte(); b != '\n'; b = in.readUnsignedByte()) {
        line.write(b);
      }
      String text = line.toString(StandardCharsets.ISO_8859_1).strip();
      if (text.isEmpty()) {
        return lines;
      }
      lines.add(text);
    }
  }

  String body(List<String> head) throws IOException {
    for (String line : head) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
        byte[] body = new byte[Integer.parseInt(line.substring(16))];
        in.readFully(body);
        return new String(body, StandardCharsets.UTF_8);
      }
    }
    throw new IOException("no length: " + head);
  }

  static byte[] masked(int first, byte[] payload) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(first);
    if (payload.length <= 125) {
      frame.write(0x80 | payload.length);
    } else {
      frame.write(0x80 | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    byte[] mask = {1, 2, 3, 4};
    frame.writeBytes(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.write(payload[i] ^ mask[i % 4]);
    }
    return frame.toByteArray();
  }

  Frame frame() throws IOException {
    int first = in.readUnsignedByte();
    long length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    return new Frame(first, payload);
  }

  boolean isAtEnd() throws IOException {
    try {
      in.readUnsignedByte();
      return false;
    } catch (EOFException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
