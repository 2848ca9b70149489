package dev.rheo.edge;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** An HTTP/2 client by hand, one frame at a time. */
final class RawHttp2 implements AutoCloseable {

  static final int DATA = 0;
  static final int PRIORITY = 2;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_HEADERS = 4;
  static final int ENHANCE_YOUR_CALM = 11;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  private static final int INITIAL_WINDOW_SIZE = 4;
  static final int GOAWAY = 7;
  static final int REFUSED_STREAM = 7;
  static final int ACK = 1;
  static final int END_STREAM = 1;

  record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error code of a RST_STREAM or GOAWAY. */
    int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }

    /** The last stream that a GOAWAY names. */
    int lastStream() {
      return ByteBuffer.wrap(payload).getInt();
    }

    boolean endsStream() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }
  }

  private final SSLSocket socket;
  private final DataInputStream in;
  private final OutputStream out;

  RawHttp2(EdgeFixture fixture) throws IOException {
    socket = fixture.rawTls();
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    send(SETTINGS, 0, 0, new byte[0]);
  }

  /** Sets the window of new streams to 0, so that no response body can be sent. */
  void closeWindow() throws IOException {
    streamWindow(0);
  }

  /** Opens the windows of the connection and of new streams as far as possible. */
  void openWindows() throws IOException {
    streamWindow(Integer.MAX_VALUE);
    int more = Integer.MAX_VALUE - 65_535;
    send(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(more).array());
  }

  private void streamWindow(int bytes) throws IOException {
    send(
        SETTINGS,
        0,
        0,
        ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(bytes).array());
  }

  void send(int type, int flags, int stream, byte[] payload) throws IOException {
    send(frame(type, flags, stream, payload));
  }

  /** Sends frames, or invalid bytes, in one write. */
  void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  /** A GET, all of whose fields are in HPACK's static table or literals without indexing. */
  void get(int stream, String path) throws IOException {
    send(getFrame(stream, path));
  }

  static byte[] getFrame(int stream, String path) {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    fields.write(0x82);
    fields.write(0x87);
    for (int i = 0; i < 2; i++) {
      String value = i == 0 ? path : "localhost";
      fields.write(i == 0 ? 0x04 : 0x01);
      fields.write(value.length());
      fields.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, fields.toByteArray());
  }

  /** The next frame other than SETTINGS and WINDOW_UPDATE; null at the end of the connection. */
  Frame next() throws IOException {
    while (true) {
      int head;
      try {
        head = in.readInt();
      } catch (EOFException e) {
        return null;
      }
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[head >>> 8];
      in.readFully(payload);
      Frame frame = new Frame(head & 0xff, flags, stream, payload);
      if (frame.type != SETTINGS && frame.type != WINDOW_UPDATE) {
        return frame;
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
