package dev.rheo.cli;

import dev.rheo.api.io.IoFailures;
import dev.rheo.app.Server;
import dev.rheo.app.ServerConfig;
import dev.rheo.app.ServerStartException;
import dev.rheo.app.StoreKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code rheo warm-up}: starts a server, uses it as clients would, and ends. The launcher runs it
 * once to train the JVM's ahead-of-time cache (JEP 483 and 514), so it should load the classes that
 * a server needs in its first seconds.
 */
@Command(
    name = "warm-up",
    hidden = true,
    description =
        "Uses a server of its own for a moment, from which the launcher makes the start-up cache.",
    mixinStandardHelpOptions = true)
final class WarmUpCommand implements Callable<Integer> {
  @Option(names = "--data", paramLabel = "DIR", required = true)
  private Path data = Path.of("");

  @Override
  public Integer call() throws Exception {
    Logging.install(LogFormat.TEXT, System.err);
    endAfter(Duration.ofSeconds(60));
    ServerConfig config = ServerConfig.onLoopback(data, StoreKind.ROCKSDB);
    Server server;
    try {
      server = Server.start(config);
    } catch (ServerStartException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
    try {
      if (server.awaitReady(Duration.ofSeconds(20))) {
        WarmUpTraffic.runApart(config.kubeconfig(), Duration.ofSeconds(30));
      }
    } catch (ServerStartException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      // A cache made with less traffic is still better than none.
      System.getLogger(getClass().getName())
          .log(System.Logger.Level.INFO, "the warm-up broke off: {0}", IoFailures.tell(e));
    } finally {
      server.shutdown(Duration.ofSeconds(5));
    }
    return 0;
  }

  /** Ends the process after a time: the launcher may wait for it, and can do without a cache. */
  private static void endAfter(Duration time) {
    Thread.ofPlatform()
        .daemon()
        .name("warm-up-limit")
        .start(
            () -> {
              try {
                Thread.sleep(time);
              } catch (InterruptedException e) {
                return;
              }
              Runtime.getRuntime().halt(1);
            });
  }
}
