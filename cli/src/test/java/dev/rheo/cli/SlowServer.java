package dev.rheo.cli;

import dev.rheo.app.Server;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A process like the real one, but with a server whose shutdown takes forever or no time. */
final class SlowServer {
  private SlowServer() {}

  public static void main(String[] arguments) {
    boolean forEver = arguments[0].equals("for-ever");
    Server server =
        new Server() {
          @Override
          public boolean awaitReady(Duration atMost) {
            return true;
          }

          @Override
          public InetSocketAddress address() {
            return new InetSocketAddress("127.0.0.1", 1);
          }

          @Override
          public void forgetHistory() {
            throw new AssertionError("the command line forgets nothing");
          }

          @Override
          public void shutdown(Duration atMost) {
            System.out.println("shutting down");
            if (forEver) {
              awaitNothing();
            }
          }
        };
    ServeCommand serve =
        new ServeCommand(new Startup(System.nanoTime()), config -> server, StopRequest.bySignal());
    System.exit(new RheoCommand(serve, System.out, System.err).execute("serve"));
  }

  private static void awaitNothing() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
