package dev.rheo.client.official;

import static dev.rheo.testing.script.Objects.bookmark;
import static dev.rheo.testing.script.Objects.configMap;
import static dev.rheo.testing.script.Objects.configMapList;
import static dev.rheo.testing.script.Objects.endBookmark;
import static dev.rheo.testing.script.Objects.expired;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.reflector.SystemTiming;
import dev.rheo.client.reflector.Timing;
import dev.rheo.testing.Await;
import dev.rheo.testing.script.Received;
import dev.rheo.testing.script.Reply;
import dev.rheo.testing.script.ScriptedServer;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.util.CallGeneratorParams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The informers of the official client with watch lists. */
@Timeout(60)
class RheoListerWatcherTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ApiClient client = new ApiClient().setBasePath(server.url()).setReadTimeout(0);
  private final SharedInformerFactory factory = new SharedInformerFactory(client);
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch go = new CountDownLatch(1);
  private ReflectorSettings settings = ReflectorSettings.defaults();
  private Timing timing = new SystemTiming();
  private RheoListerWatcher<V1ConfigMap> watcher;
  private SharedIndexInformer<V1ConfigMap> informer;

  private void start() {
    watcher =
        new RheoListerWatcher<>(
            new ClientJavaTransport(client),
            Resource.of("", "v1", "configmaps", "default").withLabels("a=b"),
            V1ConfigMap.class,
            settings,
            timing);
    informer = factory.sharedIndexInformerFor(watcher, V1ConfigMap.class, 0);
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(V1ConfigMap object) {
            told.add("+" + text(object));
          }

          @Override
          public void onUpdate(V1ConfigMap before, V1ConfigMap object) {
            told.add(text(before) + "~" + text(object));
          }

          @Override
          public void onDelete(V1ConfigMap object, boolean unknown) {
            told.add("-" + text(object));
          }
        });
    factory.startAllRegisteredInformers();
  }

  private static String text(V1ConfigMap object) {
    assertThat(object.getKind()).isEqualTo("ConfigMap");
    return object.getMetadata().getName() + "@" + object.getMetadata().getResourceVersion();
  }

  private void awaitStore(String... objects) {
    Await.until(
        "the store has " + List.of(objects),
        () ->
            informer.getIndexer().list().stream()
                .map(RheoListerWatcherTest::text)
                .sorted()
                .toList()
                .equals(List.of(objects)));
  }

  @AfterEach
  void stop() {
    go.countDown();
    factory.stopAllRegisteredInformers();
    if (watcher != null) {
      watcher.close();
    }
    server.close();
  }

  @Test
  void theWatchGoesOnWithTheStreamOfTheList() {
    server.expect(
        Received::isWatchList,
        Reply.stream()
            .event("ADDED", configMap("a", 5))
            .event("ADDED", configMap("b", 6))
            .event("BOOKMARK", bookmark(7))
            .event("MODIFIED", configMap("a", 18))
            .event("DELETED", configMap("b", 19))
            .event("BOOKMARK", endBookmark(20))
            .await(go)
            .event("ADDED", configMap("c", 21))
            .event("BOOKMARK", bookmark(30))
            .event("MODIFIED", configMap("a", 31)));
    start();
    awaitStore("a@18");
    Await.until("synced", informer::hasSynced);
    go.countDown();

    awaitStore("a@31", "c@21");

    Await.until("told", () -> told.equals(List.of("+a@18", "+c@21", "a@18~a@31")));
    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.parameter("resourceVersion")).contains("0");
              assertThat(request.parameter("resourceVersionMatch")).contains("NotOlderThan");
              assertThat(request.parameter("labelSelector")).contains("a=b");
              assertThat(Integer.parseInt(request.parameter("timeoutSeconds").orElse("0")))
                  .isBetween(300, 600);
            });
  }

  @Test
  void aBrokenWatchIsFollowedByAWatchNotByAList() {
    server
        .expect(
            Received::isWatchList,
            Reply.stream()
                .event("ADDED", configMap("a", 5))
                .event("BOOKMARK", endBookmark(20))
                .event("BOOKMARK", bookmark(25))
                .await(go)
                .cut())
        .expect(
            request ->
                !request.isWatchList()
                    && request.isWatch()
                    && request.parameter("resourceVersion").orElse("").equals("25"),
            Reply.stream().event("DELETED", configMap("a", 26)).event("ADDED", configMap("b", 27)));
    start();
    awaitStore("a@5");
    Await.until("version", () -> "25".equals(informer.lastSyncResourceVersion()));
    go.countDown();

    awaitStore("b@27");
  }

  @Test
  void aServerThatRefusesIsAskedForAListAndNotAgain() {
    server
        .expect(Received::isWatchList, Reply.status(422, "Invalid", "forbidden"))
        .expect(
            request -> request.isList() && request.parameter("resourceVersion").isPresent(),
            Reply.of(200, configMapList(20, "", configMap("a", 5))))
        .expect(Received::isWatch, Reply.stream().event("ERROR", expired()).end())
        .expect(
            request -> request.isList() && request.parameter("limit").isPresent(),
            Reply.of(200, configMapList(30, "more", configMap("b", 6))))
        .expect(
            request -> request.parameter("continue").orElse("").equals("more"),
            Reply.of(200, configMapList(30, "", configMap("c", 7))))
        .expect(Received::isWatch, Reply.stream().event("ADDED", configMap("d", 31)));
    start();

    awaitStore("b@6", "c@7", "d@31");
  }

  @Test
  void noBookmarkEverComes() {
    settings = settings.withInitialSilence(Duration.ofMillis(300), 1);
    server
        .expect(Received::isWatchList, Reply.stream().event("ADDED", configMap("a", 5)))
        .expect(Received::isList, Reply.of(200, configMapList(20, "", configMap("a", 5))))
        .expect(Received::isWatch, Reply.stream().event("ADDED", configMap("b", 21)));
    start();

    awaitStore("a@5", "b@21");
  }

  @Test
  void aWatchThatIsRefusedWith410LeadsToTheMostRecentState() {
    server
        .expect(
            Received::isWatchList,
            Reply.stream()
                .event("ADDED", configMap("a", 5))
                .event("BOOKMARK", endBookmark(20))
                .await(go)
                .end())
        .expect(request -> request.isWatch() && !request.isWatchList(), Reply.of(410, expired()))
        .expect(
            request -> request.isWatchList() && request.parameter("resourceVersion").isEmpty(),
            Reply.stream().event("ADDED", configMap("b", 40)).event("BOOKMARK", endBookmark(41)));
    start();
    awaitStore("a@5");
    go.countDown();

    awaitStore("b@40");
    Await.until(
        "told",
        () ->
            told.equals(List.of("+a@5", "-a@5", "+b@40"))
                || told.equals(List.of("+a@5", "+b@40", "-a@5")));
  }

  @Test
  void aCloseEndsAListThatIsUnderWay() {
    server.expect(Received::isWatchList, Reply.stream().event("ADDED", configMap("a", 5)));
    start();
    server.awaitRequest(1);

    factory.stopAllRegisteredInformers();
    watcher.close();

    Await.until("no connection is open", () -> server.connections() == 0);
  }

  @Test
  void aCloseEndsARequestThatIsNotAnswered() throws Exception {
    server.expect(Received::isWatchList, Reply.late(go));
    RheoListerWatcher<V1ConfigMap> waiting =
        RheoListerWatcher.of(
            client, Resource.of("", "v1", "configmaps", "default"), V1ConfigMap.class);
    CompletableFuture<?> list =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return waiting.list(new CallGeneratorParams(false, "", null));
              } catch (ApiException e) {
                throw new CompletionException(e);
              }
            });
    server.awaitRequest(1);

    waiting.close();

    assertThat(list)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withMessageContaining("is closed");
  }

  @Test
  void aServerThatDoesNotAnswerIsAskedAgain() {
    timing = new HastyTiming();
    settings = settings.withInitialSilence(Duration.ofMinutes(10), 1);
    server
        .expect(Received::isWatchList, Reply.late(go))
        .expect(
            Received::isWatchList,
            Reply.stream().event("ADDED", configMap("a", 5)).event("BOOKMARK", endBookmark(20)));
    start();

    awaitStore("a@5");
  }

  /** A server may die so that nobody is told: the end of the watch then never comes. */
  @Test
  void aWatchThatOutlivesItsTimeIsMadeAgain() {
    timing = new HastyTiming();
    settings =
        settings
            .withInitialSilence(Duration.ofMinutes(10), 1)
            .withWatchTimeout(Duration.ofSeconds(1), Duration.ofSeconds(1));
    server
        .expect(
            Received::isWatchList,
            Reply.stream()
                .event("ADDED", configMap("a", 5))
                .event("BOOKMARK", endBookmark(20))
                .await(go))
        .expect(
            request -> request.isWatch() && !request.isWatchList(),
            Reply.stream().event("ADDED", configMap("b", 40)));
    start();

    awaitStore("a@5", "b@40");
  }

  /** Time that passes fifty times as fast. */
  private static final class HastyTiming implements Timing {
    private static final int TIMES = 50;
    private final SystemTiming system = new SystemTiming();

    @Override
    public long now() {
      return system.now() * TIMES;
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
      system.pause(time.dividedBy(TIMES));
    }

    @Override
    public Runnable later(Duration time, Runnable what) {
      return system.later(time.dividedBy(TIMES), what);
    }
  }
}
