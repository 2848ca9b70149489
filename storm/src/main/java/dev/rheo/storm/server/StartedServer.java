package dev.rheo.storm.server;

import dev.rheo.storm.result.StormException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A Rheo server in a child process with a data directory of its own. {@link #close} stops the
 * process and deletes the directory.
 */
public final class StartedServer implements AutoCloseable {
  private static final int START_SECONDS = 90;
  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final Path folder;
  private final Thread hook;

  private StartedServer(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    // Cleans up when the JVM exits without close(), except after a second Ctrl-C, which halts it.
    this.hook = new Thread(this::end, "storm-server-end");
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param command command line of {@code rheo serve}, to which options are appended
   * @param under directory in which a temporary directory for its data and log is created
   */
  public static StartedServer start(List<String> command, Path under)
      throws StormException, InterruptedException {
    Path folder;
    try {
      folder = Files.createTempDirectory(under, "rheo-storm-");
    } catch (IOException e) {
      throw new StormException("cannot write to %s: set TMPDIR to another folder".formatted(under));
    }
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of("--data", folder.resolve("data").toString(), "--listen", "127.0.0.1:0"));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(folder.resolve("server.log").toFile());
    // Use the distribution as built, with its AOT cache if there is one: neither may be built
    // during the measurement.
    builder.environment().put("RHEO_BUILD", "off");
    builder.environment().put("RHEO_AOT", "use");
    StartedServer server;
    try {
      server = new StartedServer(builder.start(), folder);
    } catch (IOException e) {
      delete(folder);
      throw new StormException("cannot start a server: " + e.getMessage(), e);
    }
    Runtime.getRuntime().addShutdownHook(server.hook);
    try {
      server.awaitReady();
    } catch (StormException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  public long pid() {
    return process.pid();
  }

  public Path kubeconfig() {
    return folder.resolve("data").resolve("admin.kubeconfig");
  }

  /** Waits for the line on standard output that reports readiness. */
  private void awaitReady() throws StormException, InterruptedException {
    FutureTask<String> line =
        new FutureTask<>(
            () -> {
              var out = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
              String first = new BufferedReader(out).readLine();
              return first == null ? "" : first;
            });
    Thread.ofVirtual().start(line);
    try {
      if (line.get(START_SECONDS, TimeUnit.SECONDS).contains(" is ready on ")) {
        return;
      }
      process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      throw new StormException("the server did not start: " + lastLogLine());
    } catch (ExecutionException | TimeoutException e) {
      throw new StormException(
          "the server was not ready within %d s: %s".formatted(START_SECONDS, lastLogLine()), e);
    }
  }

  private String lastLogLine() {
    try (Stream<String> lines = Files.lines(folder.resolve("server.log"))) {
      return lines.reduce("it said nothing", (before, line) -> line);
    } catch (IOException | UncheckedIOException e) {
      return "it said nothing";
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is already shutting down.
    }
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    delete(folder);
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.getLogger(StartedServer.class.getName())
          .log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", folder, e.getMessage());
    }
  }
}
