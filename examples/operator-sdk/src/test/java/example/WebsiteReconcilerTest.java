package example;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rheo.client.fabric8.RheoInformers;
import dev.rheo.junit.RheoApiServer;
import dev.rheo.junit.RheoServer;
import dev.rheo.junit.TestNamespace;
import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.Faults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RheoServer(manifests = "crds/websites.yaml")
class WebsiteReconcilerTest {
  KubernetesClient ofOperator;
  @TestNamespace KubernetesClient client;
  RheoApiServer server;
  Faults faults;

  private Operator operator;

  @BeforeEach
  void start() {
    operator = new Operator(options -> options.withKubernetesClient(RheoInformers.wrap(ofOperator)));
    operator.register(new WebsiteReconciler());
    operator.start();
  }

  @AfterEach
  void stop() {
    operator.stop();
  }

  private void publish(String name, String page) {
    Website website = new Website();
    website.setMetadata(new ObjectMetaBuilder().withName(name).build());
    Website.Spec spec = new Website.Spec();
    spec.setPage(page);
    website.setSpec(spec);
    client.resource(website).forceConflicts().serverSideApply();
  }

  private ConfigMap map(String name) {
    return client.configMaps().withName(name).get();
  }

  private void awaitPage(String name, String page) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> Objects.equals(map(name).getData().get(WebsiteReconciler.FILE), page));
  }

  @Test
  void aWebsiteHasItsPageAndItsSize() {
    publish("home", "hello");
    awaitPage("home", "hello");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              Website.Status status =
                  client.resources(Website.class).withName("home").get().getStatus();
              return status != null && status.getSize() == 5;
            });
    publish("home", "hello again");
    awaitPage("home", "hello again");
  }

  @Test
  void aPageComesBackAndGoesWithItsWebsite() {
    publish("home", "hello");
    awaitPage("home", "hello");
    client.configMaps().withName("home").delete();
    awaitPage("home", "hello");
    client.resources(Website.class).withName("home").delete();
    await().atMost(Duration.ofSeconds(30)).until(() -> map("home") == null);
  }

  @Test
  void theSchemaIsInForce() {
    KubernetesClientException refused =
        assertThrows(KubernetesClientException.class, () -> publish("empty", ""));
    assertEquals(422, refused.getCode());
  }

  @Test
  void aConflictIsTriedAgain() {
    Fault conflict = faults.onUpdate("configmaps").conflict().times(2);
    publish("home", "hello");
    awaitPage("home", "hello");
    assertEquals(2, conflict.fired());
  }

  @Test
  void aWatchThatBreaksIsTakenUpAgain() {
    publish("home", "hello");
    awaitPage("home", "hello");
    assertTrue(faults.cutWatches("websites") > 0);
    publish("home", "after the break");
    awaitPage("home", "after the break");
  }

  @Test
  void aServerThatLosesItsHistoryIsListedAnew() {
    publish("home", "hello");
    awaitPage("home", "hello");
    server.restartWithoutHistory();
    publish("home", "after the restart");
    awaitPage("home", "after the restart");
  }
}
