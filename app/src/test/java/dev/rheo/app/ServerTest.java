package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests a whole server over the network. */
class ServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir Path directory;
  private Server server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(
        directory.resolve("tokens"),
        "admin-token,admin,1,system:masters\nbob-token,bob,2,\"dev,ops\"\n");
    open(StoreKind.ROCKSDB);
  }

  @AfterEach
  void stop() {
    server.shutdown(Duration.ofSeconds(10));
    client.close();
  }

  private ServerConfig config(StoreKind kind, String data, int port, Path kubeconfig) {
    return TestConfig.of(
        directory.resolve(data), kind, port, kubeconfig, directory.resolve("tokens"));
  }

  private ServerConfig config(StoreKind kind) {
    return config(kind, "data", 0, directory.resolve("kubeconfig"));
  }

  private void open(StoreKind kind) throws Exception {
    server = Server.start(config(kind));
    assertThat(server.awaitReady(LONG)).isTrue();
    client = client();
  }

  private HttpClient client() throws Exception {
    return TestClients.trusting(directory.resolve("data"));
  }

  private HttpRequest.Builder request(String path, String token) {
    InetSocketAddress address = server.address();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("https://" + address.getHostString() + ":" + address.getPort() + path))
            .timeout(LONG);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> get(String path, String token)
      throws IOException, InterruptedException {
    return client.send(request(path, token).build(), BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get(path, "admin-token");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private long create(String name) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            request(MAPS, "admin-token")
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"a\":\"b\"}}"))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return JSON.readTree(response.body()).at("/metadata/resourceVersion").asLong();
  }

  @Test
  void theNamespacesOfEveryClusterAreThere() throws Exception {
    assertThat(json("/api/v1/namespaces").get("items").findValuesAsText("name"))
        .containsExactly("default", "kube-node-lease", "kube-public", "kube-system");
  }

  @ParameterizedTest
  @CsvSource({
    "log, GET, 200",
    "log?container=none, GET, 400",
    "exec?command=ls, POST, 400",
    "portforward, GET, 400",
    "proxy, GET, 503",
    "log, POST, 405",
  })
  void whatOnlyANodeAnswersIsAnsweredAsFarAsItTakesNone(String path, String method, int status)
      throws Exception {
    send("POST", "/api/v1/namespaces/default/pods", pod("free", ""), 201);
    String pods = "/api/v1/namespaces/default/pods/";
    send(method, pods + "free/" + path, "{}", status);
    send("POST", "/api/v1/namespaces/default/pods", pod("placed", "'nodeName':'n',"), 201);
    boolean fits = status == 200 || path.startsWith("exec") || path.equals("portforward");
    send(method, pods + "placed/" + path, "{}", fits ? 404 : status);
    send("POST", "/api/v1/nodes", "{'metadata':{'name':'n'}}", 201);
    send(method, pods + "placed/" + path, "{}", fits ? 503 : status);
  }

  private static String pod(String name, String spec) {
    return "{'metadata':{'name':'%s'},'spec':{%s'containers':[{'name':'c','image':'i'}]}}"
        .formatted(name, spec);
  }

  private void send(String method, String path, String body, int status) throws Exception {
    HttpResponse<String> response =
        client.send(
            request(path, "admin-token")
                .header("Content-Type", "application/json")
                .method(
                    method,
                    method.equals("GET")
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "/healthz, '', 200",
    "/livez, '', 200",
    "/readyz, '', 200",
    "/version, '', 200",
    "/api, '', 200",
    "/apis/apps/v1, '', 200",
    "/metrics, '', 401",
    "/api/v1/secrets, '', 401",
    "/api/v1/secrets, wrong, 401",
    "/version, wrong, 401",
    "/api/v1/secrets, bob-token, 403",
    "/apis, bob-token, 200",
    "/api/v1/secrets, admin-token, 200",
    "/api/v1/namespaces//secrets, admin-token, 404"
  })
  void whoMaySeeWhat(String path, String token, int status) throws Exception {
    HttpResponse<String> response = get(path, token);
    assertThat(response.statusCode()).isEqualTo(status);
    if (status >= 400) {
      assertThat(JSON.readTree(response.body()).get("code").asInt()).isEqualTo(status);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_1_1, admin-token, bob, '', 403",
    "HTTP_2, admin-token, bob, '', 403",
    "HTTP_1_1, admin-token, system:anonymous, '', 403",
    "HTTP_2, bob-token, admin, '', 403",
    "HTTP_2, bob-token, admin, system:masters, 403",
    "HTTP_2, admin-token, '', dev, 400",
    "HTTP_2, '', admin, system:masters, 401",
    "HTTP_1_1, admin-token, bob, system:masters, 200",
    "HTTP_2, admin-token, bob, system:masters, 200"
  })
  void whoeverIsImpersonatedIsWhoActs(
      HttpClient.Version version, String token, String user, String group, int status)
      throws Exception {
    create("kept");
    HttpRequest.Builder request = request(MAPS + "/kept", token).version(version).DELETE();
    if (!user.isEmpty()) {
      request.header("Impersonate-User", user);
    }
    if (!group.isEmpty()) {
      request.header("Impersonate-Group", group);
    }
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(JSON.readTree(response.body()).get("kind").asText()).isEqualTo("Status");
    assertThat(get(MAPS + "/kept", "admin-token").statusCode())
        .isEqualTo(status == 200 ? 404 : 200);
  }

  /** The counters whose names begin with {@code auth}, by name and label. */
  private Map<String, Double> accessCounts() throws Exception {
    Map<String, Double> counts = new HashMap<>();
    get("/metrics", "admin-token")
        .body()
        .lines()
        .filter(line -> line.startsWith("auth"))
        .map(line -> line.split(" "))
        .forEach(parts -> counts.put(parts[0], Double.valueOf(parts[1])));
    return counts;
  }

  /** Checks the counts since {@code before}, which include the second look at the metrics. */
  private void assertCounted(
      Map<String, Double> before, int success, int error, int allowed, int refused)
      throws Exception {
    Map<String, Double> now = accessCounts();
    now.replaceAll((name, count) -> count - before.get(name));
    assertThat(now)
        .containsOnly(
            Map.entry("authentication_attempts{result=\"success\"}", success + 1.0),
            Map.entry("authentication_attempts{result=\"error\"}", (double) error),
            Map.entry("authorization_attempts_total{result=\"allowed\"}", allowed + 1.0),
            Map.entry("authorization_attempts_total{result=\"no-opinion\"}", (double) refused));
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_1_1, POST, admin-token, 201, 1, 0, 1, 0",
    "HTTP_2, POST, admin-token, 201, 1, 0, 1, 0",
    "HTTP_1_1, GET, admin-token, 200, 1, 0, 1, 0",
    "HTTP_2, GET, admin-token, 200, 1, 0, 1, 0",
    "HTTP_1_1, POST, bob-token, 403, 1, 0, 0, 1",
    "HTTP_2, POST, bob-token, 403, 1, 0, 0, 1",
    "HTTP_1_1, POST, wrong, 401, 0, 1, 0, 0",
    "HTTP_2, GET, wrong, 401, 0, 1, 0, 0",
    "HTTP_1_1, GET, '', 401, 1, 0, 0, 1",
    "HTTP_2, POST, '', 401, 1, 0, 0, 1"
  })
  void aRequestIsAuthenticatedAndAuthorizedOnce(
      HttpClient.Version version,
      String method,
      String token,
      int status,
      int success,
      int error,
      int allowed,
      int refused)
      throws Exception {
    Map<String, Double> before = accessCounts();
    HttpRequest.BodyPublisher body =
        method.equals("GET")
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString("{\"metadata\":{\"name\":\"once\"}}");
    HttpRequest request =
        request(MAPS, token)
            .version(version)
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(status);
    assertCounted(before, success, error, allowed, refused);
  }

  @ParameterizedTest
  @CsvSource({"admin-token, 1, 0, 1", "wrong, 0, 1, 0"})
  void aTokenOfAWebSocketIsLookedAtOnce(String token, int success, int error, int allowed)
      throws Exception {
    Map<String, Double> before = accessCounts();
    String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes());
    CompletableFuture<WebSocket> opened =
        client
            .newWebSocketBuilder()
            .subprotocols("base64url.bearer.authorization.k8s.io." + encoded, "v1.rheo.test")
            .buildAsync(
                URI.create("wss://127.0.0.1:" + server.address().getPort() + MAPS + "?watch=1"),
                new WebSocket.Listener() {});
    if (allowed == 1) {
      opened.get(30, TimeUnit.SECONDS).abort();
    } else {
      assertThatThrownBy(() -> opened.get(30, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              java.net.http.WebSocketHandshakeException.class,
              e -> assertThat(e.getResponse().statusCode()).isEqualTo(401));
    }
    assertCounted(before, success, error, allowed, 0);
  }

  /** The bytes that an account of the ledger holds. */
  private double held(String account) throws Exception {
    String metric = "rheo_budget_used_bytes{budget=\"" + account + "\"} ";
    return get("/metrics", "admin-token")
        .body()
        .lines()
        .filter(line -> line.startsWith(metric))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length())))
        .sum();
  }

  @Test
  void whoIsKnownIsChargedAsAMemberAllowedOrNot() throws Exception {
    try (BufferedReader watch = watch("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        HttpClient bob = client()) {
      create("seen");
      assertThat(watch.readLine()).contains("ADDED");
      assertThat(held("watches")).isPositive();
      assertThat(held("streams-strangers")).isZero();
      double one = held("connections-members");
      assertThat(one).isPositive();
      assertThat(bob.send(request(MAPS, "bob-token").build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(403);
      assertThat(held("connections-members")).isGreaterThan(one);
      assertThat(held("connections-strangers")).isZero();
    }
  }

  @Test
  void aWebSocketIsOpenedForWhoeverIsImpersonated() throws Exception {
    URI uri = URI.create("wss://127.0.0.1:" + server.address().getPort() + MAPS + "?watch=1");
    assertThatThrownBy(
            () ->
                client
                    .newWebSocketBuilder()
                    .header("Authorization", "Bearer admin-token")
                    .header("Impersonate-User", "bob")
                    .buildAsync(uri, new WebSocket.Listener() {})
                    .get(30, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            java.net.http.WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    client
        .newWebSocketBuilder()
        .header("Authorization", "Bearer admin-token")
        .header("Impersonate-User", "bob")
        .header("Impersonate-Group", "system:masters")
        .buildAsync(uri, new WebSocket.Listener() {})
        .get(30, TimeUnit.SECONDS)
        .abort();
  }

  @Test
  void othersReadNothingInADirectoryThatWasOpenToThem() throws Exception {
    stop();
    Path data = directory.resolve("data");
    Files.setPosixFilePermissions(
        data, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String part : Set.of("store", "spool", "pki")) {
      Files.setPosixFilePermissions(
          data.resolve(part), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    open(StoreKind.ROCKSDB);
    create("written");
    assertThat(get(MAPS, "admin-token").statusCode()).isEqualTo(200);
    assertThat(DataDirectoryTest.openToOthers(data)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/apis/apps/v9, application/json",
    "/apis/apps/v9/deployments, application/json",
    "/api/v2, application/json",
    "/api/v2/pods, application/json",
    "/apis/none.example.com/v1, text/plain; charset=utf-8",
    "/apis/none.example.com/v1/things, text/plain; charset=utf-8",
    "/nothing, text/plain; charset=utf-8"
  })
  void anUnknownVersionOfAGroupIsAnsweredByTheGroup(String path, String type) throws Exception {
    HttpResponse<String> response = get(path, "admin-token");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.headers().firstValue("Content-Type")).contains(type);
  }

  @Test
  void anAddressThatIsTakenIsToldAndNothingIsLeftOpen() throws Exception {
    int port = server.address().getPort();
    Path kubeconfig = directory.resolve("k");
    assertThatThrownBy(() -> Server.start(config(StoreKind.MEMORY, "other", port, kubeconfig)))
        .isInstanceOf(ServerStartException.class)
        .hasMessageMatching(
            "(?i)cannot listen on 127\\.0\\.0\\.1:%d: address already in use; .*--listen"
                .formatted(port));
    Server.start(config(StoreKind.MEMORY, "other", 0, kubeconfig)).shutdown(LONG);
  }

  @ParameterizedTest
  @EnumSource(value = StoreKind.class, mode = EnumSource.Mode.EXCLUDE, names = "ETCD")
  void twoServersNeverShareADataDirectory(StoreKind kind) throws Exception {
    stop();
    open(kind);
    ServerConfig second = config(StoreKind.MEMORY, "data", 0, directory.resolve("k"));
    assertThatThrownBy(() -> Server.start(second))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("is in use by this process");
    assertThat(get(MAPS, "admin-token").statusCode()).isEqualTo(200);
    assertThat(directory.resolve("k")).doesNotExist();
  }

  @Test
  void aKubeconfigThatCannotBeWrittenIsToldWithTheReason() throws Exception {
    Path folder = Files.writeString(directory.resolve("file"), "");
    ServerConfig config = config(StoreKind.MEMORY, "other", 0, folder.resolve("kubeconfig"));
    assertThatThrownBy(() -> Server.start(config))
        .isInstanceOf(ServerStartException.class)
        .hasMessageStartingWith("cannot write the kubeconfig " + folder.resolve("kubeconfig"))
        .hasMessageContaining("exists already")
        .hasMessageNotContaining("Exception");
  }

  @Test
  void refusalsCarryTheWarningsOfTheResource() throws Exception {
    HttpResponse<String> response = get("/api/v1/namespaces/default/endpoints/none", "admin-token");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(response.body()).get("reason").asText()).isEqualTo("NotFound");
    assertThat(response.headers().firstValue("Warning").orElse("")).contains("deprecated");
  }

  @Test
  void aBodyThatCannotBeReadIsRefusedInWordsOfItsOwn() throws Exception {
    create("kept");
    HttpResponse<String> response =
        client.send(
            request(MAPS + "/kept", "admin-token")
                .header("Content-Type", "application/json")
                .method("DELETE", HttpRequest.BodyPublishers.ofString("{"))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(response.body()).get("message").asText())
        .isEqualTo("couldn't get version/kind; json parse error: unexpected end of JSON input");
    assertThat(get(MAPS + "/kept", "admin-token").statusCode()).isEqualTo(200);
  }

  @Test
  void prettyIsForPeople() throws Exception {
    create("nice");
    for (String path : Set.of(MAPS, MAPS + "/nice")) {
      String pretty = get(path + "?pretty=true", "admin-token").body();
      assertThat(pretty).startsWith("{\n  \"kind\": \"ConfigMap").endsWith("\n}\n");
      String compact = get(path + "?pretty=false", "admin-token").body();
      assertThat(compact.indexOf('\n')).isEqualTo(compact.length() - 1);
      assertThat(JSON.readTree(pretty)).isEqualTo(JSON.readTree(compact));
    }
  }

  @Test
  void whoMayNotIsToldWhat() throws Exception {
    assertThat(
            JSON.readTree(get("/api/v1/namespaces/x/secrets", "bob-token").body()).get("message"))
        .hasToString(
            "\"secrets is forbidden: User \\\"bob\\\" cannot list resource \\\"secrets\\\" in API"
                + " group \\\"\\\" in the namespace \\\"x\\\"\"");
  }

  @Test
  void historySurvivesARestart() throws Exception {
    long first = create("one");
    create("two");
    long before = json(MAPS).at("/metadata/resourceVersion").asLong();
    stop();
    open(StoreKind.ROCKSDB);
    long third = create("three");
    assertThat(third).isGreaterThan(before);
    try (BufferedReader watch = watch("&resourceVersion=" + first)) {
      assertThat(JSON.readTree(watch.readLine()).at("/object/metadata/name").asText())
          .isEqualTo("two");
      JsonNode event = JSON.readTree(watch.readLine());
      assertThat(event.at("/object/metadata/name").asText()).isEqualTo("three");
      assertThat(event.at("/object/metadata/resourceVersion").asLong()).isEqualTo(third);
    }
    JsonNode old = json(MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + first);
    assertThat(old.get("items").findValuesAsText("name")).containsExactly("one");
  }

  private BufferedReader watch(String parameters) throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            request(MAPS + "?watch=1" + parameters, "admin-token").build(),
            BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource(value = StoreKind.class, mode = EnumSource.Mode.EXCLUDE, names = "ETCD")
  void watchesEndInOrderWhenTheServerStops(StoreKind kind) throws Exception {
    stop();
    open(kind);
    try (BufferedReader watch =
        watch(
            "&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")) {
      create("seen");
      String line = watch.readLine();
      while (!line.contains("seen")) {
        line = watch.readLine();
      }
      Thread stopping = Thread.startVirtualThread(() -> server.shutdown(Duration.ofSeconds(10)));
      String last = line;
      for (line = watch.readLine(); line != null; line = watch.readLine()) {
        last = line;
      }
      assertThat(JSON.readTree(last).get("type").asText()).isEqualTo("BOOKMARK");
      stopping.join();
    }
  }

  @Test
  void aWatchListOverWebSocketEndsWithACloseWhenTheServerStops() throws Exception {
    create("before");
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString("admin-token".getBytes());
    BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          private final StringBuilder message = new StringBuilder();

          @Override
          public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
              messages.add(message.toString());
              message.setLength(0);
            }
            socket.request(1);
            return null;
          }

          @Override
          public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
          }
        };
    URI uri =
        URI.create(
            "wss://127.0.0.1:"
                + server.address().getPort()
                + MAPS
                + "?watch=1&allowWatchBookmarks=true&sendInitialEvents=true"
                + "&resourceVersionMatch=NotOlderThan");
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .subprotocols("base64url.bearer.authorization.k8s.io." + token, "v1.rheo.test")
            .buildAsync(uri, listener)
            .get(30, TimeUnit.SECONDS);
    assertThat(socket.getSubprotocol()).isEqualTo("v1.rheo.test");
    assertThat(next(messages).at("/object/metadata/name").asText()).isEqualTo("before");
    JsonNode bookmark = next(messages);
    assertThat(bookmark.at("/type").asText()).isEqualTo("BOOKMARK");
    assertThat(bookmark.at("/object/metadata/annotations/k8s.io~1initial-events-end").asText())
        .isEqualTo("true");
    long after = create("after");
    JsonNode added = next(messages);
    assertThat(added.at("/object/metadata/resourceVersion").asLong()).isEqualTo(after);
    Thread stopping = Thread.startVirtualThread(() -> server.shutdown(Duration.ofSeconds(10)));
    assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(1001);
    assertThat(next(messages).at("/type").asText()).isEqualTo("BOOKMARK");
    assertThat(messages).isEmpty();
    stopping.join();
  }

  private static JsonNode next(BlockingQueue<String> messages) throws Exception {
    String message = messages.poll(30, TimeUnit.SECONDS);
    assertThat(message).isNotNull().endsWith("\n");
    return JSON.readTree(message);
  }

  @Test
  void aSecondServerIsRefusedAndToldWhoIsThere() {
    assertThatThrownBy(() -> Server.start(config(StoreKind.ROCKSDB)))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
  }

  @Test
  void aForeignDirectoryIsRefusedAndLeftAsItIs() throws Exception {
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Files.writeString(foreign.resolve("notes.txt"), "mine");
    ServerConfig config =
        config(StoreKind.ROCKSDB, "foreign", 0, directory.resolve("other-kubeconfig"));
    assertThatThrownBy(() -> Server.start(config))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("notes.txt");
    try (var entries = Files.list(foreign)) {
      assertThat(entries).containsExactly(foreign.resolve("notes.txt"));
    }
  }

  @Test
  void metricsAreNamedAsKubernetesNamesThem() throws Exception {
    create("counted");
    json(MAPS);
    String metrics = get("/metrics", "admin-token").body();
    for (String name :
        Set.of(
            "apiserver_request_total",
            "apiserver_request_duration_seconds_bucket",
            "apiserver_storage_objects",
            "apiserver_current_inflight_requests",
            "authentication_attempts",
            "authorization_attempts_total",
            "rheo_seat_refusals_total",
            "process_resident_memory_bytes",
            "rheo_budget_limit_bytes",
            "rheo_spool_bytes")) {
      assertThat(metrics).containsPattern("(?m)^" + name);
    }
  }
}
