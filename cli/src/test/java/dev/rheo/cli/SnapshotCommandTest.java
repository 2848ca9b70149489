package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.app.Server;
import dev.rheo.app.ServerConfig;
import dev.rheo.app.StoreKind;
import dev.rheo.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCommandTest {
  @TempDir Path scratch;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    out.reset();
    err.reset();
    return new RheoCommand(
            new ServeCommand(new Startup(System.nanoTime())),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .execute(arguments);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aServerIsSavedByItsKubeconfigAndRestored() throws Exception {
    Path data = scratch.resolve("data");
    Server server = Server.start(ServerConfig.onLoopback(data, StoreKind.ROCKSDB));
    String kubeconfig = data.resolve("admin.kubeconfig").toString();
    String file = scratch.resolve("file").toString();
    try {
      Await.until("ready", () -> server.awaitReady(Duration.ofMillis(100)));
      assertThat(run("snapshot", "save", file, "--kubeconfig", kubeconfig)).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("revision  ");
    } finally {
      server.shutdown(Duration.ofSeconds(10));
    }
    assertThat(run("snapshot", "save", file + "2", "--kubeconfig", kubeconfig)).isEqualTo(1);
    assertThat(errors()).contains("cannot be reached").hasLineCount(1);
    assertThat(run("snapshot", "status", file, "-o", "json")).isZero();
    JsonNode status = new JsonMapper().readTree(out.toByteArray());
    assertThat(status.path("keys").asInt()).isPositive();
    assertThat(status.path("bytes").asLong()).isEqualTo(Files.size(Path.of(file)));
    String fresh = scratch.resolve("fresh").toString();
    assertThat(run("snapshot", "restore", file, "--data-dir", fresh, "-o", "json")).isZero();
    assertThat(new JsonMapper().readTree(out.toByteArray())).isEqualTo(status);
    String again = scratch.resolve("again").toString();
    assertThat(run("snapshot", "save", again, "--data-dir", fresh, "-o", "json")).isZero();
    JsonNode bumped = new JsonMapper().readTree(out.toByteArray());
    assertThat(bumped.path("revision").asLong())
        .isEqualTo(status.path("revision").asLong() + 1_000_000_000);
    assertThat(bumped.path("keys")).isEqualTo(status.path("keys"));
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws Exception {
    assertThat(run("snapshot")).isEqualTo(2);
    assertThat(run("snapshot", "save", "x")).isEqualTo(2);
    assertThat(errors()).contains("either --kubeconfig").hasLineCount(1);
    assertThat(run("snapshot", "save", "x", "--kubeconfig", "a", "--data-dir", "b")).isEqualTo(2);
    assertThat(run("snapshot", "save", "x", "--kubeconfig", scratch + "/none")).isEqualTo(1);
    assertThat(errors()).contains("cannot read the kubeconfig").hasLineCount(1);
    Path text = Files.writeString(scratch.resolve("text"), "some other file");
    assertThat(run("snapshot", "status", text.toString())).isEqualTo(1);
    assertThat(errors()).contains("is no snapshot of a Rheo store").hasLineCount(1);
    assertThat(run("snapshot", "restore", text.toString())).isEqualTo(2);
    assertThat(run("snapshot", "restore", "x", "--data-dir", "d", "--bump-revision", "-1"))
        .isEqualTo(2);
    assertThat(errors()).contains("--bump-revision").hasLineCount(1);
  }
}
