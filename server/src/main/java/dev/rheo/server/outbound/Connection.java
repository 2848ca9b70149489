package dev.rheo.server.outbound;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.Socket;

/** A connection to another server, used by one call at a time. */
public final class Connection {
  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  /** Below TLS, so that it can be closed without a word to a peer that does not listen. */
  private final Socket plain;

  private final InputStream in;
  private final OutputStream out;

  Connection(Socket plain, Socket secure) throws IOException {
    this.plain = plain;
    this.in = new BufferedInputStream(secure.getInputStream(), 8 << 10);
    this.out = secure.getOutputStream();
  }

  /** A new exchange, when the one before is over. */
  public HttpExchange exchange() {
    return new HttpExchange(in, out);
  }

  /** What the peer sends. */
  public InputStream in() {
    return in;
  }

  /** What the peer is sent, without a buffer. */
  public OutputStream out() {
    return out;
  }

  /** Ends it at once, also for a thread that waits for it. Any thread, any number of times. */
  public void close() {
    close(plain);
  }

  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a connection to another server was not closed in order", e);
    }
  }
}
