package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests tokens of service accounts over the network. */
class TokenServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

  @TempDir private Path directory;
  private Server server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(directory.resolve("tokens"), "admin,admin,1,system:masters\n");
    open(AccessConfig.defaults());
    assertThat(post(ACCOUNTS, "admin", "{\"metadata\":{\"name\":\"sa\"}}").statusCode())
        .isEqualTo(201);
  }

  @AfterEach
  void stop() {
    server.shutdown(Duration.ofSeconds(10));
    client.close();
  }

  private void open(AccessConfig access) throws Exception {
    server =
        Server.start(
            TestConfig.of(
                directory.resolve("data"),
                StoreKind.ROCKSDB,
                0,
                directory.resolve("kubeconfig"),
                directory.resolve("tokens"),
                access));
    assertThat(server.awaitReady(LONG)).isTrue();
    client = TestClients.trusting(directory.resolve("data"));
  }

  private HttpRequest.Builder request(String path, String token) {
    InetSocketAddress address = server.address();
    return HttpRequest.newBuilder(
            URI.create("https://" + address.getHostString() + ":" + address.getPort() + path))
        .timeout(LONG)
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    return client.send(request(path, token).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String token, String body) throws Exception {
    return client.send(posting(path, token, body).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder posting(String path, String token, String body) {
    return request(path, token)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private String token(String spec) throws Exception {
    HttpResponse<String> response =
        post(ACCOUNTS + "/sa/token", "admin", "{\"spec\":" + spec + "}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return JSON.readTree(response.body()).at("/status/token").asText();
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aTokenIdentifiesItsAccount(HttpClient.Version version) throws Exception {
    String token = token("{}");
    HttpResponse<String> response =
        client.send(posting(WHO, token, "{}").version(version).build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    JsonNode user = JSON.readTree(response.body()).at("/status/userInfo");
    assertThat(user.at("/username").asText()).isEqualTo("system:serviceaccount:default:sa");
    assertThat(user.at("/groups").toString())
        .isEqualTo(
            "[\"system:serviceaccounts\",\"system:serviceaccounts:default\",\"system:authenticated\"]");
    assertThat(user.at("/extra").toString())
        .startsWith("{\"authentication.kubernetes.io/credential-id\":[\"JTI=");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aTokenThatIsNotValidIsRefused(HttpClient.Version version) throws Exception {
    String token = token("{}");
    String forged = token.substring(0, token.length() - 4) + "AAAA";
    String body =
        "{\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\"" + "b".repeat(900_000) + "\"}}";
    for (String bad : List.of(forged, token("{\"audiences\":[\"other\"]}"), "eyJh.eyJh.x")) {
      HttpResponse<String> response =
          client.send(posting(MAPS, bad, body).version(version).build(), BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(401);
      assertThat(response.body()).contains("\"message\":\"Unauthorized\"");
    }
  }

  @Test
  void manyRequestsMayShowAFreshTokenAtOnce() throws Exception {
    String token = token("{}");
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 50)
            .mapToObj(
                _ -> client.sendAsync(request("/version", token).build(), BodyHandlers.ofString()))
            .toList();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
    }
    String metrics = get("/metrics", "admin").body();
    assertThat(metrics).containsPattern("(?m)^rheo_tokens_remembered 1\\.0");
    assertThat(metrics).containsPattern("(?m)^rheo_tokens_remembered_bytes");
  }

  @Test
  void aTokenEndsWithItsAccountAtOnce() throws Exception {
    String token = token("{}");
    assertThat(get("/apis", token).statusCode()).isEqualTo(200);
    assertThat(
            client
                .send(request(ACCOUNTS + "/sa", "admin").DELETE().build(), BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
    // The watch cache follows within milliseconds; a consistent read waits for it.
    assertThat(get(ACCOUNTS, "admin").statusCode()).isEqualTo(200);
    assertThat(get("/apis", token).statusCode()).isEqualTo(401);
    JsonNode review = review(token, "");
    assertThat(review.at("/error").asText())
        .isEqualTo("[invalid bearer token, serviceaccounts \"sa\" not found]");
  }

  private JsonNode review(String token, String more) throws Exception {
    HttpResponse<String> response =
        post(
            "/apis/authentication.k8s.io/v1/tokenreviews",
            "admin",
            "{\"spec\":{\"token\":\"" + token + "\"" + more + "}}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return JSON.readTree(response.body()).path("status");
  }

  @Test
  void aTokenIsReviewedForAudiences() throws Exception {
    String token = token("{\"audiences\":[\"a\",\"b\"]}");
    JsonNode valid = review(token, ",\"audiences\":[\"z\",\"b\"]");
    assertThat(valid.at("/authenticated").asBoolean()).isTrue();
    assertThat(valid.at("/audiences").toString()).isEqualTo("[\"b\"]");
    assertThat(review(token, "").at("/error").asText())
        .startsWith("[invalid bearer token, token audiences [\"a\" \"b\"] is invalid");
    assertThat(review("admin", "").at("/audiences/0").asText())
        .isEqualTo("https://kubernetes.default.svc.cluster.local");
    assertThat(review("admin", ",\"audiences\":[\"z\"]").toString())
        .isEqualTo("{\"user\":{},\"error\":\"invalid bearer token\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "/.well-known/openid-configuration, application/json, jwks_uri",
    "/openid/v1/jwks, application/jwk-set+json, keys"
  })
  void tellsRelyingPartiesHowToVerify(String path, String type, String field) throws Exception {
    HttpResponse<String> response = get(path, token("{}"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(type);
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("public, max-age=3600");
    assertThat(JSON.readTree(response.body()).has(field)).isTrue();
    HttpRequest yaml = request(path, "admin").header("Accept", "application/yaml").build();
    assertThat(client.send(yaml, BodyHandlers.ofString()).statusCode()).isEqualTo(406);
  }

  @Test
  void whatAnAccountMayDoDependsOnTheAuthorizationMode() throws Exception {
    String token = token("{}");
    assertThat(get(MAPS, token).statusCode()).isEqualTo(403);
    stop();
    AccessConfig given = AccessConfig.defaults();
    open(
        new AccessConfig(
            given.signingKeyFile(), given.keyFiles(), given.issuers(), List.of(), true, true));
    assertThat(get(MAPS, token).statusCode()).as("the key has been kept").isEqualTo(200);
    assertThat(get(MAPS, "wrong").statusCode()).isEqualTo(401);
    HttpResponse<String> pod =
        post(
            "/api/v1/namespaces/default/pods",
            token,
            "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"serviceAccountName\":\"none\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
    assertThat(pod.statusCode()).isEqualTo(403);
    assertThat(pod.body()).contains("serviceaccount \\\"none\\\" not found");
  }
}
