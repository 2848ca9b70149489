package dev.rheo.server.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.store.ForwardingStore;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.testing.Await;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NamespaceControllerTest {
  @TempDir Path spool;

  private static NamespaceController controller(Cluster cluster) {
    return controller(cluster, () -> true);
  }

  private static NamespaceController controller(Cluster cluster, BooleanSupplier complete) {
    NamespaceController controller =
        new NamespaceController(
            cluster.client, cluster.cache, () -> cluster.registry, complete, (_, _) -> true);
    controller.createRequired();
    controller.start();
    return controller;
  }

  /** Watches the store until a key is gone. */
  private static void awaitGone(Cluster cluster, String key) throws Exception {
    long from = cluster.revision();
    if (cluster.store.get(key, 0) == null) {
      return;
    }
    try (RevisionStore.WatchCursor watch = cluster.store.watch(key, key + "\0", from + 1)) {
      while (cluster.store.get(key, 0) != null) {
        watch.next(Duration.ofSeconds(1));
      }
    }
  }

  /** Waits until an object is marked for deletion. */
  private static void awaitMarked(Cluster cluster, String resource, String namespace, String name) {
    Await.until(
        name + " is marked",
        () -> cluster.stored(resource, namespace, name).path("metadata").has("deletionTimestamp"));
  }

  @Test
  void theNamespacesOfEveryClusterAreThere() {
    try (Cluster cluster = new Cluster(spool);
        NamespaceController controller = controller(cluster)) {
      for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
        assertThat(cluster.stored("namespaces", "", name).path("status").path("phase").asText())
            .isEqualTo("Active");
      }
      long before = cluster.revision();
      controller.createRequired();
      assertThat(cluster.revision()).isEqualTo(before);
    }
  }

  @Test
  void aDeletedNamespaceIsEmptiedAndGoes() throws Exception {
    try (Cluster cluster = new Cluster(spool);
        NamespaceController controller = controller(cluster)) {
      cluster.namespace("ns");
      cluster.namespace("other");
      for (int i = 0; i < 50; i++) {
        cluster.create("configmaps", "ns", "{'metadata':{'name':'a" + i + "'}}");
        cluster.create("secrets", "ns", "{'metadata':{'name':'a" + i + "'}}");
      }
      cluster.create("configmaps", "other", "{'metadata':{'name':'a'}}");
      cluster.delete("namespaces", "", "ns");
      awaitGone(cluster, "/registry/namespaces/ns");
      cluster.settle();
      assertThat(cluster.cache.resource("configmaps").snapshot().size("ns/")).isZero();
      assertThat(cluster.cache.resource("secrets").snapshot().size("ns/")).isZero();
      assertThat(cluster.stored("configmaps", "other", "a")).isNotNull();
    }
  }

  /** Objects of a definition that is not known yet would be left in no namespace. */
  @Test
  void aNamespaceStaysUntilAllResourcesAreKnown() throws Exception {
    AtomicBoolean complete = new AtomicBoolean();
    AtomicInteger asked = new AtomicInteger();
    try (Cluster cluster = new Cluster(spool);
        NamespaceController controller =
            controller(
                cluster,
                () -> {
                  asked.incrementAndGet();
                  return complete.get();
                })) {
      cluster.namespace("ns");
      cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
      cluster.delete("namespaces", "", "ns");
      Await.until("it was tried again", () -> asked.get() > 2);
      assertThat(cluster.stored("configmaps", "ns", "a")).isNull();
      assertThat(cluster.stored("namespaces", "", "ns")).isNotNull();
      complete.set(true);
      awaitGone(cluster, "/registry/namespaces/ns");
    }
  }

  /** As while a KMS plugin is not there yet. */
  @Test
  void theNamespacesOfEveryClusterMayHaveToWait() {
    AtomicInteger failures = new AtomicInteger(3);
    RevisionStore late =
        new ForwardingStore(new MemoryRevisionStore()) {
          @Override
          public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
            if (failures.getAndDecrement() > 0) {
              throw new StoreException(
                  StoreException.Fault.UNREADABLE, "no key", "no key", false, null);
            }
            return super.commit(operations);
          }
        };
    try (Cluster cluster = new Cluster(spool, late, new Random(1));
        NamespaceController controller = controller(cluster)) {
      assertThat(cluster.stored("namespaces", "", "kube-node-lease")).isNotNull();
    }
  }

  /** A store in memory that runs something when a thread that empties a namespace gets a value. */
  private static RevisionStore storeWhoseEmptiersFirst(Runnable first) {
    RevisionStore memory = new MemoryRevisionStore();
    return (RevisionStore)
        Proxy.newProxyInstance(
            NamespaceControllerTest.class.getClassLoader(),
            new Class<?>[] {RevisionStore.class},
            (_, method, arguments) -> {
              if (method.getName().equals("get")
                  && Thread.currentThread().getName().startsWith("namespace ")) {
                first.run();
              }
              try {
                return method.invoke(memory, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void closingWaitsForAllNamespacesTogetherNotForEach() {
    Semaphore disk = new Semaphore(0);
    Semaphore waiting = new Semaphore(0);
    RevisionStore hanging =
        storeWhoseEmptiersFirst(
            () -> {
              waiting.release();
              disk.acquireUninterruptibly();
              disk.release();
            });
    try (Cluster cluster = new Cluster(spool, hanging, new Random(1))) {
      NamespaceController controller = controller(cluster);
      for (int i = 0; i < 8; i++) {
        cluster.namespace("ns" + i);
        cluster.delete("namespaces", "", "ns" + i);
      }
      waiting.acquireUninterruptibly(8);
      long begin = System.nanoTime();
      controller.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      disk.release();
    }
  }

  @Test
  void anErrorDelaysItOnly() throws Exception {
    AtomicBoolean fails = new AtomicBoolean(true);
    RevisionStore failing =
        storeWhoseEmptiersFirst(
            () -> {
              if (fails.getAndSet(false)) {
                throw new AssertionError("as the test wants it");
              }
            });
    try (Cluster cluster = new Cluster(spool, failing, new Random(1));
        NamespaceController controller = controller(cluster)) {
      cluster.namespace("ns");
      cluster.delete("namespaces", "", "ns");
      awaitGone(cluster, "/registry/namespaces/ns");
      assertThat(fails).isFalse();
    }
  }

  @Test
  void itWaitsForFinalizersOfOthers() throws Exception {
    try (Cluster cluster = new Cluster(spool);
        NamespaceController controller = controller(cluster)) {
      cluster.namespace("ns");
      ObjectNode map =
          (ObjectNode)
              cluster.create(
                  "configmaps", "ns", "{'metadata':{'name':'a','finalizers':['x.io/f']}}");
      cluster.delete("namespaces", "", "ns");
      awaitMarked(cluster, "configmaps", "ns", "a");
      assertThat(cluster.stored("namespaces", "", "ns")).isNotNull();
      cluster.patch(
          cluster.path("configmaps", "ns", "a"),
          "application/merge-patch+json",
          "{'metadata':{'finalizers':null}}");
      awaitGone(cluster, "/registry/namespaces/ns");
      assertThat(cluster.stored("configmaps", "ns", "a")).isNull();
    }
  }

  @Test
  void itGoesOnAfterARestart() throws Exception {
    RevisionStore store = new MemoryRevisionStore();
    Cluster first = new Cluster(spool.resolve("1"), store, new Random(1));
    first.namespace("ns");
    first.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    first.delete("namespaces", "", "ns");
    first.cache.close();
    try (Cluster second = new Cluster(spool.resolve("2"), store, new Random(2));
        NamespaceController controller = controller(second)) {
      awaitGone(second, "/registry/namespaces/ns");
      assertThat(second.stored("configmaps", "ns", "a")).isNull();
    }
  }

  @Test
  void nothingIsCreatedWhileOrAfterANamespaceGoes() throws Exception {
    try (Cluster cluster = new Cluster(spool);
        NamespaceController controller = controller(cluster)) {
      for (int round = 0; round < 5; round++) {
        String ns = "ns" + round;
        cluster.namespace(ns);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          List<Future<?>> creators = new ArrayList<>();
          for (int t = 0; t < 4; t++) {
            int thread = t;
            creators.add(
                threads.submit(
                    () -> {
                      for (int i = 0; ; i++) {
                        try {
                          cluster.create(
                              "configmaps",
                              ns,
                              "{'metadata':{'name':'c" + thread + "-" + i + "'}}");
                        } catch (ApiException e) {
                          assertThat(e.code()).isIn(403, 404);
                          return;
                        }
                      }
                    }));
          }
          cluster.delete("namespaces", "", ns);
          for (Future<?> creator : creators) {
            creator.get();
          }
        }
        awaitGone(cluster, "/registry/namespaces/" + ns);
        cluster.settle();
        assertThat(cluster.cache.resource("configmaps").snapshot().size(ns + "/")).isZero();
      }
      assertThatThrownBy(() -> cluster.create("configmaps", "ns0", "{'metadata':{'name':'a'}}"))
          .hasMessage("namespaces \"ns0\" not found");
    }
  }

  @Test
  void theSuccessorOfANamespaceIsLeftAlone() throws Exception {
    try (Cluster cluster = new Cluster(spool);
        NamespaceController controller = controller(cluster)) {
      cluster.namespace("ns");
      cluster.create("configmaps", "ns", "{'metadata':{'name':'a','finalizers':['x.io/f']}}");
      cluster.delete("namespaces", "", "ns");
      awaitMarked(cluster, "configmaps", "ns", "a");
      ObjectNode forced = (ObjectNode) cluster.stored("namespaces", "", "ns");
      forced.withObject("metadata").remove("resourceVersion");
      forced.withObject("spec").putArray("finalizers");
      cluster.writes.update(
          cluster.path("namespaces", "", "ns", "finalize"),
          Cluster.body(forced),
          WriteOptions.none(),
          Cluster.USER);
      cluster.namespace("ns");
      cluster.create("secrets", "ns", "{'metadata':{'name':'s'}}");
      cluster.patch(
          cluster.path("configmaps", "ns", "a"),
          "application/merge-patch+json",
          "{'metadata':{'finalizers':null}}");
      Await.until("the controller is idle", controller::isIdle);
      assertThat(cluster.stored("secrets", "ns", "s")).isNotNull();
      // The new namespace can be deleted like any other.
      cluster.delete("namespaces", "", "ns");
      awaitGone(cluster, "/registry/namespaces/ns");
      assertThat(cluster.stored("secrets", "ns", "s")).isNull();
    }
  }
}
