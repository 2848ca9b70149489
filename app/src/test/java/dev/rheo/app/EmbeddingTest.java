package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.Handler;
import dev.rheo.edge.HttpRequest;
import dev.rheo.store.MemoryRevisionStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server inside a program that is more than a server. */
class EmbeddingTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir Path directory;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @BeforeEach
  void writeTokens() throws Exception {
    Files.writeString(directory.resolve("tokens"), "admin-token,admin,1,system:masters\n");
  }

  private Server start(MemoryRevisionStore store) throws Exception {
    Server server =
        Server.start(
            TestConfig.of(
                directory.resolve("data"),
                StoreKind.MEMORY,
                0,
                directory.resolve("kubeconfig"),
                directory.resolve("tokens")),
            new Embedding(store, this::wrap, 1, false));
    assertThat(server.awaitReady(LONG)).isTrue();
    return server;
  }

  private Handler wrap(Handler inner) {
    return new Handler() {
      @Override
      public dev.rheo.edge.HttpResponse handle(HttpRequest request) throws Exception {
        seen.add(request.target());
        return inner.handle(request);
      }

      @Override
      public dev.rheo.edge.HttpResponse precheck(HttpRequest head) throws Exception {
        return inner.precheck(head);
      }
    };
  }

  private String send(Server server, String method, String target, String body) throws Exception {
    try (HttpClient client = TestClients.trusting(directory.resolve("data"))) {
      HttpResponse<String> response =
          client.send(
              java.net.http.HttpRequest.newBuilder(
                      URI.create("https://127.0.0.1:" + server.address().getPort() + target))
                  .timeout(LONG)
                  .header("Authorization", "Bearer admin-token")
                  .header("Content-Type", "application/json")
                  .method(method, java.net.http.HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString());
      return response.body();
    }
  }

  private void create(Server server, String name) throws Exception {
    send(server, "POST", MAPS, "{\"metadata\":{\"name\":\"" + name + "\"}}");
  }

  private static String revision(String list) {
    return list.replaceFirst("(?s).*?\"resourceVersion\":\"(\\d+)\".*", "$1");
  }

  @Test
  void aStoreGoesOnInTheNextServer() throws Exception {
    try (MemoryRevisionStore store = new MemoryRevisionStore()) {
      Server first = start(store);
      String before = revision(send(first, "GET", MAPS, ""));
      create(first, "a");
      first.shutdown(Duration.ZERO);
      Server second = start(store);
      String resume = MAPS + "?watch=true&timeoutSeconds=1&resourceVersion=" + before;
      assertThat(send(second, "GET", resume, "")).contains("\"ADDED\"").contains("\"name\":\"a\"");
      second.shutdown(Duration.ZERO);
      assertThat(seen).contains(MAPS, resume);
      assertThat(store.currentRevision()).isPositive();
    }
  }

  @Test
  void historyIsForgottenAtOnce() throws Exception {
    try (MemoryRevisionStore store = new MemoryRevisionStore()) {
      Server server = start(store);
      String before = revision(send(server, "GET", MAPS, ""));
      create(server, "a");
      server.forgetHistory();
      String resume = MAPS + "?watch=true&timeoutSeconds=1&resourceVersion=";
      assertThat(send(server, "GET", resume + before, "")).contains("\"code\":410");
      String now = revision(send(server, "GET", MAPS, ""));
      assertThat(send(server, "GET", resume + now, "")).doesNotContain("410");
      server.shutdown(Duration.ZERO);
    }
  }
}
