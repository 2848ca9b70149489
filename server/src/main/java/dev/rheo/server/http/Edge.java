package dev.rheo.server.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/** The edge. */
public final class Edge implements AutoCloseable {

  private final EdgeSettings settings;

  public Edge(EdgeSettings settings, TlsMaterial tls, Handler handler) {
    this.settings = settings;
  }

  /** Listens; returns the address, with the port that was taken. */
  public InetSocketAddress start() {
    return settings.listen();
  }

  /**
   * Goes out of service gently: stops accepting, tells clients to go elsewhere, ends long-running
   * bodies spread over {@code spread}, and waits for running requests for at most {@code atMost}.
   */
  public void drain(Duration spread, Duration atMost) {}

  /** Closes all that is still open. */
  @Override
  public void close() {}

  public EdgeStats stats() {
    return new EdgeStats("", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), Map.of(), Map.of());
  }
}
