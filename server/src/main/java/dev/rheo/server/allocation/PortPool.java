package dev.rheo.server.allocation;

/** The node ports of which one write takes. */
interface PortPool {

  /**
   * Any port.
   *
   * @throws PoolException if the range is full
   */
  int next() throws PoolException;

  /**
   * Takes a port that the client chose.
   *
   * @throws PoolException if it is taken, or not in the range
   */
  void take(long port) throws PoolException;
}
