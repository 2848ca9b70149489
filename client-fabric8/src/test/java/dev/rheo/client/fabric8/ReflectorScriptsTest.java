package dev.rheo.client.fabric8;

import static dev.rheo.testing.script.Objects.bookmark;
import static dev.rheo.testing.script.Objects.configMap;
import static dev.rheo.testing.script.Objects.configMapList;
import static dev.rheo.testing.script.Objects.endBookmark;
import static dev.rheo.testing.script.Objects.expired;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.testing.Await;
import dev.rheo.testing.script.Received;
import dev.rheo.testing.script.Reply;
import dev.rheo.testing.script.ScriptedServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The cases that client-go's reflector distinguishes ({@code tools/cache/reflector.go}), each as a
 * script of bytes on a connection.
 */
@Timeout(60)
class ReflectorScriptsTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final CountDownLatch go = new CountDownLatch(1);
  private final KubernetesClient client =
      new KubernetesClientBuilder().withConfig(Clients.config(server.url()).build()).build();
  private final SharedIndexInformer<ConfigMap> informer =
      RheoInformers.of(
              client,
              ReflectorSettings.defaults()
                  .withBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                  .withPageSize(2))
          .informer(client.configMaps().inNamespace("default"));

  @AfterEach
  void close() {
    go.countDown();
    client.close();
    server.close();
  }

  private void start() throws Exception {
    informer.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private void awaitStore(String... objects) {
    Await.until(
        "the store has " + List.of(objects),
        () ->
            informer.getStore().list().stream()
                .map(o -> o.getMetadata().getName() + "@" + o.getMetadata().getResourceVersion())
                .sorted()
                .toList()
                .equals(List.of(objects)));
  }

  private static Predicate<Received> watchList(String version) {
    return request -> request.isWatchList() && version(request).equals(version);
  }

  private static Predicate<Received> watch(String version) {
    return request ->
        request.isWatch() && !request.isWatchList() && version(request).equals(version);
  }

  private static String version(Received request) {
    return request.parameter("resourceVersion").orElse("");
  }

  /** Synced at 20 with a@5 and b@6; then what the test says. */
  private Reply synced() {
    return Reply.stream()
        .event("ADDED", configMap("a", 5))
        .event("ADDED", configMap("b", 6))
        .event("BOOKMARK", endBookmark(20))
        .await(go);
  }

  private static Reply initial(String object, long version) {
    return Reply.stream().event("ADDED", object).event("BOOKMARK", endBookmark(version));
  }

  @Test
  void aWatchThatIsRefusedWith410() throws Exception {
    server
        .expect(watchList(""), synced().end())
        .expect(watch("20"), Reply.of(410, expired()))
        .expect(watchList("20"), initial(configMap("a", 5), 40));
    start();
    go.countDown();

    awaitStore("a@5");
  }

  @Test
  void anExpiredVersionWithinAStream() throws Exception {
    server
        .expect(watchList(""), synced().event("BOOKMARK", bookmark(30)).event("ERROR", expired()))
        .expect(watchList("30"), initial(configMap("a", 35), 40));
    start();
    go.countDown();

    awaitStore("a@35");
  }

  @Test
  void aWatchListThatIsRefusedWith410AsksForTheMostRecentState() throws Exception {
    server
        .expect(watchList(""), synced().event("ERROR", expired()))
        .expect(watchList("20"), Reply.of(410, expired()))
        .expect(watchList(""), initial(configMap("a", 35), 40));
    start();
    go.countDown();

    awaitStore("a@35");
  }

  @Test
  void aVersionThatIsTooLargeForTheServer() throws Exception {
    String tooLarge =
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too \
        large resource version: 20, current: 7","reason":"Timeout","details":{"causes":[{"reason":\
        "ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},\
        "code":504}""";
    server
        .expect(watchList(""), synced().event("ERROR", expired()))
        .expect(watchList("20"), Reply.of(504, tooLarge))
        .expect(watchList(""), initial(configMap("a", 3), 7))
        .otherwise(request -> Reply.stream());
    start();
    go.countDown();

    awaitStore("a@3");
  }

  @Test
  void tooManyRequests() throws Exception {
    server
        .expect(
            watchList(""), Reply.status(429, "TooManyRequests", "later").header("Retry-After", "1"))
        .expect(watchList(""), initial(configMap("a", 5), 20));
    long began = System.nanoTime();

    start();

    awaitStore("a@5");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void nobodyListensForAWhile() throws Exception {
    server
        .expect(watchList(""), synced())
        .expect(watch("20"), Reply.stream().event("MODIFIED", configMap("a", 21)));
    start();
    server.refuse();
    Await.until("it is not watching", () -> !informer.isWatching());

    server.acceptAgain();

    awaitStore("a@21", "b@6");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void streamsThatEndWithoutTheBookmark() throws Exception {
    server
        .expect(watchList(""), Reply.stream().event("ADDED", configMap("a", 5)).end())
        .expect(watchList(""), Reply.stream().event("ADDED", configMap("a", 5)).end())
        .expect(Received::isList, Reply.of(200, configMapList(20, "", configMap("b", 6))))
        .expect(watch("20"), Reply.stream().event("ADDED", configMap("c", 21)));

    start();

    awaitStore("b@6", "c@21");
  }

  @Test
  void watchesThatEndAtOnceLeadToARelist() throws Exception {
    server
        .expect(watchList(""), synced().end())
        .expect(watch("20"), Reply.stream().end())
        .expect(watch("20"), Reply.stream().end())
        .expect(watch("20"), Reply.stream().end())
        .expect(watchList("20"), initial(configMap("a", 35), 40));
    start();
    go.countDown();

    awaitStore("a@35");
  }

  @Test
  void aContinueTokenThatExpires() throws Exception {
    server
        .expect(watchList(""), Reply.status(422, "Invalid", "no watch lists here"))
        .expect(
            request -> request.isList() && request.parameter("limit").orElse("").equals("2"),
            Reply.of(200, configMapList(20, "next", configMap("a", 5), configMap("b", 6))))
        .expect(
            request -> request.parameter("continue").orElse("").equals("next"),
            Reply.of(410, expired()))
        .expect(
            request -> request.isList() && request.parameter("limit").isEmpty(),
            Reply.of(200, configMapList(30, "", configMap("a", 5), configMap("c", 7))))
        .expect(watch("30"), Reply.stream());

    start();

    awaitStore("a@5", "c@7");
  }
}
