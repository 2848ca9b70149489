package dev.rheo.edge;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Every limit and time limit of the edge, by name, with its default. What memory it may hold is
 * said by its {@link dev.rheo.edge.ledger.Ledger}.
 *
 * @param listen where to listen; port 0 takes a free one
 * @param eventLoops event loops; the processors' number by default
 */
public record EdgeSettings(
    InetSocketAddress listen, int eventLoops, Limits limits, Timeouts timeouts, Budgets budgets) {

  public static EdgeSettings defaults(InetSocketAddress listen) {
    return new EdgeSettings(
        listen,
        Runtime.getRuntime().availableProcessors(),
        Limits.defaults(),
        Timeouts.defaults(),
        Budgets.defaults());
  }

  public EdgeSettings with(Limits newLimits) {
    return new EdgeSettings(listen, eventLoops, newLimits, timeouts, budgets);
  }

  public EdgeSettings with(Timeouts newTimeouts) {
    return new EdgeSettings(listen, eventLoops, limits, newTimeouts, budgets);
  }

  public EdgeSettings with(Budgets newBudgets) {
    return new EdgeSettings(listen, eventLoops, limits, timeouts, newBudgets);
  }

  /**
   * Numbers and sizes.
   *
   * @param streamsPerConnection HTTP/2 streams a client may have open on one connection. 100, as
   *     upstream
   * @param requestHeaderBytes request line and header fields together. 64 KiB; kube-apiserver takes
   *     1 MiB, which is more than any Kubernetes client sends and a cheap way to fill memory
   * @param targetBytes path and query. 32 KiB: long label selectors are legitimate
   * @param requestBodyBytes one request's body; more is refused with 413. 3 MiB, as upstream
   * @param readRequests handlers of reads at work at once. 400, as upstream
   * @param mutatingRequests handlers of writes at work at once. 200, as upstream
   * @param waitingRequests requests waiting for a seat; more are refused at once. 1000
   * @param resetsPerWindow HTTP/2 streams that a client may reset within 30 s (CVE-2023-44487).
   *     1000
   * @param deflaters bodies compressed at once; each holds some 300 KiB outside the heap. 32
   */
  public record Limits(
      int streamsPerConnection,
      int requestHeaderBytes,
      int targetBytes,
      int requestBodyBytes,
      int readRequests,
      int mutatingRequests,
      int waitingRequests,
      int resetsPerWindow,
      int deflaters) {

    public static Limits defaults() {
      return new Limits(100, 64 << 10, 32 << 10, 3 << 20, 400, 200, 1000, 1000, 32);
    }
  }

  /**
   * Time limits.
   *
   * @param handshake TLS handshake, from accepting on. 10 s, as Go's
   * @param header reading a request's line and header. 32 s, as upstream
   * @param requestBody reading a request's body. 60 s
   * @param idle a connection without a request. 90 s, as upstream
   * @param stalledResponse a response that ends by itself and whose peer takes no byte. 60 s
   * @param stalledWatch a long-running response whose peer takes no byte though there are some for
   *     it. 15 min: a stalled watch costs what an idle one costs
   * @param pingAfter an HTTP/2 connection from which nothing was heard is sent a PING. 60 s
   * @param pingAnswer and is closed if nothing is heard after that either. 120 s
   * @param seatWait waiting for a seat or for room in a budget before 429. 1 s
   */
  public record Timeouts(
      Duration handshake,
      Duration header,
      Duration requestBody,
      Duration idle,
      Duration stalledResponse,
      Duration stalledWatch,
      Duration pingAfter,
      Duration pingAnswer,
      Duration seatWait) {

    public static Timeouts defaults() {
      return new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(32),
          Duration.ofSeconds(60),
          Duration.ofSeconds(90),
          Duration.ofSeconds(60),
          Duration.ofMinutes(15),
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofSeconds(1));
    }
  }

  /**
   * Bytes on their way out that may be held.
   *
   * @param outgoing drawn from bodies and not yet taken by the kernel, in direct memory. 128 MiB
   * @param outgoingPerConnection the same for one connection, however many streams it has. 256 KiB
   */
  public record Budgets(long outgoing, long outgoingPerConnection) {

    public static Budgets defaults() {
      return new Budgets(128L << 20, 256L << 10);
    }
  }
}
