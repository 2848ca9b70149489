package dev.rheo.edge;

import java.util.Map;

/**
 * A snapshot of the edge's counters, which only rise, and gauges.
 *
 * @param transport "epoll" or "nio"
 * @param tls "boringssl" or "jdk"
 * @param connections open connections
 * @param connectionsTotal connections accepted so far
 * @param streams requests that have begun and whose responses are not complete
 * @param longRunning the long-running ones among them
 * @param requestsTotal requests whose header was read
 * @param bytesIn decrypted bytes received so far, counted after they were decoded
 * @param bytesOut body bytes written to connections so far (before framing and TLS)
 * @param turns turns of the pump so far
 * @param budgets bytes in use and limit: {@code outgoing}, and each account of the ledger
 * @param stallsEnded streams and connections ended because the peer read nothing or because their
 *     room was needed, by kind: {@code response}, {@code watch}, {@code evicted} (ended early,
 *     since its room was needed), {@code shared} (a watch or waiting request of the connection that
 *     had most of them)
 * @param timeouts ended by other time limits, by cause: {@code handshake}, {@code header}, {@code
 *     request-body}, {@code idle}, {@code ping}
 * @param refusals requests and connections refused, by cause: {@code connections}, {@code streams},
 *     {@code headers}, {@code incoming}, {@code request-bodies}, {@code answers}, {@code
 *     body-too-large}, {@code header-too-large}, {@code bad-request}, {@code bad-frame} (of a
 *     WebSocket), {@code calm} (HTTP/2 connections ended with ENHANCE_YOUR_CALM)
 */
public record EdgeStats(
    String transport,
    String tls,
    long connections,
    long connectionsTotal,
    long streams,
    long longRunning,
    long requestsTotal,
    long bytesIn,
    long bytesOut,
    long turns,
    Map<String, Usage> budgets,
    Map<String, Long> stallsEnded,
    Map<String, Long> timeouts,
    Map<String, Long> refusals) {

  /** Current use and limit of a budget, in bytes unless it counts something else. */
  public record Usage(long used, long limit) {}
}
