package dev.rheo.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.outbound.Connection;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.Deadline;
import dev.rheo.server.outbound.HttpExchange;
import dev.rheo.server.outbound.HttpExchange.MalformedAnswerException;
import dev.rheo.server.outbound.HttpExchange.TooLongException;
import dev.rheo.server.outbound.Trust;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks one webhook. A call takes at most {@link #PATIENCE} in all, and its answer is limited.
 * Redirections are followed, and a webhook that asks to come back later is asked again, as
 * upstream's client does. Thread-safe; callers wait, so they belong on virtual threads or on
 * threads of their own.
 */
public final class WebhookClient {
  /** Upstream's limit of a call. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int MAX_REDIRECTIONS = 10;
  private static final int MAX_RETRIES = 10;
  private static final byte[] NO_CONTENT = {};

  private final Target target;
  private final Trust trust;
  private final SSLSocketFactory sockets;
  private final Connections connections;
  private final Duration patience;

  /**
   * @param config a valid {@code clientConfig} of a webhook
   * @param clock for the validity of certificates
   * @throws CallException if the configuration cannot be used
   */
  public WebhookClient(
      JsonNode config, Connections connections, InstantSource clock, Duration patience)
      throws CallException {
    this.target = Target.of(config);
    this.trust = new Trust(bundle(config), clock);
    this.sockets = trust.socketsTo(target.host());
    this.connections = connections;
    this.patience = patience;
  }

  private static byte[] bundle(JsonNode config) throws CallException {
    byte[] pem = {};
    try {
      pem = Base64.getDecoder().decode(config.path("caBundle").asText(""));
    } catch (IllegalArgumentException e) {
      throw new CallException(
          "unable to load root certificates: unable to parse bytes as PEM block");
    }
    for (byte b : pem) {
      if (b > ' ') {
        return pem;
      }
    }
    return new byte[0];
  }

  /**
   * Posts JSON.
   *
   * @param maxBody the longest body of an answer
   * @throws CallException if there is no answer, in upstream's words
   * @throws RuntimeException if the thread's meter refuses the answer
   */
  public Answer post(byte[] json, int maxBody) throws CallException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (int retries = 0; ; retries++) {
      Call call = new Call(json, maxBody, deadline);
      Answer answer = call.follow();
      Duration pause = pause(answer.status(), call.retryAfter);
      if (pause == null || retries == MAX_RETRIES) {
        return answer;
      }
      long left = deadline - System.nanoTime();
      if (pause.toNanos() >= left) {
        LockSupport.parkNanos(Math.max(0, left));
        throw new CallException("context deadline exceeded");
      }
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  /** How long a webhook asks to wait; null if it does not. */
  private static @Nullable Duration pause(int status, @Nullable String retryAfter) {
    if ((status != 429 && status < 500) || retryAfter == null || !retryAfter.matches("\\d{1,9}")) {
      return null;
    }
    return Duration.ofSeconds(Long.parseLong(retryAfter));
  }

  /** One request with its redirections. */
  private final class Call {
    private final byte[] json;
    private final int maxBody;
    private final long deadline;
    private Target at = target;
    private String method = "POST";
    private @Nullable String retryAfter;

    Call(byte[] json, int maxBody, long deadline) {
      this.json = json;
      this.maxBody = maxBody;
      this.deadline = deadline;
    }

    Answer follow() throws CallException {
      for (int redirections = 0; ; redirections++) {
        Connection connection = connections.idle(at.authority(), sockets);
        boolean reused = connection != null;
        if (connection == null) {
          connection = connect();
        }
        HttpExchange exchange;
        try (Deadline guard = new Deadline(connection, deadline)) {
          exchange = connection.exchange();
          Answer answer = exchange(exchange, guard, connection);
          if (answer == null) {
            // The webhook closed a connection that was idle.
            connection.close();
            if (reused) {
              redirections--;
              continue;
            }
            throw failed("EOF");
          }
          String location = redirection(exchange);
          if (location == null) {
            retryAfter = exchange.header("retry-after");
            return answer;
          }
          if (redirections == MAX_REDIRECTIONS - 1) {
            throw new CallException(verb() + " \"" + location + "\": stopped after 10 redirects");
          }
          at = at.redirected(location);
          if (exchange.status() < 307) {
            method = "GET";
          }
        }
      }
    }

    private Connection connect() throws CallException {
      SSLSocketFactory factory =
          at.authority().equals(target.authority()) ? sockets : trust.socketsTo(at.host());
      try {
        Target.Service service = at.service();
        InetSocketAddress address =
            service == null
                ? InetSocketAddress.createUnresolved(at.host(), at.port())
                : connections.resolve(service.namespace(), service.name(), at.port());
        return connections.open(address, at.host(), factory, deadline);
      } catch (CallException e) {
        throw failed(String.valueOf(e.getMessage()));
      }
    }

    private String head() {
      StringBuilder request = new StringBuilder();
      request.append(method).append(' ').append(at.path()).append(" HTTP/1.1\r\nHost: ");
      request.append(at.authority());
      request.append("\r\nUser-Agent: kube-apiserver-admission");
      if (method.equals("POST")) {
        request.append("\r\nContent-Length: ").append(json.length);
        request.append("\r\nContent-Type: application/json");
      }
      return request.append("\r\nAccept: application/json, */*\r\n\r\n").toString();
    }

    /** Returns null if the connection ended before a byte of the answer came. */
    private @Nullable Answer exchange(HttpExchange exchange, Deadline guard, Connection connection)
        throws CallException {
      boolean head = false;
      boolean kept = false;
      try {
        exchange.send(head(), method.equals("POST") ? json : NO_CONTENT);
        exchange.readHead(false);
        head = true;
        byte[] body = exchange.readBody(maxBody);
        kept = exchange.persistent() && guard.end();
        return new Answer(exchange.status(), exchange.header("content-type"), body);
      } catch (MalformedAnswerException e) {
        throw failed("net/http: HTTP/1.x transport connection broken: " + e.getMessage());
      } catch (TooLongException e) {
        throw failed(String.valueOf(e.getMessage()));
      } catch (IOException e) {
        if (guard.passed()) {
          throw head
              ? unreadable(
                  "context deadline exceeded (Client.Timeout or context cancellation while reading"
                      + " body)")
              : failed(Connections.TIMED_OUT);
        }
        if (head) {
          throw unreadable("unexpected EOF");
        }
        if (!exchange.begun()) {
          return null;
        }
        throw failed("unexpected EOF");
      } finally {
        if (kept) {
          connections.keep(at.authority(), sockets, connection);
        } else {
          connection.close();
        }
      }
    }

    private CallException unreadable(String why) {
      return new CallException(
          "unexpected error when reading response body. Please retry. Original error: " + why);
    }

    private CallException failed(String why) {
      return new CallException(verb() + " \"" + at.url() + "\": " + why);
    }

    private String verb() {
      return method.equals("GET") ? "Get" : "Post";
    }

    private @Nullable String redirection(HttpExchange exchange) {
      return switch (exchange.status()) {
        case 301, 302, 303, 307, 308 -> exchange.header("location");
        default -> null;
      };
    }
  }
}
