package dev.rheo.compat.fabric8;

import dev.rheo.compat.harness.Checks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Watches read one event at a time, each written only after the one before it has arrived. */
final class Streams {
  private final Checks checks;
  private final KubernetesClient writer;
  private final String namespace;

  Streams(Checks checks, KubernetesClient writer, String namespace) {
    this.checks = checks;
    this.writer = writer;
    this.namespace = namespace;
  }

  /** Returns whether WebSockets open. */
  boolean run(KubernetesClient webSockets, KubernetesClient httpWatches) {
    for (int i = 0; i < 5; i++) {
      writer
          .configMaps()
          .inNamespace(namespace)
          .resource(Objects.configMap("stream-" + i, i))
          .create();
    }
    checks.step("watch over HTTP, event by event", () -> eventByEvent(httpWatches));
    checks.step("streaming list over HTTP", () -> streamingList(httpWatches));
    boolean opens =
        checks.step(
            "a WebSocket opens and brings events as text", () -> webSocketOpens(webSockets));
    if (opens) { // else the client would wait for ever
      checks.step("watch over a WebSocket, event by event", () -> eventByEvent(webSockets));
      checks.step("streaming list over a WebSocket", () -> streamingList(webSockets));
    }
    writer.configMaps().inNamespace(namespace).withLabel("even").delete();
    return opens;
  }

  /** Below the client's watches, which fall back to HTTP without a word. */
  private String webSocketOpens(KubernetesClient client) throws Exception {
    BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    URI uri =
        WebSocket.toWebSocketUri(
            client
                .getMasterUrl()
                .toURI()
                .resolve("/api/v1/namespaces/" + namespace + "/configmaps?watch=true"));
    WebSocket socket =
        client
            .getHttpClient()
            .newWebSocketBuilder()
            .uri(uri)
            .header("Origin", client.getMasterUrl().toString())
            .buildAsync(
                new WebSocket.Listener() {
                  @Override
                  public void onMessage(WebSocket webSocket, String text) {
                    messages.add(text);
                    webSocket.request();
                  }
                })
            .get(10, TimeUnit.SECONDS);
    try {
      for (int i = 0; i < 5; i++) {
        String message = messages.poll(10, TimeUnit.SECONDS);
        if (message == null || !message.startsWith("{\"type\":\"ADDED\"")) {
          return "message " + i + " is " + message;
        }
      }
      return "";
    } finally {
      socket.sendClose(1000, "");
    }
  }

  private String eventByEvent(KubernetesClient client) throws Exception {
    String version =
        writer.configMaps().inNamespace(namespace).list().getMetadata().getResourceVersion();
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    Watcher<ConfigMap> watcher =
        new Watcher<>() {
          @Override
          public void eventReceived(Action action, ConfigMap object) {
            arrived.add(action + " " + object.getData().get("n"));
          }

          @Override
          public void onClose(WatcherException cause) {
            arrived.add("closed: " + cause);
          }
        };
    try (Watch _ =
        client
            .configMaps()
            .inNamespace(namespace)
            .withField("metadata.name", "stream-1")
            .withResourceVersion(version)
            .watch(watcher)) {
      for (int n = 10; n < 20; n++) {
        writer
            .configMaps()
            .inNamespace(namespace)
            .resource(Objects.configMap("stream-1", n))
            .update();
        String event = arrived.poll(10, TimeUnit.SECONDS);
        if (!("MODIFIED " + n).equals(event)) {
          return "wanted MODIFIED " + n + " within 10 s, got " + event;
        }
      }
      return "";
    }
  }

  private String streamingList(KubernetesClient client) throws Exception {
    List<String> wanted = new ArrayList<>();
    writer
        .configMaps()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(o -> wanted.add(Objects.identity(o).toString()));
    List<String> got = new ArrayList<>();
    client
        .configMaps()
        .inNamespace(namespace)
        .streamingList(o -> got.add(Objects.identity(o).toString()))
        .get(10, TimeUnit.SECONDS);
    return got.equals(wanted) ? "" : "wanted " + wanted + ", got " + got;
  }
}
