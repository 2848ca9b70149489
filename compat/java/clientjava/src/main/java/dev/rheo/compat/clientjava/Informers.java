package dev.rheo.compat.clientjava;

import dev.rheo.compat.harness.Book;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Identity;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretList;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The informers. The library lists again after a connection was cut, not after one that ended well,
 * and so may be told of several changes at once: that each change was told is expected until the
 * first restart alone.
 */
final class Informers {
  private final Checks checks;
  private final Objects objects;
  private final String namespace;
  private final List<Book> books = new ArrayList<>();
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();

  Informers(Checks checks, Objects objects, String namespace) {
    this.checks = checks;
    this.objects = objects;
    this.namespace = namespace;
  }

  List<Book> start(
      ApiClient multiplexed,
      SharedInformerFactory overHttp2,
      ApiClient plain,
      SharedInformerFactory overHttp1)
      throws InterruptedException {
    CoreV1Api core2 = new CoreV1Api(multiplexed);
    CoreV1Api core1 = new CoreV1Api(plain);
    follow(
        "configmaps, HTTP/2",
        true,
        overHttp2.sharedIndexInformerFor(
            p ->
                core2
                    .listNamespacedConfigMap(namespace)
                    .resourceVersion(p.resourceVersion)
                    .timeoutSeconds(p.timeoutSeconds)
                    .watch(p.watch)
                    .buildCall(null),
            V1ConfigMap.class,
            V1ConfigMapList.class),
        () -> Objects.identities(objects.configMaps(null)));
    follow(
        "secrets of all namespaces, HTTP/2",
        true,
        overHttp2.sharedIndexInformerFor(
            p ->
                core2
                    .listSecretForAllNamespaces()
                    .resourceVersion(p.resourceVersion)
                    .timeoutSeconds(p.timeoutSeconds)
                    .watch(p.watch)
                    .buildCall(null),
            V1Secret.class,
            V1SecretList.class),
        () -> Objects.identities(objects.allSecrets()));
    follow(
        "configmaps, label selector, HTTP/1.1",
        false,
        overHttp1.sharedIndexInformerFor(
            p ->
                core1
                    .listNamespacedConfigMap(namespace)
                    .labelSelector("even=true")
                    .allowWatchBookmarks(p.watch)
                    .resourceVersion(p.resourceVersion)
                    .timeoutSeconds(p.timeoutSeconds)
                    .watch(p.watch)
                    .buildCall(null),
            V1ConfigMap.class,
            V1ConfigMapList.class),
        () -> Objects.identities(objects.configMaps("even=true")));
    follow(
        "secrets, generic API, HTTP/1.1",
        true,
        overHttp1.sharedIndexInformerFor(
            new GenericKubernetesApi<>(
                V1Secret.class, V1SecretList.class, "", "v1", "secrets", plain),
            V1Secret.class,
            0,
            namespace),
        () -> Objects.identities(objects.secrets()));
    overHttp2.startAllRegisteredInformers();
    overHttp1.startAllRegisteredInformers();
    for (int i = 0; i < books.size(); i++) {
      SharedIndexInformer<?> informer = informers.get(i);
      for (int n = 0; n < 300 && !informer.hasSynced(); n++) {
        Thread.sleep(100);
      }
      checks.that("informer " + (i + 1) + ": synced", informer.hasSynced());
    }
    return books;
  }

  private <T extends KubernetesObject> void follow(
      String name,
      boolean everyChange,
      SharedIndexInformer<T> informer,
      Callable<Collection<Identity>> server) {
    Book book =
        new Book(
            name,
            everyChange ? Book.Counted.UNTIL_RESTART : Book.Counted.NEVER,
            () -> Objects.identities(informer.getIndexer().list()),
            server);
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
    books.add(book);
    informers.add(informer);
  }
}
