package dev.rheo.client.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.testing.Await;
import dev.rheo.testing.script.Received;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The scripts of {@link WatchListFaults} with our informer on an unchanged client of fabric8. */
class WatchListFaultsTest extends WatchListFaults {

  private ReflectorSettings settings =
      ReflectorSettings.defaults().withBackoff(Duration.ofMillis(5), Duration.ofMillis(20));

  @Override
  SharedIndexInformer<ConfigMap> informer(KubernetesClient client) {
    return RheoInformers.of(client, settings)
        .client()
        .configMaps()
        .inNamespace("default")
        .runnableInformer(0);
  }

  private CompletableFuture<Void> start() {
    return informer().start().toCompletableFuture();
  }

  private void awaitStart() throws Exception {
    start().get(30, TimeUnit.SECONDS);
  }

  @Test
  void faultA_aReconnectGoesOnWhereItWas() throws Exception {
    connectionBreaksAfterTheInitialEvents();
    awaitStart();
    seen.countDown();

    awaitStore("c@23");

    Received again = server.requests().get(1);
    assertThat(again.isWatch()).isTrue();
    assertThat(again.isWatchList()).isFalse();
    assertThat(again.parameter("resourceVersion")).contains("20");
    assertThat(store()).containsExactly("a@5", "c@23");
  }

  @Test
  void faultB_changesWithinTheInitialEventsAreTakenOver() throws Exception {
    changesWithinTheInitialEvents();

    awaitStart();

    assertThat(store()).containsExactly("a@18", "c@7");
    assertThat(informer().isWatching()).isTrue();
  }

  @Test
  void faultC_onlyTheAnnotatedBookmarkEndsTheList() throws Exception {
    anotherBookmarkWithinTheInitialEvents();
    CompletableFuture<Void> started = start();
    awaitStore("a@5");

    Await.holds(
        "it is not complete",
        Duration.ofMillis(100),
        () -> !started.isDone() && !informer().hasSynced());
    seen.countDown();
    started.get(30, TimeUnit.SECONDS);

    assertThat(store()).containsExactly("a@5", "b@7");
  }

  @Test
  void faultD_afterARefusalAListIsMade() throws Exception {
    watchListsAreRefused();

    awaitStart();

    awaitStore("a@5", "b@21");
    assertThat(server.requests())
        .extracting(Received::isWatchList, Received::isWatch)
        .containsExactly(tuple(true, true), tuple(false, false), tuple(false, true));
  }

  @Test
  void faultE_whatABrokenInitialStreamSentIsSwept() throws Exception {
    connectionBreaksWithinTheInitialEvents();
    CompletableFuture<Void> started = start();
    awaitStore("ghost@5");
    seen.countDown();
    started.get(30, TimeUnit.SECONDS);

    awaitStore("c@21");

    assertThat(store()).containsExactly("a@6", "c@21");
  }

  @Test
  void faultF_theVersionIsThatOfTheEndBookmark() throws Exception {
    initialEventsInTheOrderOfNames();
    CompletableFuture<Void> started = start();
    awaitStore("b@3");

    assertThat(informer().lastSyncResourceVersion()).isNull();
    seen.countDown();
    started.get(30, TimeUnit.SECONDS);

    assertThat(informer().lastSyncResourceVersion()).isEqualTo("20");
  }

  @Test
  void faultG_itIsSyncedAfterTheEndBookmark() {
    initialEventsInTheOrderOfNames();
    start();
    awaitStore("b@3");

    assertThat(informer().hasSynced()).isFalse();
    seen.countDown();

    Await.until("synced", () -> informer().hasSynced());
  }

  @Test
  void noBookmarkEverComes_aListIsMade() throws Exception {
    settings = settings.withInitialSilence(Duration.ofMillis(200), 2);
    noBookmarkEverComes();

    awaitStart();

    awaitStore("a@5", "b@21");
    assertThat(server.requests())
        .extracting(Received::isWatchList)
        .containsExactly(true, true, false, false);
  }
}
