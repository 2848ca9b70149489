package example;

import static org.awaitility.Awaitility.await;

import dev.rheo.junit.RheoApiServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Cluster.class)
class CounterReconcilerTest {
  @Inject KubernetesClient client;
  RheoApiServer server;

  private void createCounter(String namespace) {
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    Counter counter = new Counter();
    counter.setMetadata(
        new ObjectMetaBuilder().withName("maps").withNamespace(namespace).build());
    counter.setSpec(new Counter.Spec());
    counter.getSpec().prefix = "a";
    client.resource(counter).create();
  }

  private void createMap(String namespace, String name) {
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .build())
        .create();
  }

  private void awaitCount(String namespace, int count) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(
            () ->
                client
                        .resources(Counter.class)
                        .inNamespace(namespace)
                        .withName("maps")
                        .get()
                        .getStatus()
                        .count
                    == count);
  }

  @Test
  void mapsAreCounted() {
    createCounter("counted");
    awaitCount("counted", 0);
    createMap("counted", "a1");
    createMap("counted", "b1");
    awaitCount("counted", 1);
    client.configMaps().inNamespace("counted").withName("a1").delete();
    awaitCount("counted", 0);
  }

  @Test
  void nothingIsMissedInARestart() {
    createCounter("restarted");
    createMap("restarted", "a1");
    awaitCount("restarted", 1);
    server.restartWithoutHistory();
    createMap("restarted", "a2");
    awaitCount("restarted", 2);
  }
}
