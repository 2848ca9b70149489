package dev.rheo.server.aggregation;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.outbound.Connection;
import dev.rheo.server.outbound.HttpExchange;
import dev.rheo.server.security.User;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to an extension server and back. Once the answer has begun, a thread of
 * its own reads it for as long as the client takes it.
 */
final class ExtensionCall {
  private static final System.Logger LOG = System.getLogger(ExtensionCall.class.getName());

  /** What is read ahead of a client, or of an extension server. */
  static final int BUFFER = 32 << 10;

  /**
   * Approximate heap of a connection with TLS, its threads, and the header of an answer, measured.
   */
  private static final long CONNECTION = 40 << 10;

  /** What a call takes. */
  static final long BYTES = CONNECTION + BUFFER;

  /** What a tunnel takes, with what the edge has read and the extension has not. */
  static final long TUNNEL_BYTES = CONNECTION + 3 * BUFFER;

  /** What fits the buffers of the kernel surely enough to be sent before the answer is read. */
  private static final int SMALL_BODY = 16 << 10;

  /** Methods of requests that may be sent twice. */
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  /** How long a watch waits for a connection, as Go's dialer. */
  private static final Duration CONNECTING = Duration.ofSeconds(30);

  private static final byte[] NO_BYTES = {};

  private final HttpRequest request;
  private final User user;
  private final ExtensionServer server;
  private final ExtensionServer.Place place;
  private final Lease lease;
  private final boolean longRunning;
  private final @Nullable Duration limit;
  private final boolean discovery;
  private final AtomicReference<@Nullable Connection> open = new AtomicReference<>();
  private volatile boolean over;

  /**
   * @param lease the caller's: a thread that outlives the call shares it
   * @param limit how long the server may take; null for ever
   * @param discovery whether that is upstream's limit for discovery, which it answers differently
   */
  ExtensionCall(
      HttpRequest request,
      User user,
      ExtensionServer server,
      ExtensionServer.Place place,
      Lease lease,
      boolean longRunning,
      @Nullable Duration limit,
      boolean discovery) {
    this.request = request;
    this.user = user;
    this.server = server;
    this.place = place;
    this.lease = lease;
    this.longRunning = longRunning;
    this.limit = limit;
    this.discovery = discovery;
  }

  /** Ends the call at once, whoever waits. Any thread; does not block. */
  private void end() {
    over = true;
    Connection connection = open.get();
    if (connection != null) {
      connection.close();
    }
  }

  /** Passes the answer on. */
  HttpResponse relay(boolean rejectsRedirections) {
    Patience patience = new Patience(limit, this::end);
    boolean handedOver = false;
    try {
      request.onCancel(this::end);
      String head = ForwardedRequest.head(request, user, place.authority(), false);
      HttpExchange answer = exchange(head, patience);
      if (answer.status() == 101) {
        return ForwardedResponse.plain(
            503,
            "backend tried to switch protocol \"%s\" when \"\" was requested"
                .formatted(Objects.requireNonNullElse(answer.header("upgrade"), "")));
      }
      HttpResponse refusal =
          rejectsRedirections ? ForwardedResponse.insteadOfRedirection(answer) : null;
      if (refusal != null) {
        return refusal;
      }
      HttpResponse response = response(answer, patience);
      handedOver = true;
      return ForwardedResponse.withFields(response, answer, place.authority());
    } catch (ForwardedRequest.UnfitFieldException | CallException | IOException e) {
      return failed("error trying to reach service: ", patience, e);
    } finally {
      if (!handedOver) {
        patience.close();
        end();
      }
      request.onCancel(() -> {});
    }
  }

  private HttpResponse failed(String what, Patience patience, Exception e) {
    if (request.cancelled()) {
      return HttpResponse.empty(499);
    }
    if (patience.passed()) {
      if (!discovery) {
        throw ApiException.timeout("request did not complete within the allotted timeout", 0);
      }
      return ForwardedResponse.plain(503, what + "context deadline exceeded");
    }
    String why = e instanceof IOException io ? ExtensionServer.fault(io) : e.getMessage();
    return ForwardedResponse.plain(503, what + why);
  }

  /** Sends the request and reads the head of the answer. */
  private HttpExchange exchange(String head, Patience patience) throws CallException, IOException {
    boolean safe = SAFE.contains(request.method()) && request.body().length == 0;
    HttpExchange answer = attempt(head, !safe);
    if (answer == null && safe && !over && !patience.passed()) {
      // The server closed a connection that was idle.
      answer = attempt(head, true);
    }
    if (answer == null) {
      throw new CallException("EOF");
    }
    return answer;
  }

  /** Returns null if the connection ended before a byte of the answer came. */
  private @Nullable HttpExchange attempt(String head, boolean anew)
      throws CallException, IOException {
    Connection connection = server.connect(place, anew, deadline());
    open.set(connection);
    if (over) {
      connection.close();
    }
    HttpExchange exchange = connection.exchange();
    try {
      byte[] body = request.body();
      if (body.length <= SMALL_BODY) {
        exchange.send(head, body);
      } else {
        exchange.send(head, NO_BYTES);
        sendApart(connection, body);
      }
      exchange.readHead(request.method().equals("HEAD"));
      return exchange;
    } catch (IOException e) {
      if (!exchange.begun() && !(e instanceof HttpExchange.MalformedAnswerException)) {
        connection.close();
        return null;
      }
      throw e;
    }
  }

