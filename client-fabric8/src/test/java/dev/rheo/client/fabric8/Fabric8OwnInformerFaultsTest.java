package dev.rheo.client.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.testing.Await;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The faults of fabric8's own informer with watch lists ({@code Config.watchList}), in 8.0.0. Each
 * test asserts what is wrong: one that fails says that fabric8 has mended it, and that {@code
 * docs/informers-fabric8.md} has to say so.
 */
@Tag("fabric8-8")
class Fabric8OwnInformerFaultsTest extends WatchListFaults {

  @Override
  SharedIndexInformer<ConfigMap> informer(KubernetesClient client) {
    return client.configMaps().inNamespace("default").runnableInformer(0);
  }

  private CompletableFuture<Void> start() {
    return informer().start().toCompletableFuture();
  }

  @Test
  void faultA_eachReconnectAsksForEverythingAndADeletedObjectStaysForEver() throws Exception {
    connectionBreaksAfterTheInitialEvents();
    start().get(30, TimeUnit.SECONDS);
    seen.countDown();

    awaitStore("c@23");

    assertThat(server.requests().get(1).isWatchList()).isTrue();
    assertThat(server.requests().get(1).parameter("resourceVersion")).contains("20");
    assertThat(store()).containsExactly("a@5", "b@6", "c@23");
  }

  @Test
  void faultB_aChangeWithinTheInitialEventsStopsTheInformer() {
    changesWithinTheInitialEvents();

    assertThatThrownBy(() -> start().get(30, TimeUnit.SECONDS))
        .hasMessageContaining("Unexpected event before list ending bookmark");
    // It is stopped by another thread, after the start has failed.
    Await.until("stopped", () -> !informer().isRunning());
  }

  @Test
  void faultC_anyBookmarkEndsTheList() throws Exception {
    anotherBookmarkWithinTheInitialEvents();

    start().get(30, TimeUnit.SECONDS);

    assertThat(store()).containsExactly("a@5");
  }

  @Test
  void faultD_aRefusalIsAskedAgainForEver() {
    watchListsAreRefused();
    informer().exceptionHandler((started, thrown) -> true);
    CompletableFuture<Void> started = start();

    server.awaitRequest(4);

    assertThat(server.requests()).allMatch(request -> request.isWatchList());
    assertThat(started).isNotDone();
  }

  @Test
  void faultE_whatABrokenInitialStreamSentStaysForEver() throws Exception {
    connectionBreaksWithinTheInitialEvents();
    CompletableFuture<Void> started = start();
    awaitStore("ghost@5");
    seen.countDown();
    started.get(30, TimeUnit.SECONDS);

    awaitStore("c@21");

    assertThat(store()).containsExactly("a@6", "c@21", "ghost@5");
  }

  @Test
  void faultF_theVersionIsThatOfTheInitialEventThatCameLast() {
    initialEventsInTheOrderOfNames();
    start();

    awaitStore("b@3");

    Await.until("version", () -> "3".equals(informer().lastSyncResourceVersion()));
  }

  @Test
  void faultG_itCountsAsSyncedAfterTheFirstObject() {
    initialEventsInTheOrderOfNames();
    CompletableFuture<Void> started = start();

    awaitStore("b@3");

    Await.until("synced", () -> informer().hasSynced());
    assertThat(started).isNotDone();
  }

  @Test
  void noBookmarkEverComes_itWaitsForEver() {
    noBookmarkEverComes();
    CompletableFuture<Void> started = start();
    awaitStore("a@5");

    Await.holds("it waits", Duration.ofSeconds(1), () -> !started.isDone());

    assertThat(server.requests()).hasSize(1);
  }
}
