package dev.rheo.compat.fabric8;

import dev.rheo.compat.harness.Book;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Churn;
import dev.rheo.compat.harness.Course;
import dev.rheo.compat.harness.Settings;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Holds a server to what the fabric8 client needs: CRUD, patches, WebSocket watches, HTTP watches,
 * watch lists, and shared informers that follow churn through restarts and end with exactly what
 * the server holds.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.parse(args);
    Checks checks = new Checks();
    Logger.getLogger("io.vertx")
        .setLevel(Level.OFF); // a connection that a restart cuts is an error to it
    String namespace = "fabric8-" + System.nanoTime() % 1_000_000_000L;
    try (KubernetesClient writer = client(settings, false, false);
        KubernetesClient webSockets = client(settings, false, false);
        KubernetesClient httpWatches = client(settings, true, false);
        KubernetesClient watchLists = client(settings, false, true);
        KubernetesClient httpWatchLists = client(settings, true, true)) {
      writer
          .namespaces()
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
      try {
        new Requests(checks, writer, namespace).run();
        boolean opens = new Streams(checks, writer, namespace).run(webSockets, httpWatches);

        Objects objects = new Objects(writer, namespace);
        Informers informers = new Informers(checks, objects, namespace);
        informers.watchListFollows(opens ? watchLists : httpWatchLists, settings.churn());
        Churn churn = new Churn(objects, "o");
        churn.seed(40);
        List<Book> books = informers.start(opens ? webSockets : httpWatches, httpWatches);
        new Course(settings, checks, churn, books, objects::numbers).run();
        informers.stop();
      } catch (Exception e) {
        checks.that("the course of the test", e.toString());
      } finally {
        writer.namespaces().withName(namespace).delete();
      }
    }
    System.exit(checks.end());
  }

  private static KubernetesClient client(Settings settings, boolean onlyHttp, boolean watchList)
      throws Exception {
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(Files.readString(Path.of(settings.kubeconfig()))))
            .withOnlyHttpWatches(onlyHttp)
            .withWatchList(watchList)
            // A write that is sent twice may be refused the second time though the first one was
            // carried out.
            .withRequestRetryBackoffLimit(0)
            .withRequestTimeout(10_000)
            .withWatchReconnectInterval(250)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}
