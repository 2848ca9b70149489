package dev.rheo.compat.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a server. While it is shut, connections are refused, and those that
 * were open are cut; the server may change meanwhile.
 */
public final class Gate implements AutoCloseable {
  private final InetSocketAddress server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile ServerSocket listener;

  /**
   * @param server the server's address; what the client gets has the same scheme
   */
  public Gate(URI server) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.listener = listen(0);
    this.port = listener.getLocalPort();
    serve(listener);
  }

  /** The port of loopback at which it listens. */
  public int port() {
    return port;
  }

  public void shut() {
    quietly(listener);
    sockets.forEach(Gate::quietly);
  }

  public void open() {
    listener = listen(port);
    serve(listener);
  }

  @Override
  public void close() {
    shut();
  }

  private static ServerSocket listen(int port) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(ServerSocket from) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (true) {
                try {
                  pass(from, from.accept());
                } catch (IOException e) {
                  return; // it is shut
                }
              }
            });
  }

  private void pass(ServerSocket from, Socket client) {
    Socket upstream = new Socket();
    sockets.add(client);
    sockets.add(upstream);
    if (from.isClosed()) {
      quietly(client);
      return;
    }
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                upstream.connect(server);
                Thread.ofVirtual().start(() -> copy(upstream, client));
                copy(client, upstream);
              } catch (IOException e) {
                quietly(client);
              }
            });
  }

  private void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // one of the two is closed
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void quietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // it is closed
    }
  }
}
