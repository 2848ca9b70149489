package dev.rheo.compat.fabric8;

import dev.rheo.client.EventHandler;
import dev.rheo.client.Informer;
import dev.rheo.client.Informers;
import dev.rheo.client.fabric8.Fabric8Format;
import dev.rheo.client.fabric8.Fabric8Transport;
import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.client.reflector.Resource;
import dev.rheo.compat.harness.Book;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Churn;
import dev.rheo.compat.harness.Course;
import dev.rheo.compat.harness.Identity;
import dev.rheo.compat.harness.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Rheo's informers over connections that are cut at any byte, through churn and restarts of the server: with watch lists and
 * without, with stores of every kind. In the end each holds what the server holds, and each handler was told a history without a gap.
 */
public final class CutMain {
  private final Checks checks;
  private final Objects objects;
  private final String namespace;
  private final KubernetesClient reader;
  private final List<Informer<?>> informers = new ArrayList<>();

  private CutMain(Checks checks, Objects objects, String namespace, KubernetesClient reader) {
    this.checks = checks;
    this.objects = objects;
    this.namespace = namespace;
    this.reader = reader;
  }

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.parse(args);
    Checks checks = new Checks();
    // A connection that is cut is an error to it.
    Logger.getLogger("io.vertx").setLevel(Level.OFF);
    String namespace = "cut-" + System.nanoTime() % 1_000_000_000L;
    Config direct =
        new ConfigBuilder(Config.fromKubeconfig(Files.readString(Path.of(settings.kubeconfig()))))
            .withRequestRetryBackoffLimit(0)
            .withRequestTimeout(10_000)
            .build();
    URI server = URI.create(direct.getMasterUrl());
    // kube-apiserver cannot send the rest of initial events: a connection must carry all of them now and then.
    int most = (settings.upstream() ? 256 : 96) << 10;
    try (CuttingProxy proxy =
            new CuttingProxy(new InetSocketAddress(server.getHost(), server.getPort()), most, 7);
        KubernetesClient writer = new KubernetesClientBuilder().withConfig(direct).build();
        KubernetesClient reader =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder(direct)
                        .withMasterUrl("https://127.0.0.1:" + proxy.port())
                        .build())
                .build()) {
      writer
          .namespaces()
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
      try {
        Objects objects = new Objects(writer, namespace);
        Churn churn = new Churn(objects, "cut");
        churn.seed(300);
        CutMain program = new CutMain(checks, objects, namespace, reader);
        List<Book> books = program.start();
        new Course(settings, checks, churn, books, objects::numbers).run();
        checks.that("connections were cut: " + proxy.cuts(), proxy.cuts() > 10);
        proxy.relent();
        program.stop();
      } catch (Exception e) {
        checks.that("the course of the test", e.toString());
      } finally {
        writer.namespaces().withName(namespace).delete();
      }
    }
    System.exit(checks.end());
  }

  private List<Book> start() {
    ReflectorSettings settings =
        ReflectorSettings.defaults()
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(500))
            .withPageSize(20);
    Informers watchLists =
        Informers.builder(new Fabric8Transport(reader)).settings(settings).build();
    Informers lists =
        Informers.builder(new Fabric8Transport(reader))
            .settings(settings.withWatchList(false))
            .build();
    List<Book> books = new ArrayList<>();
    for (Informers factory : List.of(watchLists, lists)) {
      String how = factory == watchLists ? "watch list" : "list";
      books.add(
          configMaps("configmaps, " + how, factory, any -> any, r -> r, objects::configMaps));
      books.add(
          configMaps(
              "configmaps, label selector, " + how,
              factory,
              any -> any,
              r -> r.withLabels("even=true"),
              objects::evenConfigMaps));
      books.add(secrets("secrets of all namespaces, bytes, " + how, factory, Informer.Builder::keepBytes, null));
      books.add(
          secrets("secrets, compressed, " + how, factory, Informer.Builder::keepCompressed, namespace));
      books.add(
          secrets("secrets, metadata alone, " + how, factory, Informer.Builder::metadataOnly, namespace));
    }
    return books;
  }

  private Book configMaps(
      String name,
      Informers factory,
      UnaryOperator<Informer.Builder<ConfigMap>> kept,
      UnaryOperator<Resource> selected,
      Callable<List<ConfigMap>> server) {
    Informer.Builder<ConfigMap> builder =
        factory.informer(
            selected.apply(Resource.of("", "v1", "configmaps", namespace)),
            new Fabric8Format<>(
                reader.getKubernetesSerialization(), ConfigMap.class, "v1", "ConfigMap"));
    // Who leaves a selector is deleted to the informer, so its changes are not those of the objects.
    Book.Counted counted = name.contains("selector") ? Book.Counted.NEVER : Book.Counted.ALWAYS;
    return follow(name, counted, kept.apply(builder).build(), () -> Objects.identities(server.call()));
  }

  private Book secrets(
      String name,
      Informers factory,
      UnaryOperator<Informer.Builder<Secret>> kept,
      String within) {
    Informer.Builder<Secret> builder =
        factory.informer(
            Resource.of("", "v1", "secrets", within),
            new Fabric8Format<>(reader.getKubernetesSerialization(), Secret.class, "v1", "Secret"));
    return follow(
        name,
        Book.Counted.ALWAYS,
        kept.apply(builder).build(),
        () -> Objects.identities(within == null ? objects.allSecrets() : objects.secrets()));
  }

  private <T extends HasMetadata> Book follow(
      String name, Book.Counted counted, Informer<T> informer, Callable<Collection<Identity>> server) {
    Book book = new Book(name, counted, () -> Objects.identities(informer.list()), server);
    informer.addHandler(
        new EventHandler<>() {
          @Override
          public void onAdd(T object, boolean initial) {
            book.add(Objects.identity(object));
          }

          @Override
          public void onUpdate(T before, T object) {
            book.update(Objects.identity(before), Objects.identity(object));
          }

          @Override
          public void onDelete(T object, boolean lastKnown) {
            book.delete(Objects.identity(object));
          }
        });
    informer.start();
    informers.add(informer);
    checks.step(
        name + ": synced",
        () -> informer.awaitSync(Duration.ofSeconds(40)) ? "" : informer.health().toString());
    return book;
  }

  private void stop() {
    for (Informer<?> informer : informers) {
      checks.note(
          "%s: %d requests, %d differences, %d failures, %d objects unchanged, %d swept"
              .formatted(
                  informer.resource().path(),
                  informer.counters().watchLists()
                      + informer.counters().watches()
                      + informer.counters().lists(),
                  informer.counters().differences(),
                  informer.counters().failures(),
                  informer.counters().unchanged(),
                  informer.counters().swept()));
      informer.close();
    }
  }
}
