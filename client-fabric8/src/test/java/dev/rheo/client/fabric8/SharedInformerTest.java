package dev.rheo.client.fabric8;

import static dev.rheo.testing.script.Objects.configMap;
import static dev.rheo.testing.script.Objects.configMapList;
import static dev.rheo.testing.script.Objects.endBookmark;
import static dev.rheo.testing.script.Objects.expired;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.testing.Await;
import dev.rheo.testing.script.Received;
import dev.rheo.testing.script.Reply;
import dev.rheo.testing.script.ScriptedServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedInformerTest {

  private static final ReflectorSettings FAST =
      ReflectorSettings.defaults().withBackoff(Duration.ofMillis(5), Duration.ofMillis(20));

  private final ScriptedServer server = ScriptedServer.start();
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(Clients.config(server.url()).withRequestRetryBackoffLimit(3).build())
          .build();
  private final SharedIndexInformer<ConfigMap> informer =
      RheoInformers.of(client, FAST).informer(client.configMaps().inAnyNamespace());
  private final List<String> told = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private final ResourceEventHandler<ConfigMap> handler =
      new ResourceEventHandler<>() {
        @Override
        public void onAdd(ConfigMap object) {
          told.add("+" + text(object));
        }

        @Override
        public void onUpdate(ConfigMap before, ConfigMap object) {
          told.add(text(before) + "~" + text(object));
        }

        @Override
        public void onDelete(ConfigMap object, boolean unknown) {
          told.add("-" + text(object) + (unknown ? "?" : ""));
        }
      };

  private static String text(ConfigMap object) {
    return object.getMetadata().getName() + "@" + object.getMetadata().getResourceVersion();
  }

  private static ConfigMap object(String name, int version) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace("default")
        .withName(name)
        .withResourceVersion("" + version)
        .endMetadata()
        .build();
  }

  private void start() throws Exception {
    informer.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private void awaitTold(String... what) {
    Await.until("told " + List.of(what), () -> told.equals(List.of(what)));
  }

  private static Reply initial(String... objects) {
    Reply reply = Reply.stream();
    for (String object : objects) {
      reply.event("ADDED", object);
    }
    return reply.event("BOOKMARK", endBookmark(20));
  }

  /** As fabric8's: nobody waits for what cannot come. */
  @Test
  void aClientThatIsClosedStartsNoInformer() {
    client.close();
    assertThatThrownBy(informer::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Client is closed");
  }

  @Test
  void aStartTakesNoLongerThanTheTriesOfTheClient() {
    server.close();
    // Its own pauses would be minutes.
    SharedIndexInformer<ConfigMap> patient =
        RheoInformers.of(client).informer(client.configMaps().inAnyNamespace());
    assertThat(patient.start().toCompletableFuture()).failsWithin(Duration.ofSeconds(30));
  }

  @Test
  void aHandlerIsToldEachChangeAndOneThatIsRemovedNothing() throws Exception {
    CountDownLatch removed = new CountDownLatch(1);
    server.expect(
        Received::isWatchList,
        initial(configMap("a", 5))
            .event("MODIFIED", configMap("a", 21))
            .event("DELETED", configMap("a", 22))
            .await(removed)
            .event("ADDED", configMap("b", 23)));
    assertThat(informer.hasSynced()).isFalse();
    assertThat(informer.isRunning()).isFalse();
    assertThat(informer.getApiTypeClass()).isEqualTo(ConfigMap.class);
    informer.addEventHandler(handler);

    start();

    awaitTold("+a@5", "a@5~a@21", "-a@22");
    Await.until("synced", informer::hasSynced);
    assertThat(informer.isRunning()).isTrue();
    assertThat(informer.isWatching()).isTrue();
    informer.removeEventHandler(handler);
    removed.countDown();
    Await.until("b", () -> informer.getStore().getByKey("default/b") != null);
    Await.until("version", () -> "23".equals(informer.lastSyncResourceVersion()));
    assertThat(told).hasSize(3);
    informer.addEventHandler(handler);
    Await.until("the new handler is told all there is", () -> told.contains("+b@23"));
  }

  @Test
  void theStoreIsACacheWithIndexesAtAnyTime() throws Exception {
    server.expect(Received::isWatchList, initial(configMap("aa", 5), configMap("ab", 6)));
    informer.addIndexers(Map.of("last", o -> List.of(o.getMetadata().getName().substring(1))));
    assertThat(informer.getIndexer().list()).isEmpty();
    assertThat(informer.getIndexer().byIndex("last", "a")).isEmpty();

    start();
    informer
        .getIndexer()
        .addIndexers(Map.of("first", o -> List.of(o.getMetadata().getName().substring(0, 1))));

    Cache<ConfigMap> cache = (Cache<ConfigMap>) informer.getStore();
    assertThat(cache.listKeys()).containsExactlyInAnyOrder("default/aa", "default/ab");
    assertThat(cache.byIndex(Cache.NAMESPACE_INDEX, "default")).hasSize(2);
    assertThat(cache.byIndex("first", "a")).hasSize(2);
    assertThat(cache.byIndex("last", "b"))
        .extracting(SharedInformerTest::text)
        .containsExactly("ab@6");
    assertThat(cache.indexKeys("last", "a")).containsExactly("default/aa");
    assertThat(cache.index("first", object("ax", 1))).hasSize(2);
    assertThat(cache.get(object("aa", 1))).extracting(SharedInformerTest::text).isEqualTo("aa@5");
    assertThat(cache.getIndexers()).containsOnlyKeys("namespace", "first", "last");
    assertThatThrownBy(() -> cache.addIndexers(Map.of("last", o -> List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("last");
    informer.removeIndexer("last").removeNamespaceIndex();
    assertThatThrownBy(() -> cache.byIndex("last", "a")).hasMessageContaining("'last'");
  }

  @Test
  void anInitialStateIsChangedByDifference() throws Exception {
    server.expect(
        Received::isWatchList,
        initial(configMap("same", 5), configMap("changed", 6), configMap("added", 7)));
    informer.initialState(Stream.of(object("same", 5), object("changed", 2), object("gone", 3)));
    informer.addEventHandler(handler);

    start();

    Await.until("told", () -> told.size() == 3);
    assertThat(told).containsExactlyInAnyOrder("changed@2~changed@6", "+added@7", "-gone@3?");
    assertThatThrownBy(() -> informer.initialState(Stream.of())).hasMessageContaining("before");
  }

  @Test
  void anItemStoreOfTheUserHoldsTheObjects() throws Exception {
    server.expect(
        Received::isWatchList,
        initial(configMap("a", 5), configMap("b", 6))
            .event("MODIFIED", configMap("a", 21))
            .event("DELETED", configMap("b", 22)));
    BasicItemStore<ConfigMap> items = new BasicItemStore<>(Cache::metaUidKeyFunc);
    informer.itemStore(items).addEventHandler(handler);

    start();

    awaitTold("+a@5", "+b@6", "a@5~a@21", "-b@22");
    assertThat(items.keySet()).containsExactly("uid-a");
    assertThat(informer.getStore().getByKey("uid-a"))
        .extracting(SharedInformerTest::text)
        .isEqualTo("a@21");
    assertThat(informer.getIndexer().byIndex("namespace", "default")).hasSize(1);
  }

  /**
   * The Java Operator SDK takes its own copy of an object for obsolete once the informer's version
   * has reached it, and then reads the informer's: the version must not be ahead of the store.
   */
  @Test
  void theVersionIsNeverAheadOfTheStore() throws Exception {
    server.expect(
        Received::isWatchList,
        initial(configMap("a", 5))
            .event("MODIFIED", configMap("a", 21))
            .event("DELETED", configMap("a", 22)));
    List<String> versions = new CopyOnWriteArrayList<>();
    informer.itemStore(
        new BasicItemStore<>(Cache::metaNamespaceKeyFunc) {
          @Override
          public ConfigMap put(String key, ConfigMap object) {
            versions.add(text(object) + " after " + informer.lastSyncResourceVersion());
            return super.put(key, object);
          }
        });
    informer.addEventHandler(handler);

    start();

    awaitTold("+a@5", "a@5~a@21", "-a@22");
    assertThat(versions).startsWith("a@5 after null", "a@21 after 20");
    Await.until("version", () -> "22".equals(informer.lastSyncResourceVersion()));
  }

  @Test
  void aResyncTellsEverythingAgain() throws Exception {
    server.expect(Received::isWatchList, initial(configMap("a", 5)));
    informer.addEventHandlerWithResyncPeriod(handler, 1000);

    start();

    Await.until("told again", () -> told.contains("a@5~a@5"));
  }

  @Test
  void aRefusalBeforeTheStartFailsIt() {
    server.otherwise(request -> Reply.status(403, "Forbidden", "configmaps is forbidden"));
    informer.addEventHandler(handler);

    assertThatThrownBy(informer::run)
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(403);
              assertThat(e.getFullResourceName()).isEqualTo("configmaps");
            })
        .hasMessageContaining("configmaps is forbidden");
    assertThat(informer.isRunning()).isFalse();
    assertThat(informer.stopped()).isCompletedExceptionally();
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aServerThatDoesNotAnswerFailsTheStartAfterTheTriesOfTheClient() {
    server.refuse();

    assertThatThrownBy(informer::run).isInstanceOf(KubernetesClientException.class);
    assertThat(informer.stopped()).isCompletedExceptionally();
  }

  @Test
  void anExceptionHandlerDecides() throws Exception {
    List<Throwable> asked = new CopyOnWriteArrayList<>();
    server
        .expect(Received::isWatchList, Reply.status(403, "Forbidden", "no"))
        .expect(Received::isList, Reply.status(403, "Forbidden", "no"))
        .expect(Received::isWatchList, initial(configMap("a", 5)));
    informer.exceptionHandler(
        (started, thrown) -> {
          assertThat(started).isFalse();
          return asked.add(thrown);
        });

    start();

    assertThat(asked).singleElement().isInstanceOf(KubernetesClientException.class);
  }

  @Test
  void anObjectThatTheClassCannotHoldFailsTheStart() {
    String broken = configMap("a", 5).replace("{\"revision\":\"5\"}", "\"text\"");
    server.expect(Received::isWatchList, initial(broken));

    assertThatThrownBy(informer::run)
        .satisfies(e -> assertThat(ExceptionHandler.isDeserializationException(e)).isTrue());
  }

  @Test
  void afterTheStartItGoesOnWhateverTheServerDoes() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    server
        .expect(
            Received::isWatchList, initial(configMap("a", 5), configMap("b", 6)).await(go).cut())
        .expect(Received::isWatch, Reply.status(403, "Forbidden", "for a while"))
        .answer(r -> Reply.of(200, ""))
        .expect(Received::isWatchList, Reply.stream().event("ERROR", expired()).end())
        .expect(Received::isWatchList, Reply.status(500, "InternalError", "etcd"))
        .expect(Received::isList, Reply.of(200, configMapList(30, "", configMap("a", 5))))
        .expect(Received::isWatch, Reply.stream().event("ADDED", configMap("c", 31)));
    informer.addEventHandler(handler);
    start();
    Await.until("told", () -> told.size() == 2);
    go.countDown();

    awaitTold("+a@5", "+b@6", "-b@6?", "+c@31");
    assertThat(informer.isRunning()).isTrue();
  }

  @Test
  void anInformerThatIsStoppedCannotBeStarted() throws Exception {
    server.expect(Received::isWatchList, Reply.stream());
    CompletableFuture<Void> started = informer.start().toCompletableFuture();
    server.awaitRequest(1);

    informer.stop();
    informer.close();

    assertThat(started).isCompletedExceptionally();
    assertThat(informer.stopped()).isCompleted();
    assertThatThrownBy(informer::start).isInstanceOf(IllegalStateException.class);
    Await.until("no connection is open", () -> server.connections() == 0);
  }

  @Tag("fabric8-8")
  @Test
  void handlersAreToldOfLists() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    server
        .expect(Received::isWatchList, initial().await(go).event("ERROR", expired()).end())
        .expect(Received::isWatchList, initial(configMap("a", 5)));
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onBeforeList(String lastSyncResourceVersion) {
            told.add("(" + lastSyncResourceVersion);
          }

          @Override
          public void onList(String resourceVersion, boolean remainedEmpty) {
            told.add(")" + resourceVersion + remainedEmpty);
          }

          @Override
          public void onAdd(ConfigMap object) {
            told.add("+" + text(object));
          }

          @Override
          public void onUpdate(ConfigMap before, ConfigMap object) {}

          @Override
          public void onDelete(ConfigMap object, boolean unknown) {}
        });
    start();
    Await.until("told", () -> told.size() == 2);
    go.countDown();

    awaitTold("(null", ")20true", "(20", "+a@5", ")20false");
  }
}
