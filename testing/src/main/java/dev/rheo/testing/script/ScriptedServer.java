package dev.rheo.testing.script;

import dev.rheo.testing.Await;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A server for tests of clients. It speaks HTTP/1.1 on a free port of loopback and answers the
 * requests that come, in their order, with the replies of its script. It records the requests.
 *
 * <p>A request that the script does not expect at its place gets a 500 and fails {@link #close}.
 * After the last reply of the script, {@link #otherwise} answers.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.start()) {
 *   server
 *       .expect(Received::isWatchList, Reply.stream().event("ADDED", configMap("a", 1)).cut())
 *       .expect(Received::isList, Reply.of(200, configMapList(5, "", configMap("a", 1))));
 *   ...
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads.
 */
public final class ScriptedServer implements AutoCloseable {

  private record Expected(Predicate<Received> request, Function<Received, Reply> reply) {}

  private final Queue<Expected> script = new ArrayDeque<>();
  private final List<Received> requests = new ArrayList<>();
  private final List<String> surprises = new ArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile ServerSocket listener;
  private volatile Thread acceptor;
  private @Nullable Function<Received, Reply> otherwise;

  private ScriptedServer(ServerSocket listener) {
    this.listener = listener;
    this.port = listener.getLocalPort();
    acceptor = serve(listener);
  }

  public static ScriptedServer start() {
    return new ScriptedServer(listen(0));
  }

  /** The address of the server, without a slash at its end. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Appends to the script: the next request must be this one, and gets this reply. */
  public synchronized ScriptedServer expect(Predicate<Received> request, Reply reply) {
    script.add(new Expected(request, received -> reply));
    return this;
  }

  /** Appends to the script: the next request, whatever it is, gets a reply that depends on it. */
  public synchronized ScriptedServer answer(Function<Received, Reply> reply) {
    script.add(new Expected(received -> true, reply));
    return this;
  }

  /** What each request gets after the last reply of the script. */
  public synchronized ScriptedServer otherwise(Function<Received, Reply> reply) {
    otherwise = reply;
    return this;
  }

  /** The requests so far, in their order. */
  public synchronized List<Received> requests() {
    return List.copyOf(requests);
  }

  /** Waits for a number of requests and returns the last of them. */
  public Received awaitRequest(int number) {
    Await.until("request " + number, () -> requests().size() >= number);
    return requests().get(number - 1);
  }

  /** How many connections are open. */
  public int connections() {
    return connections.size();
  }

  /** How many replies of the script are still to be sent. */
  public synchronized int remaining() {
    return script.size();
  }

  /** Stops to listen, so that connections are refused, and cuts those that are open. */
  public void refuse() {
    closeQuietly(listener);
    // The socket listens until the thread that accepts has left it.
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cutConnections();
  }

  /** Listens again, at the same port. */
  public void acceptAgain() {
    listener = listen(port);
    acceptor = serve(listener);
  }

  /** Cuts all connections. New ones are accepted. */
  public void cutConnections() {
    connections.forEach(ScriptedServer::closeQuietly);
  }

  /** Ends the server. Fails if there was a request that the script did not expect. */
  @Override
  public void close() {
    refuse();
    synchronized (this) {
      if (!surprises.isEmpty()) {
        throw new AssertionError(
            surprises.size()
                + " requests that the script did not expect, first of all "
                + surprises.get(0));
      }
    }
  }

  private static ServerSocket listen(int port) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new java.net.InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 50);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Thread serve(ServerSocket socket) {
    return daemon(
        "scripted-server",
        () -> {
          while (true) {
            Socket connection = socket.accept();
            connection.setTcpNoDelay(true);
            connections.add(connection);
            daemon("scripted-connection", () -> converse(connection));
          }
        });
  }

  private void converse(Socket connection) throws IOException, InterruptedException {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      Received request = read(in);
      while (request != null && answer(request).send(connection, connection.getOutputStream())) {
        request = read(in);
      }
    } finally {
      connections.remove(connection);
    }
  }

  private synchronized Reply answer(Received request) {
    requests.add(request);
    Expected next = script.peek();
    if (next == null && otherwise != null) {
      return otherwise.apply(request);
    }
    if (next == null || !next.request().test(request)) {
      surprises.add("number " + requests.size() + ", " + request);
      return Reply.status(500, "InternalError", "the script does not expect this request");
    }
    script.remove();
    return next.reply().apply(request);
  }

  /** Reads a request without a body. Returns null at the end of the connection. */
  private static @Nullable Received read(InputStream in) throws IOException {
    String first = readLine(in);
    if (first == null || first.isEmpty()) {
      return null;
    }
    String[] parts = first.split(" ", -1);
    Map<String, String> headers = new HashMap<>();
    for (String line = readLine(in); line != null && !line.isEmpty(); line = readLine(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return Received.of(parts[0], parts[1], Map.copyOf(headers));
  }

  private static @Nullable String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // It is closed already, or broken.
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** Runs until the socket that it serves is closed. */
  private static Thread daemon(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException e) {
                // The client or the test has closed the socket.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
