package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.feature.FeatureGates;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients have to ask for, over the network, with its feature gate on and off. */
class OptionalFeaturesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String PLAIN = "application/json";
  private static final String DROP = "application/json;drop=metadata.managedFields";

  @TempDir Path directory;
  private Server server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(directory.resolve("tokens"), "admin-token,admin,1,system:masters\n");
    open("");
  }

  @AfterEach
  void stop() {
    server.shutdown(Duration.ofSeconds(10));
    client.close();
  }

  private void open(String gates) throws Exception {
    server =
        Server.start(
            TestConfig.of(
                directory.resolve("data"),
                StoreKind.ROCKSDB,
                0,
                directory.resolve("kubeconfig"),
                directory.resolve("tokens"),
                AccessConfig.defaults(),
                FeatureGates.parse(gates)));
    assertThat(server.awaitReady(LONG)).isTrue();
    client = TestClients.trusting(directory.resolve("data"));
  }

  private void restart(String gates) throws Exception {
    stop();
    open(gates);
  }

  private HttpResponse<String> send(String method, String path, String body, String accept)
      throws Exception {
    InetSocketAddress address = server.address();
    String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    return client.send(
        HttpRequest.newBuilder(
                URI.create("https://" + address.getHostString() + ":" + address.getPort() + path))
            .timeout(LONG)
            .header("Authorization", "Bearer admin-token")
            .header("Accept", accept)
            .header("Content-Type", type)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonNode ok(String method, String path, String body, String accept) throws Exception {
    HttpResponse<String> response = send(method, path, body, accept);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
    return JSON.readTree(response.body());
  }

  private JsonNode list(String query) throws Exception {
    return ok("GET", MAPS + "?" + query, "", PLAIN);
  }

  private static String shard(String start, String end) {
    String selector = "shardRange(object.metadata.uid, '%s', '%s')".formatted(start, end);
    return "shardSelector=" + URLEncoder.encode(selector, StandardCharsets.UTF_8);
  }

  private static String object(String name, int value) {
    return "{\"metadata\":{\"name\":\"%s\"},\"data\":{\"k\":\"%d\"}}".formatted(name, value);
  }

  @Test
  void everyVerbLeavesOutManagedFields() throws Exception {
    String path = MAPS + "/a";
    assertThat(ok("POST", MAPS, object("a", 1), DROP).get("metadata").has("managedFields"))
        .isFalse();
    JsonNode read = ok("GET", path, "", DROP);
    assertThat(read.get("metadata").has("managedFields")).isFalse();
    // What was read without managed fields can be sent back: nothing is lost.
    JsonNode before = ok("GET", path, "", PLAIN).at("/metadata/managedFields");
    assertThat(before.size()).isEqualTo(1);
    JsonNode updated = ok("PUT", path, read.toString().replace("\"1\"", "\"2\""), DROP);
    assertThat(updated.at("/data/k").asText()).isEqualTo("2");
    assertThat(updated.get("metadata").has("managedFields")).isFalse();
    assertThat(ok("GET", path, "", PLAIN).at("/metadata/managedFields").size()).isEqualTo(1);
    assertThat(
            ok("PATCH", path, "{\"data\":{\"l\":\"3\"}}", DROP)
                .get("metadata")
                .has("managedFields"))
        .isFalse();
    assertThat(ok("GET", MAPS, "", DROP).toString()).contains("\"name\":\"a\"");
    assertThat(ok("GET", MAPS, "", DROP).toString()).doesNotContain("managedFields");
    String event = send("GET", MAPS + "?watch=1&timeoutSeconds=1", "", DROP).body();
    assertThat(event).contains("\"name\":\"a\"").doesNotContain("managedFields");
    assertThat(ok("DELETE", MAPS, "", DROP).toString())
        .contains("\"name\":\"a\"")
        .doesNotContain("managedFields");

    assertThat(send("GET", MAPS, "", "application/json;drop=spec").statusCode()).isEqualTo(406);
    restart("ManagedFieldsOptOut=false");
    assertThat(ok("POST", MAPS, object("b", 1), DROP).get("metadata").has("managedFields"))
        .isTrue();
    assertThat(send("GET", MAPS, "", "application/json;drop=spec").statusCode()).isEqualTo(200);
  }

  @Test
  void shardsAreTheSameAfterARestart() throws Exception {
    for (int i = 0; i < 30; i++) {
      ok("POST", MAPS, object("o" + i, i), PLAIN);
    }
    String low = shard("0x0000000000000000", "0x8000000000000000");
    String high = shard("0x8000000000000000", "0x10000000000000000");
    JsonNode before = list(low);
    assertThat(before.at("/metadata/shardInfo/selector").asText()).contains("0x8000000000000000");
    assertThat(before.get("items").size()).isBetween(1, 29);
    restart("");
    assertThat(list(low).get("items")).isEqualTo(before.get("items"));
    TreeSet<String> all = new TreeSet<>(list(low).get("items").findValuesAsText("uid"));
    all.addAll(list(high).get("items").findValuesAsText("uid"));
    assertThat(all).isEqualTo(new TreeSet<>(list("").get("items").findValuesAsText("uid")));

    HttpResponse<String> malformed = send("GET", MAPS + "?shardSelector=all", "", PLAIN);
    assertThat(malformed.statusCode()).isEqualTo(400);
    assertThat(malformed.body()).contains("invalid shard selector: ");
    restart("ShardedListAndWatch=false");
    assertThat(list(low).get("items").size()).isEqualTo(30);
    assertThat(list(low).get("metadata").has("shardInfo")).isFalse();
    assertThat(list("shardSelector=all").get("items").size()).isEqualTo(30);
  }
}
