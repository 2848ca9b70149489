package dev.rheo.server.allocation;

/** The cluster IPs of which one write takes. */
interface AddressPool {

  /**
   * Any address.
   *
   * @throws PoolException only if the ranges of the family are full
   */
  IpAddress next(IpFamily family) throws PoolException;

  /**
   * Takes an address that the client chose.
   *
   * @throws PoolException if it is taken, or in no range
   */
  void take(IpAddress address) throws PoolException;
}
