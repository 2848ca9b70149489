package dev.rheo.edge;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * All limits and timeouts of the edge, by name, with their defaults. The {@link
 * dev.rheo.edge.ledger.Ledger} limits its memory.
 *
 * @param listen address to listen on; port 0 picks a free port
 * @param eventLoops number of event loops; by default the number of processors
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

  public EdgeSettings withEventLoops(int number) {
    return new EdgeSettings(listen, number, limits, timeouts, budgets);
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
   * Limits on numbers and sizes.
   *
   * @param streamsPerConnection concurrent HTTP/2 streams of one connection. 100, as upstream
   * @param requestHeaderBytes request line and header fields together. 64 KiB; kube-apiserver
   *     accepts 1 MiB, which is more than any Kubernetes client sends and a cheap way to fill
   *     memory
   * @param targetBytes path and query. 32 KiB: long label selectors are legitimate
   * @param requestBodyBytes body of one request; a larger one is refused with 413. 3 MiB, as
   *     upstream
   * @param resetsPerWindow HTTP/2 streams that a client may reset within 30 s (CVE-2023-44487).
   *     1000
   * @param goAwayChance the probability, from 0 to 1, that a request on an HTTP/2 connection has
   *     the client open another one for its next requests, so that load balancers can spread the
   *     clients anew; what runs on the old one goes on. 0, as upstream
   */
  public record Limits(
      int streamsPerConnection,
      int requestHeaderBytes,
      int targetBytes,
      int requestBodyBytes,
      int resetsPerWindow,
      double goAwayChance) {

    public static Limits defaults() {
      return new Limits(100, 64 << 10, 32 << 10, 3 << 20, 1000, 0);
    }

    public Limits withGoAwayChance(double chance) {
      return new Limits(
          streamsPerConnection,
          requestHeaderBytes,
          targetBytes,
          requestBodyBytes,
          resetsPerWindow,
          chance);
    }
  }

  /**
   * Timeouts.
   *
   * @param handshake TLS handshake, from accept. 10 s, as Go's
   * @param header reading an HTTP/1 request line and header; also the wait for the first request of
   *     a connection. 32 s, as upstream
   * @param requestBody reading a request's body. 60 s
   * @param idle a connection without a request. 90 s, as upstream
   * @param stalledResponse a finite response whose peer reads nothing. 60 s
   * @param stalledWatch a long-running response whose peer reads nothing although bytes wait for
   *     it. 15 min: a stalled watch costs no more than an idle one. One that was asked to finish or
   *     whose time is over gets {@code stalledResponse} instead
   * @param pingAfter silence after which an HTTP/2 connection with open requests is sent a PING. 60
   *     s
   * @param pingAnswer further silence after which it is closed. 120 s
   * @param roomWait wait for room in an account before a 429. 1 s
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
      Duration roomWait) {

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
   * Budgets for outbound bytes, in direct memory.
   *
   * @param outgoing bytes drawn from bodies and not yet accepted by the kernel. 128 MiB
   * @param outgoingPerConnection the same for one connection, with all its streams. 256 KiB
   */
  public record Budgets(long outgoing, long outgoingPerConnection) {

    public static Budgets defaults() {
      return new Budgets(128L << 20, 256L << 10);
    }
  }
}
