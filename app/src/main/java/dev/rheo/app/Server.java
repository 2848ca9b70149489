package dev.rheo.app;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A running server. {@link #start} returns when the server answers on its address; {@code /readyz}
 * may still fail then, until the watch cache is rebuilt.
 *
 * <p>Thread-safe.
 */
public interface Server {

  /**
   * Starts a server.
   *
   * @throws ServerStartException if it cannot start: the address is taken, another server holds the
   *     data directory, the directory is damaged or not Rheo's
   */
  static Server start(ServerConfig config) throws ServerStartException {
    return start(config, Embedding.none());
  }

  /**
   * Starts a server inside a program that is more than a server.
   *
   * @throws ServerStartException as {@link #start(ServerConfig)}
   */
  static Server start(ServerConfig config, Embedding embedding) throws ServerStartException {
    return new RunningServer(config, embedding);
  }

  /**
   * Waits until {@code /readyz} succeeds for the first time: the watch cache has caught up with the
   * store.
   *
   * @return false if the time ran out
   * @throws ServerStartException if the server will never be ready because the store is damaged; it
   *     must then be shut down
   */
  boolean awaitReady(Duration atMost) throws InterruptedException, ServerStartException;

  /** The address on which the server listens; the actual port if port 0 was requested. */
  InetSocketAddress address();

  /**
   * Forgets all past revisions at once, in the store and in the watch cache: a read of one is
   * refused, and a watch from one ends, with 410 Expired. A watch that has seen the current
   * revision goes on.
   *
   * @throws IllegalStateException if the store cannot compact, or the watch cache does not follow
   *     it
   */
  void forgetHistory() throws InterruptedException;

  /**
   * Stops accepting requests, lets running ones finish, ends the watches at moments spread over
   * part of the time, and closes the store. Returns when everything is closed, after about {@code
   * atMost} at the latest; requests that are not finished by then are cut off, all at once if it is
   * zero. Further calls wait for the first.
   */
  void shutdown(Duration atMost);
}
