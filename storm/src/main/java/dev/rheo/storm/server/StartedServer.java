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

/** A Rheo of its own process, with data of its own; both go when it is closed. */
public final class StartedServer implements AutoCloseable {
  private static final int START_SECONDS = 90;
  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final Path folder;
  private final Thread hook;

  private StartedServer(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    // For an end that is not in order: a second Ctrl-C halts, but whatever else ends us comes here.
    this.hook = new Thread(this::end, "storm-server-end");
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @param command what runs {@code rheo serve}, to which options are added
   * @param under folder in which its data directory is made
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
    // The distribution as it is; its start-up cache too, but none made while we measure.
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

  /** Its one line on standard output says that it is ready. */
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
      // Shutting down already.
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
