package dev.rheo.app;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A running server. {@link #start} returns when it answers on its address; {@code /readyz} may
 * still be red then, until the watch cache is rebuilt.
 *
 * <p>Safe for use by any number of threads.
 */
public interface Server {

  /**
   * Starts a server.
   *
   * @throws ServerStartException if it cannot start: the address is taken, another server holds the
   *     data directory, the directory is damaged or not Rheo's
   */
  static Server start(ServerConfig config) throws ServerStartException {
    return new RunningServer(config);
  }

  /**
   * Waits until {@code /readyz} is green for the first time: the watch cache holds what the store
   * holds.
   *
   * @return false if the time was up before
   * @throws ServerStartException if it turned out meanwhile that it will never be, since the store
   *     is damaged; the server has to be shut down
   */
  boolean awaitReady(Duration atMost) throws InterruptedException, ServerStartException;

  /** Where it listens; the real port if port 0 was asked for. */
  InetSocketAddress address();

  /**
   * Takes no new requests, lets running writes finish, ends the watches spread over part of the
   * time, and closes the store. Returns when all is closed, after {@code atMost} at the latest;
   * what is not finished by then is cut off. Further calls wait for the first.
   */
  void shutdown(Duration atMost);
}
