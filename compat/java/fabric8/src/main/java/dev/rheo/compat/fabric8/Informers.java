package dev.rheo.compat.fabric8;

import dev.rheo.compat.harness.Book;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Churn;
import dev.rheo.compat.harness.Course;
import dev.rheo.compat.harness.Identity;
import dev.rheo.compat.harness.Settings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * The informers, over WebSockets and with watches over plain HTTP, which resume where they were
 * cut.
 */
final class Informers {
  private static final ResourceDefinitionContext SECRETS =
      new ResourceDefinitionContext.Builder()
          .withVersion("v1")
          .withKind("Secret")
          .withPlural("secrets")
          .withNamespaced(true)
          .build();

  private final Checks checks;
  private final Objects objects;
  private final String namespace;
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();

  Informers(Checks checks, Objects objects, String namespace) {
    this.checks = checks;
    this.objects = objects;
    this.namespace = namespace;
  }

  List<Book> start(KubernetesClient webSockets, KubernetesClient httpWatches) {
    List<Book> books = new ArrayList<>();
    for (KubernetesClient client : List.of(webSockets, httpWatches)) {
      String how = client == webSockets ? "WebSocket" : "HTTP";
      books.add(
          follow(
              "configmaps, " + how,
              Book.Counted.ALWAYS,
              client.configMaps().inNamespace(namespace).runnableInformer(0),
              () -> Objects.identities(objects.configMaps())));
      books.add(
          follow(
              "configmaps, label selector, in pages of 10, " + how,
              Book.Counted.NEVER,
              client
                  .configMaps()
                  .inNamespace(namespace)
                  .withLabel("even", "true")
                  .withLimit(10L)
                  .runnableInformer(0),
              () -> Objects.identities(objects.evenConfigMaps())));
      books.add(
          follow(
              "secrets of all namespaces, " + how,
              Book.Counted.ALWAYS,
              client.secrets().inAnyNamespace().runnableInformer(0),
              () -> Objects.identities(objects.allSecrets())));
    }
    SharedIndexInformer<GenericKubernetesResource> generic =
        webSockets.genericKubernetesResources(SECRETS).inNamespace(namespace).runnableInformer(0);
    books.add(
        follow(
            "secrets, generic, WebSocket",
            Book.Counted.ALWAYS,
            generic,
            () -> Objects.identities(objects.secrets())));
    return books;
  }

  /**
   * An informer with a watch list. The library asks for all initial events again whenever it
   * connects again and does not forget what was deleted meanwhile (version 8.0.0), so this one does
   * not see a restart.
   */
  void watchListFollows(KubernetesClient client, Duration time) throws Exception {
    Churn churn = new Churn(objects, "list");
    churn.seed(40);
    Book book =
        follow(
            "secrets, watch list, WebSocket",
            Book.Counted.ALWAYS,
            client.secrets().inNamespace(namespace).runnableInformer(0),
            () -> Objects.identities(objects.secrets()));
    Settings noRestarts = new Settings("", List.of(), time, false);
    new Course(noRestarts, checks, churn, List.of(book), objects::numbers).run();
    informers.removeLast().close();
  }

  void stop() {
    informers.forEach(SharedIndexInformer::close);
  }

  private <T extends HasMetadata> Book follow(
      String name,
      Book.Counted counted,
      SharedIndexInformer<T> informer,
      Callable<Collection<Identity>> server) {
    Book book =
        new Book(name, counted, () -> Objects.identities(informer.getStore().list()), server);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(T object) {
            book.add(Objects.identity(object));
          }

          @Override
          public void onUpdate(T before, T now) {
            book.update(Objects.identity(before), Objects.identity(now));
          }

          @Override
          public void onDelete(T last, boolean finalStateUnknown) {
            book.delete(Objects.identity(last));
          }
        });
    checks.step(
        name + ": synced",
        () -> {
          informer.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
          return informer.hasSynced() ? "" : "started, but not synced";
        });
    informers.add(informer);
    return book;
  }
}
