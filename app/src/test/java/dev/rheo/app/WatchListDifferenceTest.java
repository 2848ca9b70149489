package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.testing.Await;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The header fields of docs/informer-protocol.md, and what follows from them, over the network. */
class WatchListDifferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
  private static final String PARTIAL = ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
  private static final String WATCH_LIST =
      "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
          + "&resourceVersionMatch=NotOlderThan&labelSelector=mine";
  private static final String INITIAL = "Rheo-Initial-Events";
  private static final String HAVE = "Rheo-Have";

  @TempDir Path directory;
  private Path data;
  private Server server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(
        directory.resolve("tokens"),
        "admin-token,admin,1,\"system:masters\"" + System.lineSeparator());
    open(StoreKind.MEMORY);
  }

  private void open(StoreKind kind) throws Exception {
    data = directory.resolve("data-" + kind);
    server =
        Server.start(
            TestConfig.of(
                data, kind, 0, directory.resolve("kubeconfig"), directory.resolve("tokens")));
    assertThat(server.awaitReady(LONG)).isTrue();
    client = TestClients.trusting(data);
  }

  @AfterEach
  void stop() throws Exception {
    server.shutdown(Duration.ofSeconds(10));
    client.close();
  }

  private URI uri(String scheme, String path) {
    return URI.create(scheme + "://127.0.0.1:" + server.address().getPort() + path);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri("https", path))
        .timeout(LONG)
        .header("Authorization", "Bearer admin-token");
  }

  private void write(String method, String path, String body) throws Exception {
    HttpResponse<String> response =
        client.send(
            request(path)
                .header(
                    "Content-Type",
                    method.equals("PATCH") ? "application/merge-patch+json" : "application/json")
                .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
  }

  private static String map(String name, String value) {
    return "{'metadata':{'name':'%s','labels':{'mine':''}},'data':{'k':'%s'}}"
        .formatted(name, value);
  }

  private void create(String name, String value) throws Exception {
    write("POST", MAPS, map(name, value));
  }

  private void change(String name, String value) throws Exception {
    write("PUT", MAPS + "/" + name, map(name, value));
  }

  /** The bytes of a stream until its initial events have ended, and the header field. */
  private record Initial(String field, String text, Version version) {
    String history() {
      return field.replaceAll("history=([^;]*);.*", "$1");
    }

    long revision() {
      return Long.parseLong(field.replaceAll(".*revision=(\\d+).*", "$1"));
    }

    HttpRequest.Builder held(HttpRequest.Builder request) {
      return request.header(HAVE, "history=%s; revision=%d".formatted(history(), revision()));
    }
  }

  private Initial read(HttpClient from, HttpRequest request) throws Exception {
    HttpResponse<InputStream> response = from.send(request, BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    boolean gzip = response.headers().firstValue("Content-Encoding").isPresent();
    assertThat(gzip).isEqualTo(request.headers().firstValue("Accept-Encoding").isPresent());
    try (InputStream in = response.body();
        InputStream plain = gzip ? new GZIPInputStream(in) : in) {
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      // The text of keys and annotations is the same in all formats.
      while (!read.toString(StandardCharsets.ISO_8859_1).contains("initial-events-end")) {
        int n = plain.read(buffer);
        assertThat(n).isPositive();
        read.write(buffer, 0, n);
      }
      return new Initial(
          response.headers().firstValue(INITIAL).orElse(""),
          read.toString(StandardCharsets.ISO_8859_1),
          response.version());
    }
  }

  static List<Arguments> ways() {
    List<Arguments> ways = new ArrayList<>();
    for (Version version : Version.values()) {
      for (String type :
          List.of("application/json", "application/vnd.kubernetes.protobuf", "application/cbor")) {
        for (boolean gzip : new boolean[] {false, true}) {
          ways.add(Arguments.of(version, type, gzip));
          ways.add(Arguments.of(version, type + PARTIAL, gzip));
        }
      }
      ways.add(Arguments.of(version, TABLE, false));
    }
    return ways;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void onlyTheDifferenceIsSent(Version version, String accept, boolean gzip) throws Exception {
    for (String name : List.of("a", "b", "c")) {
      create(name, "first-of-" + name);
    }
    // A client of its own: the JDK's keeps to HTTP/2 on a connection that it has.
    try (HttpClient one = TestClients.trusting(data)) {
      HttpRequest.Builder request =
          request(MAPS + WATCH_LIST).version(version).header("Accept", accept);
      if (gzip) {
        request.header("Accept-Encoding", "gzip");
      }
      Initial all = read(one, request.copy().build());
      assertThat(all.version).isEqualTo(version);
      assertThat(all.field).matches("history=[A-Za-z0-9-]{16,64}; revision=\\d+");
      change("b", "second-of-b");
      Initial difference = read(one, all.held(request).build());
      assertThat(difference.field)
          .isEqualTo(
              "history=%s; revision=%d; difference=true"
                  .formatted(all.history(), all.revision() + 1));
      boolean partial = accept.contains(";as=");
      assertThat(difference.text)
          .contains("rheo.dev/unchanged", "default/a default/c")
          .doesNotContain("first-of-", "default/b");
      assertThat(difference.text.contains("second-of-b")).isEqualTo(!partial);
      assertThat(difference.text).contains("ADDED");
    }
  }

  @Test
  void aCustomResourceIsComparedInEachOfItsVersions() throws Exception {
    String version =
        "{'name':'%s','served':true,'storage':%b,'schema':{'openAPIV3Schema':{'type':'object',"
            + "'properties':{'spec':{'type':'object','properties':{%s}}}}}}";
    write(
        "POST",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        ("{'metadata':{'name':'things.example.com'},'spec':{'group':'example.com','scope':'Cluster',"
            + "'names':{'plural':'things','kind':'Thing'},'versions':["
            + version.formatted("v1", true, "'a':{'type':'string'}")
            + ","
            + version.formatted(
                "v2", false, "'a':{'type':'string'},'b':{'type':'string','default':'x'}")
            + "]}}"));
    String things = "/apis/example.com/%s/things";
    Await.until(
        "the type is served",
        () -> {
          try {
            return client
                    .send(request(things.formatted("v2")).build(), BodyHandlers.discarding())
                    .statusCode()
                == 200;
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    for (String name : List.of("one", "two")) {
      write(
          "POST",
          things.formatted("v1"),
          "{'apiVersion':'example.com/v1','kind':'Thing','metadata':{'name':'%s','labels':{'mine':''}}}"
              .formatted(name));
    }
    for (String each : List.of("v1", "v2")) {
      HttpRequest.Builder request = request(things.formatted(each) + WATCH_LIST);
      Initial all = read(client, request.copy().build());
      write(
          "PATCH",
          things.formatted("v1") + "/two",
          "{'metadata':{'annotations':{'seen-in':'%s'}}}".formatted(each));
      List<String> lines = read(client, all.held(request).build()).text.lines().toList();
      assertThat(lines).hasSize(3);
      assertThat(JSON.readTree(lines.get(0)).at("/object/apiVersion").asText())
          .isEqualTo("example.com/" + each);
      assertThat(lines.get(0)).contains("\"seen-in\":\"" + each + "\"");
      assertThat(
              JSON.readTree(lines.get(1))
                  .at("/object/metadata/annotations/rheo.dev~1unchanged")
                  .asText())
          .isEqualTo("one");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "history=h", "history=h; revision=x", "history=h; revision=1; until=%@1"})
  void aMalformedHeaderIsRefusedWithAStatus(String field) throws Exception {
    HttpResponse<String> response =
        client.send(
            request(MAPS + WATCH_LIST).header(HAVE, field).build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode status = JSON.readTree(response.body());
    assertThat(status.get("kind").asText()).isEqualTo("Status");
    assertThat(status.get("message").asText()).startsWith("the header Rheo-Have is malformed: ");
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "?watch=1&resourceVersion=1&timeoutSeconds=1",
    "?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=1"
  })
  void otherRequestsPassTheHeaderOver(String query) throws Exception {
    HttpResponse<String> response =
        client.send(
            request(MAPS + query).header(HAVE, "anything").build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue(INITIAL)).isEmpty();
  }

  @Test
  void aWebSocketGetsEverything() throws Exception {
    create("a", "first-of-a");
    BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString("admin-token".getBytes());
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .header(HAVE, "anything")
            .subprotocols("base64url.bearer.authorization.k8s.io." + token, "v1.rheo.test")
            .buildAsync(
                uri("wss", MAPS + WATCH_LIST),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(
                      WebSocket socket, CharSequence data, boolean last) {
                    messages.add(data.toString());
                    socket.request(1);
                    return null;
                  }
                })
            .get(30, TimeUnit.SECONDS);
    assertThat(messages.poll(30, TimeUnit.SECONDS)).contains("first-of-a");
    assertThat(messages.poll(30, TimeUnit.SECONDS)).contains("initial-events-end");
    socket.abort();
  }

  @ParameterizedTest
  @EnumSource(value = StoreKind.class, mode = EnumSource.Mode.EXCLUDE, names = "ETCD")
  void aRestartKeepsTheHistoryIfItKeepsTheData(StoreKind kind) throws Exception {
    stop();
    open(kind);
    create("a", "first-of-a");
    create("b", "first-of-b");
    HttpRequest.Builder request = request(MAPS + WATCH_LIST);
    Initial before = read(client, request.copy().build());
    stop();
    open(kind);
    if (kind == StoreKind.MEMORY) {
      create("a", "second-of-a");
    } else {
      change("a", "second-of-a");
    }
    Initial after = read(client, before.held(request(MAPS + WATCH_LIST)).build());
    assertThat(after.history().equals(before.history())).isEqualTo(kind != StoreKind.MEMORY);
    assertThat(after.field.endsWith("; difference=true")).isEqualTo(kind != StoreKind.MEMORY);
    assertThat(after.text).contains("second-of-a").doesNotContain("first-of-");
    assertThat(after.text.contains("rheo.dev/unchanged")).isEqualTo(kind != StoreKind.MEMORY);
  }

  @Test
  void theMetricsTellHowManyStreamsSentTheDifference() throws Exception {
    create("a", "1");
    create("b", "1");
    Initial all = read(client, request(MAPS + WATCH_LIST).build());
    read(client, all.held(request(MAPS + WATCH_LIST)).build());
    HttpResponse<InputStream> metrics =
        client.send(request("/metrics").build(), BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(metrics.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.lines())
          .contains(
              "rheo_watch_initial_streams_total{group=\"\",kind=\"difference\",resource=\"configmaps\"} 1.0",
              "rheo_watch_initial_unchanged_total{group=\"\",resource=\"configmaps\"} 2.0")
          .anyMatch(
              line ->
                  line.startsWith(
                      "rheo_watch_initial_streams_total{group=\"\",kind=\"full\",resource=\"configmaps\"}"));
    }
  }
}
