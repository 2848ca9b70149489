package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.testing.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server on the embedded store, with encryption at rest. */
@Timeout(120)
class EncryptionAtRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MARKER = "marker-of-plain-text";
  private static final String SECRETS = "/api/v1/namespaces/default/secrets";
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String ONE =
      "{name: one, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}";
  private static final String TWO =
      "{name: two, secret: MTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjA=}";

  @TempDir Path directory;
  private Server server;
  private HttpClient client;

  @BeforeEach
  void tokens() throws Exception {
    Files.writeString(directory.resolve("tokens"), "admin-token,admin,1,system:masters\n");
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.shutdown(Duration.ofSeconds(10));
      client.close();
      server = null;
    }
  }

  /** Starts the server; {@code keys} of Secrets and ConfigMaps, null for no encryption. */
  private void start(String keys) throws Exception {
    stop();
    Path file = directory.resolve("encryption.yaml");
    if (keys != null) {
      Files.writeString(
          file,
          """
          apiVersion: apiserver.config.k8s.io/v1
          kind: EncryptionConfiguration
          resources:
          - resources: [secrets, configmaps]
            providers:
            - aesgcm: {keys: [%s]}
          """
              .formatted(keys));
    }
    server =
        Server.start(
            TestConfig.of(
                directory.resolve("data"),
                StoreKind.ROCKSDB,
                directory.resolve("tokens"),
                keys == null
                    ? EncryptionSettings.none()
                    : EncryptionSettings.checked(file, false)));
    assertThat(server.awaitReady(LONG)).isTrue();
    client = TestClients.trusting(directory.resolve("data"));
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    InetSocketAddress address = server.address();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("https://" + address.getHostString() + ":" + address.getPort() + path))
            .timeout(LONG)
            .header("Authorization", "Bearer admin-token")
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private JsonNode json(String method, String path, String body, int status) throws Exception {
    HttpResponse<String> response = send(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  private static String secret(String name) {
    return "{\"metadata\":{\"name\":\"%s\"},\"stringData\":{\"a\":\"%s\"}}"
        .formatted(name, MARKER.repeat(50));
  }

  private List<String> filesWith(String marker) throws Exception {
    List<String> found = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(directory.resolve("data"))) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (Files.readString(path, StandardCharsets.ISO_8859_1).contains(marker)) {
          found.add(directory.relativize(path).toString());
        }
      }
    }
    return found;
  }

  private void write() throws Exception {
    for (int i = 0; i < 20; i++) {
      json("POST", SECRETS, secret("s" + i), 201);
      json(
          "POST",
          MAPS,
          "{\"metadata\":{\"name\":\"m%d\"},\"data\":{\"a\":\"%s\"}}"
              .formatted(i, MARKER.repeat(50)),
          201);
    }
    // Derived forms are files, too.
    assertThat(json("GET", SECRETS, "", 200).get("items")).hasSize(20);
    assertThat(send("GET", MAPS, "").body()).contains(MARKER);
  }

  @Test
  void noFileOfTheDataDirectoryHoldsPlainText() throws Exception {
    start(null);
    write();
    assertThat(filesWith(MARKER)).as("without encryption").isNotEmpty();
    stop();
    try (Stream<Path> paths = Files.walk(directory.resolve("data"))) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    start(ONE);
    write();
    assertThat(filesWith(MARKER)).isEmpty();
    String encoded =
        java.util.Base64.getEncoder()
            .encodeToString(MARKER.repeat(3).getBytes(StandardCharsets.UTF_8));
    assertThat(filesWith(encoded)).as("of Secrets").isEmpty();
    start(ONE);
    assertThat(json("GET", SECRETS, "", 200).get("items")).hasSize(20);
    assertThat(filesWith(MARKER)).isEmpty();
    assertThat(filesWith("k8s:enc:aesgcm:v1:one:")).isNotEmpty();
  }

  @Test
  void withoutTheConfigurationTheErrorSaysSoAndOthersAreServed() throws Exception {
    start(ONE);
    json("POST", SECRETS, secret("s"), 201);
    start(null);
    String why =
        "it is encrypted (k8s:enc:aesgcm:v1:one:), and the server has no"
            + " --encryption-provider-config";
    JsonNode get = json("GET", SECRETS + "/s", "", 500);
    assertThat(get.get("message").asText()).isEqualTo("Internal error occurred: " + why);
    assertThat(get.get("reason").asText()).isEqualTo("InternalError");
    JsonNode list = json("GET", SECRETS, "", 429);
    assertThat(list.get("message").asText())
        .isEqualTo(
            "storage is (re)initializing: unable to transform key"
                + " \"/registry/secrets/default/s\": "
                + why);
    assertThat(list.at("/details/retryAfterSeconds").asInt()).isEqualTo(1);
    json("GET", SECRETS + "?watch=1&timeoutSeconds=1", "", 429);
    json("DELETE", SECRETS, "", 429);
    json("DELETE", SECRETS + "/s", "", 500);
    json("PUT", SECRETS + "/s", secret("s"), 500);
    json("POST", SECRETS, secret("s"), 409);
    json("GET", SECRETS + "/other", "", 404);
    json("POST", SECRETS, secret("other"), 201);
    json("GET", SECRETS + "/other", "", 200);
    json("POST", MAPS, "{\"metadata\":{\"name\":\"m\"}}", 201);
    json("GET", MAPS + "/m", "", 200);
    json("GET", "/api/v1/namespaces", "", 200);
    json("GET", "/api/v1/services", "", 200);
    assertThat(send("GET", "/readyz", "").body()).isEqualTo("ok");
    // Nothing of it is lost.
    start(ONE.concat(", ").concat(TWO));
    Await.until("it is there", () -> send("GET", SECRETS + "/s", "").statusCode() == 200);
  }

  @Test
  void anUpdateWithoutAChangeIsWrittenIfTheKeyIsOld() throws Exception {
    start(ONE);
    JsonNode first = json("POST", SECRETS, secret("s"), 201);
    JsonNode same = json("PUT", SECRETS + "/s", stored(first), 200);
    assertThat(version(same)).as("nothing changed").isEqualTo(version(first));
    start(TWO + ", " + ONE);
    JsonNode dry = json("PUT", SECRETS + "/s?dryRun=All", stored(first), 200);
    assertThat(version(dry)).isEqualTo(version(first));
    JsonNode rotated = json("PUT", SECRETS + "/s", stored(first), 200);
    assertThat(version(rotated)).isNotEqualTo(version(first));
    assertThat(rotated.get("data")).isEqualTo(first.get("data"));
    assertThat(rotated.at("/metadata/managedFields"))
        .isEqualTo(first.at("/metadata/managedFields"));
    JsonNode again = json("PUT", SECRETS + "/s", stored(rotated), 200);
    assertThat(version(again)).as("it is of today").isEqualTo(version(rotated));
    // The old key is not needed any more.
    start(TWO);
    assertThat(json("GET", SECRETS, "", 200).get("items")).hasSize(1);
  }

  private static String stored(JsonNode object) {
    return object.toString();
  }

  private static String version(JsonNode object) {
    return object.at("/metadata/resourceVersion").asText();
  }
}
