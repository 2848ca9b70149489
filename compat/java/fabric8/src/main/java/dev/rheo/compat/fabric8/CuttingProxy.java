package dev.rheo.compat.fabric8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Carries connections to a server and cuts each after a random number of the server's bytes, wherever that is: within a TLS
 * record, a frame, an event.
 */
final class CuttingProxy implements Closeable {
  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final int mostBytes;
  private final Random random;
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile boolean cutting = true;

  /**
   * @param mostBytes after how many bytes at most a connection is cut
   */
  CuttingProxy(InetSocketAddress server, int mostBytes, long seed) throws IOException {
    this.mostBytes = mostBytes;
    this.server = server;
    this.random = new Random(seed);
    this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  int cuts() {
    return cuts.get();
  }

  /** Cuts no more connections. */
  void relent() {
    cutting = false;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofPlatform().daemon().start(() -> carry(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void carry(Socket client) {
    try (client;
        Socket upstream = new Socket()) {
      upstream.connect(server);
      int budget;
      synchronized (random) {
        budget = 2000 + random.nextInt(mostBytes);
      }
      Thread up = Thread.ofPlatform().daemon().start(() -> copyUp(client, upstream));
      copyDown(upstream, client, budget);
      client.close();
      upstream.close();
      up.join();
    } catch (IOException | InterruptedException e) {
      // A connection that ends is what this is for.
    }
  }

  private static void copyUp(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // See above.
    }
  }

  private void copyDown(Socket from, Socket to, int budget) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] bytes = new byte[8192];
    int left = budget;
    int read;
    while ((read = in.read(bytes)) > 0) {
      boolean cut = cutting && read >= left;
      out.write(bytes, 0, cut ? left : read);
      if (cut) {
        cuts.incrementAndGet();
        return;
      }
      left = Math.max(left - read, 1);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