  private long deadline() {
    return System.nanoTime() + (limit == null ? CONNECTING : limit).toNanos();
  }

  /** The server may answer before it has read the whole body. */
  private void sendApart(Connection connection, byte[] body) {
    Thread.ofVirtual()
        .name("extension-upload")
        .start(
            () -> {
              try {
                connection.out().write(body);
                connection.out().flush();
              } catch (IOException e) {
                LOG.log(Level.DEBUG, "an extension server did not take a request", e);
              }
            });
  }

  private HttpResponse response(HttpExchange answer, Patience patience) {
    long length = answer.length();
    if (length == 0) {
      leave(answer, patience);
      if (request.method().equals("HEAD")) {
        return HttpResponse.relayed(answer.status(), declared(answer), RelayBody.empty(), false);
      }
      return HttpResponse.empty(answer.status());
    }
    Pipe pipe = new Pipe(BUFFER);
    lease.share();
    lease.share();
    Thread.ofVirtual().name("extension-answer").start(() -> read(answer, pipe, patience));
    return HttpResponse.relayed(
        answer.status(),
        length,
        new RelayBody(
            pipe,
            () -> {
              end();
              lease.leave();
            }),
        longRunning);
  }

  private static long declared(HttpExchange answer) {
    String declared = answer.header("content-length");
    return declared != null && declared.matches("\\d{1,18}") ? Long.parseLong(declared) : -1;
  }

  /** Reads the body ahead of the client, as far as there is room. */
  private void read(HttpExchange answer, Pipe pipe, Patience patience) {
    boolean complete = false;
    try {
      while (true) {
        if (pipe.isFull()) {
          patience.pause();
        }
        if (!pipe.awaitRoom()) {
          break;
        }
        patience.resume();
        if (pipe.fill(answer::read) < 0) {
          complete = true;
          break;
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an extension server broke off its answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (complete) {
        leave(answer, patience);
      } else {
        patience.close();
        end();
      }
      pipe.end(complete);
      lease.leave();
    }
  }

  /** Keeps the connection for another call if it can be used again. */
  private void leave(HttpExchange answer, Patience patience) {
    Connection connection = open.getAndSet(null);
    boolean inTime = patience.end();
    if (connection == null) {
      return;
    }
    if (answer.persistent() && inTime && !over && request.body().length <= SMALL_BODY) {
      server.keep(place, connection);
    } else {
      connection.close();
    }
  }

  /** Asks for another protocol, and passes on what both sides say in it. */
  HttpResponse upgrade() {
    Patience patience = new Patience(limit, this::end);
    boolean handedOver = false;
    String what = "error dialing backend: ";
    try {
      request.onCancel(this::end);
      String head = ForwardedRequest.head(request, user, place.authority(), true);
      Connection connection = server.connect(place, true, deadline());
      open.set(connection);
      if (over) {
        connection.close();
      }
      what = "";
      HttpExchange answer = connection.exchange();
      answer.send(head, request.body());
      answer.readHead(false);
      if (answer.status() == 101) {
        handedOver = patience.end();
        return handedOver
            ? ForwardedResponse.withAllFields(HttpResponse.tunnel(tunnel(connection)), answer)
            : failed(what, patience, new CallException("EOF"));
      }
      if (answer.status() < 400) {
        return ForwardedResponse.plain(
            503, "invalid upgrade response: status code " + answer.status());
      }
      HttpResponse response = response(answer, patience);
      handedOver = true;
      return ForwardedResponse.withFields(response, answer, place.authority());
    } catch (ForwardedRequest.UnfitFieldException | CallException | IOException e) {
      return failed(what, patience, e);
    } finally {
      if (!handedOver) {
        patience.close();
        end();
      }
      request.onCancel(() -> {});
    }
  }

  private UpgradeTunnel tunnel(Connection connection) {
    Pipe toClient = new Pipe(BUFFER);
    Pipe toExtension = new Pipe(BUFFER);
    lease.share();
    lease.share();
    lease.share();
    InputStream in = connection.in();
    Thread.ofVirtual().name("extension-tunnel").start(() -> receive(in, toClient));
    Thread.ofVirtual().name("extension-tunnel").start(() -> send(connection, toExtension));
    return new UpgradeTunnel(
        toClient,
        toExtension,
        () -> {
          end();
          lease.leave();
        });
  }

  private void receive(InputStream in, Pipe toClient) {
    try {
      while (toClient.awaitRoom()) {
        if (toClient.fill(in::read) < 0) {
          break;
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an extension server broke off a tunnel", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      toClient.end(true);
      lease.leave();
    }
  }

  private void send(Connection connection, Pipe toExtension) {
    try {
      while (toExtension.drain(connection.out())) {
        // Each round writes what has come.
      }
    } catch (IOException e) {
      // The reading side notices, too.
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lease.leave();
    }
  }
}
