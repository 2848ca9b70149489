package dev.rheo.junit;

import dev.rheo.app.Embedding;
import dev.rheo.app.Server;
import dev.rheo.app.ServerStartException;
import dev.rheo.edge.Handler;
import dev.rheo.junit.fault.FaultInjector;
import dev.rheo.junit.fault.Faults;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A server that can be stopped and started again with the same objects, port and certificates. */
final class ServerProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);

  /** A test has few connections, and a machine may have many processors. */
  private static final int EVENT_LOOPS = 2;

  private final ServerOptions options;
  private final ServerFiles files;
  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private final FaultInjector injector = new FaultInjector(this::forgetHistory);
  private final String authority;
  private @Nullable Server running;
  private @Nullable InetSocketAddress address;
  private volatile @Nullable DirectClient direct;
  private boolean closed;

  private ServerProcess(ServerOptions options, ServerFiles files) throws IOException {
    this.options = options;
    this.files = files;
    SharedKeys.into(files.pki());
    this.authority = files.authority();
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @throws IllegalArgumentException if an option is wrong
   * @throws IllegalStateException if it cannot start
   */
  static ServerProcess start(ServerOptions options) {
    try {
      ServerFiles files = ServerFiles.make();
      boolean started = false;
      try {
        ServerProcess process = new ServerProcess(options, files);
        process.start();
        Files.writeString(files.kubeconfig(), process.kubeconfig(Kubeconfigs.DEFAULT_NAMESPACE));
        started = true;
        return process;
      } finally {
        if (!started) {
          files.close();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the files of the server cannot be made: " + e, e);
    }
  }

  synchronized void start() {
    if (closed) {
      throw new IllegalStateException("the server is closed");
    }
    if (running != null) {
      return;
    }
    InetSocketAddress before = address;
    Server server;
    try {
      server =
          Server.start(
              options.config(files.data(), before == null ? 0 : before.getPort(), files.tokens()),
              new Embedding(store, this::wrap, EVENT_LOOPS, false));
    } catch (ServerStartException e) {
      direct = null;
      throw before != null && e.getCause() instanceof BindException
          ? new IllegalStateException(
              "another program took the port %d while the server was stopped"
                  .formatted(before.getPort()),
              e)
          : new IllegalStateException("the server cannot start: " + e.getMessage(), e);
    }
    running = server;
    address = server.address();
    boolean ready = false;
    try {
      ready = server.awaitReady(READY);
      if (!ready) {
        throw new IllegalStateException("the server was not ready after " + READY);
      }
    } catch (ServerStartException e) {
      throw new IllegalStateException("the server cannot start: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      throw Interruption.of(e);
    } finally {
      if (!ready) {
        stop();
      }
    }
  }

  private Handler wrap(Handler handler) {
    direct = new DirectClient(handler, files.token());
    return injector.wrap(handler);
  }

  synchronized void stop() {
    Server server = running;
    if (server != null) {
      running = null;
      direct = null;
      server.shutdown(Duration.ZERO);
    }
  }

  /** Makes every revision that a client may know a past one, and forgets the past ones. */
  synchronized void forgetHistory() {
    try {
      long revision = Revisions.advance(store);
      Server server = running;
      if (server == null) {
        store.compact(revision);
      } else {
        server.forgetHistory();
      }
    } catch (StoreException | FutureRevisionException e) {
      throw new IllegalStateException("the history cannot be forgotten: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      throw Interruption.of(e);
    }
  }

  DirectClient direct() {
    DirectClient client = direct;
    if (client == null) {
      throw new IllegalStateException("the server is stopped");
    }
    return client;
  }

  boolean isRunning() {
    return direct != null;
  }

  synchronized InetSocketAddress address() {
    InetSocketAddress known = address;
    if (known == null) {
      throw new IllegalStateException("the server was not started");
    }
    return known;
  }

  Faults faults() {
    return injector.faults();
  }

  String authority() {
    return authority;
  }

  String token() {
    return files.token();
  }

  String kubeconfig(String namespace) {
    return Kubeconfigs.text(address(), authority, token(), namespace);
  }

  Path kubeconfigFile() {
    return files.kubeconfig();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      stop();
    } finally {
      store.close();
      deleteFiles();
    }
  }

  private void deleteFiles() {
    try {
      files.close();
    } catch (IOException e) {
      throw new IllegalStateException("the files of the server cannot be deleted: " + e, e);
    }
  }
}
