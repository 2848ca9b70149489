package dev.rheo.client.fabric8;

import static dev.rheo.testing.script.Objects.bookmark;
import static dev.rheo.testing.script.Objects.configMap;
import static dev.rheo.testing.script.Objects.configMapList;
import static dev.rheo.testing.script.Objects.endBookmark;

import dev.rheo.testing.Await;
import dev.rheo.testing.script.Received;
import dev.rheo.testing.script.Reply;
import dev.rheo.testing.script.ScriptedServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * What servers do that fabric8's own informer cannot stand, as scripts. Each script is right by the
 * protocol (KEP-3157), or is what a network or an older server does. The scripts run twice: with
 * fabric8's own informer, to show the fault, and with ours.
 */
@Timeout(60)
abstract class WatchListFaults {

  final ScriptedServer server = ScriptedServer.start();

  /** Opened by a test once it has seen what a script needs it to see. */
  final CountDownLatch seen = new CountDownLatch(1);

  final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(
              Clients.config(server.url())
                  .withOnlyHttpWatches(true)
                  .withWatchList(true)
                  .withWatchReconnectInterval(10)
                  .build())
          .build();

  private SharedIndexInformer<ConfigMap> informer;

  /** The informer under test, of the ConfigMaps in the namespace {@code default}. */
  abstract SharedIndexInformer<ConfigMap> informer(KubernetesClient client);

  final SharedIndexInformer<ConfigMap> informer() {
    if (informer == null) {
      informer = informer(client);
    }
    return informer;
  }

  @AfterEach
  void stop() {
    seen.countDown();
    informer().stop();
    client.close();
    server.close();
  }

  /** What the store has, such as {@code a@5}. */
  final List<String> store() {
    return informer().getStore().list().stream()
        .map(o -> o.getMetadata().getName() + "@" + o.getMetadata().getResourceVersion())
        .sorted()
        .toList();
  }

  final void awaitStore(String... objects) {
    Await.until("the store has " + List.of(objects), () -> store().containsAll(List.of(objects)));
  }

  // --- The scripts.

  /** b is deleted while the connection is broken. Then c is added. */
  final void connectionBreaksAfterTheInitialEvents() {
    server
        .expect(
            Received::isWatchList,
            Reply.stream()
                .event("ADDED", configMap("a", 5))
                .event("ADDED", configMap("b", 6))
                .event("BOOKMARK", endBookmark(20))
                .await(seen)
                .cut())
        .answer(
            again ->
                again.isWatchList()
                    ? Reply.stream()
                        .event("ADDED", configMap("a", 5))
                        .event("BOOKMARK", endBookmark(22))
                        .event("ADDED", configMap("c", 23))
                    : Reply.stream()
                        .event("DELETED", configMap("b", 21))
                        .event("ADDED", configMap("c", 23)));
  }

  /** a changes, and b is deleted, while the initial events are sent. */
  final void changesWithinTheInitialEvents() {
    server.expect(
        Received::isWatchList,
        Reply.stream()
            .event("ADDED", configMap("a", 5))
            .event("ADDED", configMap("b", 6))
            .event("MODIFIED", configMap("a", 18))
            .event("DELETED", configMap("b", 19))
            .event("ADDED", configMap("c", 7))
            .event("BOOKMARK", endBookmark(20)));
  }

  /** A bookmark without the annotation comes within the initial events. */
  final void anotherBookmarkWithinTheInitialEvents() {
    server.expect(
        Received::isWatchList,
        Reply.stream()
            .event("ADDED", configMap("a", 5))
            .event("BOOKMARK", bookmark(6))
            .await(seen)
            .event("ADDED", configMap("b", 7))
            .event("BOOKMARK", endBookmark(20)));
  }

  /** The server refuses sendInitialEvents, as one whose gate is off does. */
  final void watchListsAreRefused() {
    server.otherwise(
        request ->
            request.isWatchList()
                ? Reply.status(
                    422,
                    "Invalid",
                    "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless"
                        + " the WatchList feature gate is enabled")
                : request.isWatch()
                    ? Reply.stream().event("ADDED", configMap("b", 21))
                    : Reply.of(200, configMapList(20, "", configMap("a", 5))));
  }

  /** The connection breaks within the initial events, and an object that was sent is deleted. */
  final void connectionBreaksWithinTheInitialEvents() {
    server
        .expect(
            Received::isWatchList,
            Reply.stream().event("ADDED", configMap("ghost", 5)).await(seen).cut())
        .expect(
            Received::isWatchList,
            Reply.stream()
                .event("ADDED", configMap("a", 6))
                .event("BOOKMARK", endBookmark(20))
                .event("ADDED", configMap("c", 21)));
  }

  /** Initial events are in the order of names, not of versions. */
  final void initialEventsInTheOrderOfNames() {
    server.expect(
        Received::isWatchList,
        Reply.stream()
            .event("ADDED", configMap("a", 9))
            .event("ADDED", configMap("b", 3))
            .await(seen)
            .event("BOOKMARK", endBookmark(20)));
  }

  /** One object, and then nothing: no bookmark ever comes. A list would work. */
  final void noBookmarkEverComes() {
    server.otherwise(
        request ->
            request.isWatchList()
                ? Reply.stream().event("ADDED", configMap("a", 5))
                : request.isWatch()
                    ? Reply.stream().event("ADDED", configMap("b", 21))
                    : Reply.of(200, configMapList(20, "", configMap("a", 5))));
  }
}
