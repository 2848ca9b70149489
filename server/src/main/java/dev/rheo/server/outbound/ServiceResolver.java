package dev.rheo.server.outbound;

import java.net.InetSocketAddress;

/** Finds the address at which a Service is reached. Thread-safe. */
@FunctionalInterface
public interface ServiceResolver {

  /**
   * @return perhaps unresolved: a host that is still to be looked up
   * @throws CallException if there is no such Service, or it has no such port or address
   */
  InetSocketAddress resolve(String namespace, String name, int port) throws CallException;
}
