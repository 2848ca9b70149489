package dev.rheo.junit;

import java.util.ArrayDeque;
import java.util.Deque;

/** Clients of a server that were made and have to be closed. Thread-safe. */
final class OpenClients implements AutoCloseable {
  private final ServerProcess server;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  OpenClients(ServerProcess server) {
    this.server = server;
  }

  /**
   * @throws IllegalArgumentException if the type is not that of a client
   */
  <T> T make(Class<T> type, String namespace) {
    ClientKind kind = ClientKind.of(type);
    if (kind == null) {
      throw new IllegalArgumentException(
          "%s is not a client that can be made: ask for one of %s"
              .formatted(type.getName(), ClientKind.names()));
    }
    ClientKind.Made made = kind.make(server.kubeconfig(namespace));
    synchronized (open) {
      open.push(made.close());
    }
    return type.cast(made.client());
  }

  /** Closes the clients that were made last first. */
  @Override
  public void close() {
    while (true) {
      AutoCloseable next;
      synchronized (open) {
        next = open.poll();
      }
      if (next == null) {
        return;
      }
      try {
        next.close();
      } catch (Exception e) {
        System.getLogger(OpenClients.class.getName())
            .log(System.Logger.Level.WARNING, "a client cannot be closed", e);
      }
    }
  }
}
