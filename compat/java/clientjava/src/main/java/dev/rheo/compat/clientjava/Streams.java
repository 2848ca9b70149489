package dev.rheo.compat.clientjava;

import com.google.gson.reflect.TypeToken;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Settings;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.util.Watch;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Watches read one event at a time, each written only after the one before it has arrived. */
final class Streams {
  private static final Type EVENT = new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType();
  private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

  private final Settings settings;
  private final Checks checks;
  private final CoreV1Api core;
  private final String namespace;
  private final Answers answers;

  Streams(Settings settings, Checks checks, CoreV1Api core, String namespace, Answers answers) {
    this.settings = settings;
    this.checks = checks;
    this.core = core;
    this.namespace = namespace;
    this.answers = answers;
  }

  void run(ApiClient... clients) throws ApiException {
    for (int i = 0; i < 5; i++) {
      core.createNamespacedConfigMap(namespace, Objects.configMap("stream-" + i, i)).execute();
    }
    for (ApiClient client : clients) {
      checks.step("watch, event by event", () -> eventByEvent(client));
      if (settings.upstream()) {
        checks.note("it was " + answers.lastWatch());
      } else {
        checks.that("it was " + answers.lastWatch(), answers.lastWatch().endsWith("gzip"));
      }
      checks.step("watch list", () -> watchList(client));
    }
    core.deleteCollectionNamespacedConfigMap(namespace).execute();
  }

  private String eventByEvent(ApiClient client) throws Exception {
    String version =
        core.listNamespacedConfigMap(namespace).execute().getMetadata().getResourceVersion();
    try (Watch<V1ConfigMap> watch =
        Watch.createWatch(
            client,
            new CoreV1Api(client)
                .listNamespacedConfigMap(namespace)
                .fieldSelector("metadata.name=stream-1")
                .resourceVersion(version)
                .watch(true)
                .buildCall(null),
            EVENT)) {
      BlockingQueue<String> arrived = new ArrayBlockingQueue<>(100);
      Thread.ofPlatform().daemon().start(() -> read(watch, arrived));
      for (int n = 10; n < 20; n++) {
        core.replaceNamespacedConfigMap("stream-1", namespace, Objects.configMap("stream-1", n))
            .execute();
        String event = arrived.poll(10, TimeUnit.SECONDS);
        if (!("MODIFIED " + n).equals(event)) {
          return "wanted MODIFIED " + n + " within 10 s, got " + event;
        }
      }
      return "";
    }
  }

  private static void read(Watch<V1ConfigMap> watch, BlockingQueue<String> arrived) {
    try {
      watch.forEach(e -> arrived.add(e.type + " " + e.object.getData().get("n")));
    } catch (RuntimeException e) {
      arrived.add(e.toString()); // as it is when the watch is closed
    }
  }

  private String watchList(ApiClient client) throws Exception {
    List<String> wanted = new ArrayList<>();
    core.listNamespacedConfigMap(namespace)
        .execute()
        .getItems()
        .forEach(o -> wanted.add("ADDED " + Objects.identity(o)));
    try (Watch<V1ConfigMap> watch =
        Watch.createWatch(
            client,
            new CoreV1Api(client)
                .listNamespacedConfigMap(namespace)
                .sendInitialEvents(true)
                .resourceVersionMatch("NotOlderThan")
                .allowWatchBookmarks(true)
                .timeoutSeconds(20)
                .watch(true)
                .buildCall(null),
            EVENT)) {
      List<String> got = new ArrayList<>();
      for (Watch.Response<V1ConfigMap> e : watch) {
        if (e.type.equals("BOOKMARK")) {
          boolean end = e.object.getMetadata().getAnnotations().containsKey(INITIAL_EVENTS_END);
          return !end
              ? "a bookmark without " + INITIAL_EVENTS_END
              : got.equals(wanted) ? "" : "wanted " + wanted + ", got " + got;
        }
        got.add(e.type + " " + Objects.identity(e.object));
      }
      return "it ended without a bookmark";
    }
  }
}
