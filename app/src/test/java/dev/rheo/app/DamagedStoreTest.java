package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a damaged store is reported to clients and to the person who starts the server. */
@Timeout(120)
class DamagedStoreTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir Path directory;

  @BeforeEach
  void fill() throws Exception {
    Files.writeString(directory.resolve("tokens"), "token,admin,1,system:masters\n");
    try (Running running = new Running()) {
      for (int i = 0; i < 40; i++) {
        assertThat(running.create("map-" + i).statusCode()).isEqualTo(201);
      }
    }
    // The next start writes the log's content to tables.
    new Running().close();
    assertThat(storeFiles("sst")).isNotEmpty();
    assertThat(storeFiles("blob")).isNotEmpty();
  }

  @Test
  void aServerWhoseStoreIsDamagedDoesNotStart() throws Exception {
    for (String kind : List.of("sst", "blob", "log")) {
      Path file = largest(storeFiles(kind));
      long at = Files.size(file) / 2;
      flip(file, at);
      assertThatThrownBy(() -> Server.start(config()))
          .as(kind)
          .isInstanceOfSatisfying(
              ServerStartException.class,
              e ->
                  assertThat(e.getMessage())
                      .contains("damaged", file.getFileName().toString(), "Restore", "from a copy")
                      .doesNotContain("\n"));
      flip(file, at);
    }
    try (Running running = new Running()) {
      JsonNode list = JSON.readTree(running.get(MAPS).body());
      assertThat(list.get("items").size()).isEqualTo(40);
      assertThat(running.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void damageThatIsMetLaterIsToldAndReadsGoOn() throws Exception {
    try (Running running = new Running()) {
      // Damages every table throughout, so that whatever is read from one is damaged.
      for (Path file : storeFiles("sst")) {
        for (long at = 0; at < Files.size(file); at += 64) {
          flip(file, at);
        }
      }
      int accepted = 0;
      HttpResponse<String> refused = running.create("new-0");
      for (int i = 1; i < 200 && refused.statusCode() < 300; i++) {
        accepted++;
        refused = running.patch("map-" + i % 40);
      }
      if (refused.statusCode() < 300) {
        // These may need only what is in memory. A dry run asks the store, and a name that is not
        // there is looked for in the tables of old versions.
        accepted++;
        refused = running.dryRun("not-there");
      }
      JsonNode status = JSON.readTree(refused.body());
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(500);
      assertThat(status.get("reason").asText()).isEqualTo("InternalError");
      assertThat(status.get("message").asText())
          .contains("its data is damaged")
          .doesNotContain(directory.toString())
          .doesNotContain("/");
      assertThat(running.create("new-1").statusCode()).isEqualTo(500);

      HttpResponse<String> ready = running.get("/readyz?verbose");
      assertThat(ready.statusCode()).isEqualTo(500);
      assertThat(ready.body()).contains("[-]store failed", "[+]watch-cache ok");
      assertThat(running.get("/livez").statusCode()).isEqualTo(200);
      assertThat(running.get("/metrics").body())
          .contains("rheo_store_condition{condition=\"damaged\"} 1");
      JsonNode list = JSON.readTree(running.get(MAPS).body());
      assertThat(list.get("items").size()).isBetween(40, 41 + accepted);
    }
  }

  private ServerConfig config() {
    return TestConfig.of(
        directory.resolve("data"),
        StoreKind.ROCKSDB,
        0,
        directory.resolve("kubeconfig"),
        directory.resolve("tokens"));
  }

  private List<Path> storeFiles(String kind) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("data/store/data"))) {
      return files.filter(file -> file.toString().endsWith("." + kind)).sorted().toList();
    }
  }

  private static Path largest(List<Path> files) {
    return files.stream()
        .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
        .orElseThrow();
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
      random.seek(at);
      int was = random.read();
      random.seek(at);
      random.write(was ^ 0x10);
    }
  }

  /** A server and its client. */
  private final class Running implements AutoCloseable {
    private final Server server;
    private final HttpClient client;

    Running() throws Exception {
      server = Server.start(config());
      assertThat(server.awaitReady(LONG)).isTrue();
      client = TestClients.trusting(directory.resolve("data"));
    }

    private HttpResponse<String> send(String method, String path, String type, String body)
        throws IOException, InterruptedException {
      InetSocketAddress address = server.address();
      String authority = address.getHostString() + ":" + address.getPort();
      return client.send(
          HttpRequest.newBuilder(URI.create("https://" + authority + path))
              .timeout(LONG)
              .header("Authorization", "Bearer token")
              .header("Content-Type", type)
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
      return send("GET", path, "application/json", "");
    }

    /**
     * Creates objects of two sizes: small ones are stored in a table, large ones in a blob file.
     */
    HttpResponse<String> create(String name) throws IOException, InterruptedException {
      String value = "x".repeat(name.hashCode() % 2 == 0 ? 100 : 9000);
      return send(
          "POST",
          MAPS,
          "application/json",
          "{'metadata':{'name':'%s'},'data':{'a':'%s'}}".formatted(name, value).replace('\'', '"'));
    }

    HttpResponse<String> patch(String name) throws IOException, InterruptedException {
      return patch(name, "");
    }

    HttpResponse<String> dryRun(String name) throws IOException, InterruptedException {
      return patch(name, "?dryRun=All");
    }

    private HttpResponse<String> patch(String name, String query)
        throws IOException, InterruptedException {
      String body = "{\"data\":{\"b\":\"%d\"}}".formatted(System.nanoTime());
      return send("PATCH", MAPS + "/" + name + query, "application/merge-patch+json", body);
    }

    @Override
    public void close() {
      server.shutdown(Duration.ofSeconds(10));
      client.close();
    }
  }
}
