package dev.rheo.storm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The part of an API server that a storm uses, over plain HTTP, with faults that a test can inject.
 */
final class FakeServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** A response that is sent instead of the right one. */
  record Refusal(int code, String message) {}

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();
  private final List<byte[]> events = new ArrayList<>();
  private final List<Long> eventRevisions = new ArrayList<>();
  private long revision = 10;
  private String namespace = "";

  final AtomicInteger lists = new AtomicInteger();
  final AtomicInteger watchLists = new AtomicInteger();
  final AtomicInteger watches = new AtomicInteger();

  volatile boolean refusesWatchLists;
  volatile Predicate<String> leavesOut = name -> false;
  volatile int diesAfterObjects = Integer.MAX_VALUE;
  volatile int busyAnswers;
  volatile boolean losesChanges;
  volatile boolean inUse;
  volatile String metrics =
      "process_resident_memory_bytes 1.5e+08\nprocess_cpu_seconds_total 2.5\n";
  volatile Predicate<String> refuses = request -> false;
  volatile Refusal refusal = new Refusal(403, "");

  FakeServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  Path kubeconfig(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
        contexts: [{name: fake, context: {cluster: fake}}]
        current-context: fake
        """
            .formatted(http.getAddress().getPort()));
  }

  synchronized int objectCount() {
    return objects.size();
  }

  synchronized String namespace() {
    return namespace;
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (refuses.test(request)) {
        status(exchange, refusal.code(), refusal.message());
        return;
      }
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      switch (request.replaceFirst("storm-[0-9]+$", "OBJECT").replaceAll("weather", "NS")) {
        case "GET /version" -> answer(exchange, 200, "{\"gitVersion\":\"v1.36.3-fake\"}");
        case "GET /metrics" -> answer(exchange, 200, metrics);
        case "GET /api/v1/nodes" ->
            answer(exchange, 200, inUse ? "{\"items\":[{}]}" : "{\"items\":[]}");
        case "GET /api/v1/namespaces" ->
            answer(
                exchange,
                200,
                "{\"items\":[{\"metadata\":{\"name\":\"default\"}},{\"metadata\":{\"name\":\"kube-system\"}}]}");
        case "POST /api/v1/namespaces" -> {
          synchronized (this) {
            namespace = JSON.readTree(body).path("metadata").path("name").asText();
          }
          answer(exchange, 201, "{}");
        }
        case "GET /api/v1/namespaces/NS" -> status(exchange, namespace().isEmpty() ? 404 : 200, "");
        case "DELETE /api/v1/namespaces/NS" -> {
          synchronized (this) {
            namespace = "";
          }
          answer(exchange, 200, "{}");
        }
        case "POST /api/v1/namespaces/NS/secrets" -> write(exchange, body, "ADDED");
        case "PUT /api/v1/namespaces/NS/secrets/OBJECT" -> write(exchange, body, "MODIFIED");
        case "DELETE /api/v1/namespaces/NS/secrets/OBJECT" -> {
          synchronized (this) {
            objects.remove(request.substring(request.lastIndexOf('/') + 1));
          }
          answer(exchange, 200, "{}");
        }
        case "GET /api/v1/namespaces/NS/secrets" -> read(exchange, query);
        default -> status(exchange, 404, "nothing here");
      }
    }
  }

  private void write(HttpExchange exchange, byte[] body, String type) throws IOException {
    String text;
    synchronized (this) {
      ObjectNode object = (ObjectNode) JSON.readTree(body);
      ObjectNode metadata = (ObjectNode) object.get("metadata");
      metadata.put("namespace", namespace).put("resourceVersion", Long.toString(++revision));
      // API servers write metadata before data.
      ObjectNode ordered = JSON.createObjectNode();
      ordered.put("kind", "Secret").put("apiVersion", "v1").set("metadata", metadata);
      ordered.set("data", object.get("data"));
      objects.put(metadata.get("name").asText(), ordered);
      text = ordered.toString();
      if (type.equals("MODIFIED")) {
        boolean lost = losesChanges && events.size() % 5 == 4;
        events.add(lost ? new byte[0] : event(type, text));
        eventRevisions.add(revision);
        notifyAll();
      }
    }
    answer(exchange, 200, text);
  }

  private void read(HttpExchange exchange, String query) throws IOException {
    if (query.contains("limit=1")) {
      answer(exchange, 200, "{\"items\":[]}");
    } else if (!query.contains("watch=true")) {
      lists.incrementAndGet();
      list(exchange);
    } else if (!query.contains("sendInitialEvents=true")) {
      watches.incrementAndGet();
      watch(exchange, Long.parseLong(query.replaceAll(".*resourceVersion=([0-9]+).*", "$1")), true);
    } else {
      watchLists.incrementAndGet();
      if (refusesWatchLists) {
        status(
            exchange,
            422,
            "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: it is switched off");
      } else if (busy()) {
        exchange.getResponseHeaders().add("Retry-After", "1");
        status(exchange, 429, "too many requests");
      } else {
        watch(exchange, 0, false);
      }
    }
  }

  private synchronized boolean busy() {
    return busyAnswers-- > 0;
  }

  private void list(HttpExchange exchange) throws IOException {
    List<String> all;
    long at;
    synchronized (this) {
      all = objects.values().stream().map(JsonNode::toString).toList();
      at = revision;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(utf8("{\"metadata\":{\"resourceVersion\":\"" + at + "\"},\"items\":["));
      int sent = 0;
      for (String object : all) {
        if (leavesOut.test(nameOf(object))) {
          continue;
        }
        if (sent == diesAfterObjects) {
          dieIn(exchange);
        }
        out.write(utf8((sent++ == 0 ? "" : ",") + object));
        out.flush();
      }
      out.write(utf8("]}\n"));
    }
  }

  private void watch(HttpExchange exchange, long from, boolean resumed) throws IOException {
    long at = from;
    List<String> all = List.of();
    int next;
    synchronized (this) {
      if (!resumed) {
        all = objects.values().stream().map(JsonNode::toString).toList();
        at = revision;
      }
      next = 0;
      while (next < eventRevisions.size() && eventRevisions.get(next) <= at) {
        next++;
      }
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      int sent = 0;
      for (String object : all) {
        if (leavesOut.test(nameOf(object))) {
          continue;
        }
        if (sent++ == diesAfterObjects) {
          dieIn(exchange);
        }
        out.write(event("ADDED", object));
        out.flush();
      }
      if (!resumed) {
        out.write(
            event(
                "BOOKMARK",
                "{\"metadata\":{\"resourceVersion\":\""
                    + at
                    + "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}"));
        out.flush();
      }
      while (true) {
        byte[] event;
        synchronized (this) {
          while (next == events.size()) {
            wait();
          }
          event = events.get(next++);
        }
        out.write(event);
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Breaks the connection, as if the process were killed. */
  private static void dieIn(HttpExchange exchange) throws IOException {
    throw new IOException("killed");
  }

  private static byte[] event(String type, String object) {
    return utf8("{\"type\":\"" + type + "\",\"object\":" + object + "}\n");
  }

  private static String nameOf(String object) {
    return object.replaceFirst("(?s).*?\"name\":\"([^\"]*)\".*", "$1");
  }

  private static void status(HttpExchange exchange, int code, String message) throws IOException {
    answer(
        exchange,
        code,
        JSON.createObjectNode()
            .put("kind", "Status")
            .put("code", code)
            .put("message", message)
            .toString());
  }

  private static void answer(HttpExchange exchange, int code, String text) throws IOException {
    byte[] bytes = utf8(text);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
