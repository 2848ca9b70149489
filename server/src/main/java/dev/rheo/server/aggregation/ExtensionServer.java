package dev.rheo.server.aggregation;

import dev.rheo.api.media.MediaType;
import dev.rheo.edge.ledger.Account;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.outbound.Connection;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.Deadline;
import dev.rheo.server.outbound.HttpExchange;
import dev.rheo.server.outbound.HttpExchange.MalformedAnswerException;
import dev.rheo.server.outbound.HttpExchange.TooLongException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** The server behind an APIService: a Service, and whom to trust there. */
final class ExtensionServer implements Extension {
  static final String AGGREGATOR = "system:kube-aggregator";
  static final String MASTERS = "system:masters";

  /** How much of a body is read that nobody needs. */
  private static final int DISCARDED = 64 << 10;

  private static final byte[] NO_BYTES = {};

  private final Service service;
  private final @Nullable SSLSocketFactory sockets;
  private final @Nullable String fault;
  private final Connections connections;
  private final Account account;
  private final Account longRunning;

  /** A port of a Service. */
  record Service(String namespace, String name, int port) {
    /** The name that the server's certificate must be for. */
    String host() {
      return name + "." + namespace + ".svc";
    }
  }

  /**
   * Where the server is for one call.
   *
   * @param authority as it stands in a URL
   */
  record Place(InetSocketAddress address, String authority) {}

  /**
   * @param sockets null if they could not be made
   * @param fault what is then wrong
   * @param account charged for calls of clients: a part that leaves room for those of other servers
   */
  ExtensionServer(
      Service service,
      @Nullable SSLSocketFactory sockets,
      @Nullable String fault,
      Connections connections,
      Account account) {
    this.service = service;
    this.sockets = sockets;
    this.fault = fault;
    this.connections = connections;
    this.account = account;
    this.longRunning = account.part("of long-running calls", account.limit() / 4 * 3);
  }

  /** Why the server cannot be asked at all; null if it can. */
  @Nullable String fault() {
    return fault;
  }

  int port() {
    return service.port();
  }

  /**
   * What a call is charged to.
   *
   * @param lasting whether it is a watch or a tunnel: they leave room for short calls
   */
  Account account(boolean lasting) {
    return lasting ? longRunning : account;
  }

  /**
   * @throws CallException if the Service leads nowhere
   */
  Place locate() throws CallException {
    InetSocketAddress address =
        connections.resolve(service.namespace(), service.name(), service.port());
    String host = address.getHostString();
    return new Place(
        address, (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort());
  }

  /** An open connection that was used before, or a new one. */
  Connection connect(Place place, boolean anew, long deadline) throws CallException {
    SSLSocketFactory factory = sockets;
    if (factory == null) {
      throw new CallException(String.valueOf(fault));
    }
    Connection idle = anew ? null : connections.idle(place.authority(), factory);
    return idle != null
        ? idle
        : connections.open(place.address(), service.host(), factory, deadline);
  }

  void keep(Place place, Connection connection) {
    if (sockets != null) {
      connections.keep(place.authority(), sockets, connection);
    }
  }

  @Override
  public FetchedDocument fetch(
      String path, Map<String, String> headers, int maxBytes, Duration patience)
      throws CallException {
    Request request = new Request("GET", path, headers, NO_BYTES);
    return ask(locate(), request, exchange -> exchange.readBody(maxBytes), patience);
  }

  @Override
  public int delete(String path, byte[] options, Duration patience) throws CallException {
    Map<String, String> headers =
        Map.of("Content-Type", MediaType.JSON, "Content-Length", Integer.toString(options.length));
    Request request = new Request("DELETE", path, headers, options);
    return ask(locate(), request, ExtensionServer::discard, patience).status();
  }

  /**
   * The status of the answer to a request as by {@link #fetch}. Little of the body is read, and
   * nothing kept.
   */
  int probe(Place place, String path, Duration patience) throws CallException {
    Request request = new Request("GET", path, Map.of(), NO_BYTES);
    return ask(place, request, ExtensionServer::discard, patience).status();
  }

  /** Reads a body; null if it stopped before the end. */
  @FunctionalInterface
  private interface Reader {
    byte @Nullable [] read(HttpExchange exchange) throws IOException;
  }

  /** Reads what is short, so that the connection can be used again. */
  private static byte @Nullable [] discard(HttpExchange exchange) throws IOException {
    byte[] buffer = new byte[4 << 10];
    for (int read = 0; read < DISCARDED; ) {
      int n = exchange.read(buffer, 0, buffer.length);
      if (n < 0) {
        return NO_BYTES;
      }
      read += n;
    }
    return null;
  }

  /** A request of this server's own. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Request(String method, String path, Map<String, String> headers, byte[] body) {
    String head(Place place) {
      StringBuilder head = new StringBuilder();
      head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ");
      head.append(place.authority());
      head.append("\r\nX-Remote-User: " + AGGREGATOR + "\r\nX-Remote-Group: " + MASTERS);
      headers.forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
      return head.append("\r\n\r\n").toString();
    }
  }

  private FetchedDocument ask(Place place, Request request, Reader reader, Duration patience)
      throws CallException {
    long deadline = System.nanoTime() + patience.toNanos();
    FetchedDocument answer = ask(place, request, false, reader, deadline);
    if (answer == null) {
      // The server closed a connection that was idle.
      answer = ask(place, request, true, reader, deadline);
    }
    if (answer == null) {
      throw new CallException("EOF");
    }
    return answer;
  }

  /** Returns null if the connection ended before a byte of the answer came. */
  private @Nullable FetchedDocument ask(
      Place place, Request request, boolean anew, Reader reader, long deadline)
      throws CallException {
    Connection connection = connect(place, anew, deadline);
    boolean kept = false;
    HttpExchange exchange = connection.exchange();
    try (Deadline guard = new Deadline(connection, deadline)) {
      try {
        exchange.send(request.head(place), request.body());
        exchange.readHead(false);
        byte[] body = reader.read(exchange);
        kept = body != null && exchange.persistent() && guard.end();
        return new FetchedDocument(
            exchange.status(), headers(exchange), body == null ? NO_BYTES : body);
      } catch (IOException e) {
        if (!exchange.begun() && !guard.passed()) {
          return null;
        }
        throw new CallException(guard.passed() ? Connections.TIMED_OUT : fault(e));
      }
    } finally {
      if (kept) {
        keep(place, connection);
      } else {
        connection.close();
      }
    }
  }

  private static Map<String, String> headers(HttpExchange exchange) {
    Map<String, String> headers = new HashMap<>();
    exchange
        .fields()
        .forEach(field -> headers.put(field.name().toLowerCase(Locale.ROOT), field.value()));
    return headers;
  }

  /** What Go says of an answer that cannot be read. */
  static String fault(IOException e) {
    return switch (e) {
      case MalformedAnswerException _, TooLongException _ ->
          "net/http: HTTP/1.x transport connection broken: " + e.getMessage();
      case EOFException _ -> String.valueOf(e.getMessage());
      default -> "EOF";
    };
  }
}
