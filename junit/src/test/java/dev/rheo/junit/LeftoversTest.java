package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.testing.Await;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What is left of a server that was closed: nothing. */
@Isolated
class LeftoversTest {
  /**
   * Threads that Netty, Prometheus, OkHttp and the JDK have once in a JVM, whatever the number of
   * servers. OkHttp's task runner bears the name of the task that it ran last.
   */
  private static final List<String> OF_THE_JVM =
      List.of(
          "globalEventExecutor",
          "prometheus-metrics-scheduler",
          "CompletableFutureDelayScheduler",
          "ForkJoinPool",
          "Cleaner",
          "Common-Cleaner",
          "VirtualThread-unblocker",
          "process reaper",
          "Okio Watchdog",
          "OkHttp TaskRunner",
          "OkHttp ConnectionPool",
          "vertx-blocked-thread-checker",
          "surefire");

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> OF_THE_JVM.stream().noneMatch(thread.getName()::contains))
        .collect(Collectors.toSet());
  }

  private static Set<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(file -> file.getFileName().toString().contains("rheo"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void noThreadAndNoFileIsLeft() throws Exception {
    use(RheoApiServer.builder().start());
    Set<Thread> threads = threads();
    Set<Path> files = files();
    List<RheoApiServer> servers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      servers.add(RheoApiServer.builder().manifests("crds/widgets.yaml").start());
    }
    assertThat(files()).hasSize(files.size() + 3);
    for (RheoApiServer server : servers) {
      use(server);
    }
    assertThat(files()).isEqualTo(files);
    Set<Thread> left = new HashSet<>();
    try {
      Await.until(
          "no thread is left",
          () -> {
            left.clear();
            left.addAll(threads());
            left.removeAll(threads);
            return left.isEmpty();
          });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("these threads are left: " + left, e);
    }
  }

  /** With what holds on: clients, a watch, and a request that is never answered. */
  private static void use(RheoApiServer server) throws Exception {
    RawClient raw = new RawClient(server);
    try (server;
        raw) {
      assertThat(server.client(KubernetesClient.class).namespaces().list().getItems()).hasSize(4);
      new CoreV1Api(server.client(ApiClient.class)).listNamespace().execute();
      Stream<String> watch = raw.lines("/api/v1/namespaces?watch=true");
      assertThat(watch.iterator().next()).contains("ADDED");
      var stall = server.faults().onList("pods").stall();
      var unanswered = raw.getAsync("/api/v1/pods");
      stall.awaitFired(Duration.ofSeconds(30));
      server.close();
      assertThat(unanswered).failsWithin(Duration.ofSeconds(30));
    }
  }
}
