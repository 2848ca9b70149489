package dev.rheo.server.outbound;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to other servers, and keeps a few of them for the next call: a TLS handshake
 * costs more than most calls. Thread-safe.
 */
public final class Connections implements AutoCloseable {
  /** What is said of a call that got no answer in time. */
  public static final String TIMED_OUT =
      "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";

  /** The most idle connections to all servers together, each with some 50 KB of buffers. */
  private static final int IDLE = 8;

  /** After this time a peer or something on the way may have forgotten a connection. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  private final ServiceResolver services;

  /** The one that was used last is first. Guarded by itself. */
  private final Deque<Kept> idle = new ArrayDeque<>();

  private record Kept(String authority, SSLSocketFactory by, Connection connection, long since) {}

  /**
   * @param services finds the addresses of Services
   */
  public Connections(ServiceResolver services) {
    this.services = services;
  }

  /** As {@link ServiceResolver#resolve}. */
  public InetSocketAddress resolve(String namespace, String name, int port) throws CallException {
    return services.resolve(namespace, name, port);
  }

  /** A connection that was kept for such a call, or null. */
  public @Nullable Connection idle(String authority, SSLSocketFactory by) {
    long now = System.nanoTime();
    synchronized (idle) {
      for (Iterator<Kept> each = idle.iterator(); each.hasNext(); ) {
        Kept kept = each.next();
        if (now - kept.since > FRESH.toNanos()) {
          each.remove();
          kept.connection.close();
        } else if (kept.by == by && kept.authority.equals(authority)) {
          each.remove();
          return kept.connection;
        }
      }
    }
    return null;
  }

  /**
   * Keeps a connection for the next call.
   *
   * @param authority the server
   * @param by what it was opened with
   */
  public void keep(String authority, SSLSocketFactory by, Connection connection) {
    Kept last = null;
    synchronized (idle) {
      idle.addFirst(new Kept(authority, by, connection, System.nanoTime()));
      if (idle.size() > IDLE) {
        last = idle.removeLast();
      }
    }
    if (last != null) {
      last.connection.close();
    }
  }

  /**
   * @param host for whom the server's certificate must be
   * @param deadline as {@link System#nanoTime}
   * @throws CallException in Go's words
   */
  public Connection open(
      InetSocketAddress address, String host, SSLSocketFactory factory, long deadline)
      throws CallException {
    Socket plain = dial(resolved(address), deadline);
    Connection raw = null;
    try {
      raw = new Connection(plain, plain);
      try (Deadline guard = new Deadline(raw, deadline)) {
        return secured(plain, factory, host, guard);
      }
    } catch (IOException e) {
      Connection.close(plain);
      throw new CallException("EOF");
    }
  }

  private static InetSocketAddress resolved(InetSocketAddress address) throws CallException {
    String host = address.getHostString();
    try {
      return new InetSocketAddress(InetAddress.getByName(host), address.getPort());
    } catch (UnknownHostException e) {
      throw new CallException("dial tcp: lookup " + host + ": no such host");
    }
  }

  private static Socket dial(InetSocketAddress address, long deadline) throws CallException {
    Socket socket = new Socket();
    String host = address.getAddress().getHostAddress();
    String shown = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    try {
      long millis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
      socket.connect(address, (int) Math.min(millis, Integer.MAX_VALUE));
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException e) {
      Connection.close(socket);
      throw new CallException(
          switch (e) {
            case SocketTimeoutException _ -> TIMED_OUT;
            case NoRouteToHostException _ -> "dial tcp " + shown + ": connect: no route to host";
            case ConnectException refused ->
                "dial tcp %s: connect: %s".formatted(shown, reason(refused));
            default -> "dial tcp " + shown + ": connect: " + reason(e);
          });
    }
  }

  private static String reason(IOException e) {
    String message = e.getMessage() == null ? "" : e.getMessage().toLowerCase(Locale.ROOT);
    for (String known : new String[] {"timed out", "unreachable", "permission denied"}) {
      if (message.contains(known)) {
        return switch (known) {
          case "timed out" -> "connection timed out";
          case "unreachable" -> "network is unreachable";
          default -> known;
        };
      }
    }
    return "connection refused";
  }

  private static Connection secured(
      Socket plain, SSLSocketFactory factory, String host, Deadline guard) throws CallException {
    try {
      SSLSocket secure = (SSLSocket) factory.createSocket(plain, host, plain.getPort(), true);
      secure.startHandshake();
      return new Connection(plain, secure);
    } catch (IOException e) {
      Connection.close(plain);
      throw new CallException(guard.passed() ? TIMED_OUT : handshakeFault(e));
    }
  }

  private static String handshakeFault(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Trust.RefusedException refused) {
        return String.valueOf(refused.getMessage());
      }
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("unrecognized SSL message") || message.contains("plaintext connection")) {
      return "http: server gave HTTP response to HTTPS client";
    }
    if (e instanceof EOFException || message.contains("terminated the handshake")) {
      return "EOF";
    }
    return e instanceof SSLException ? "remote error: tls: handshake failure" : "EOF";
  }

  @Override
  public void close() {
    synchronized (idle) {
      idle.forEach(kept -> kept.connection.close());
      idle.clear();
    }
  }
}
