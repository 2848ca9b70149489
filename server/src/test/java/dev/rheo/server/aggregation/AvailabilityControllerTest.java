package dev.rheo.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.edge.ledger.Account;
import dev.rheo.server.metrics.MetricsPage;
import dev.rheo.server.outbound.ClusterServices;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.security.Pki;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.testing.Await;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The APIServices in force, and their condition, follow the objects of the cluster. */
@Timeout(60)
class AvailabilityControllerTest {
  private static final String TYPE = "apiregistration.k8s.io/v1/apiservices";
  private static final String NAME = "v1.ext.example.com";

  @TempDir Path folder;
  private Cluster cluster;
  private Pki pki;
  private Stub stub;
  private Connections connections;
  private ApiServiceFollower services;
  private AvailabilityController controller;
  private final PrometheusRegistry metrics = new PrometheusRegistry();
  private final PrometheusRegistry totals = new PrometheusRegistry();
  private final List<String> changes = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    cluster = new Cluster(folder.resolve("cluster"));
    cluster.namespace("default");
    pki = Pki.open(folder.resolve("keys"), "127.0.0.1", Clock.systemUTC());
    stub = new Stub(pki.tls(), Stub.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
    StoredServices objects = new StoredServices(cluster.client, cluster.cache, cluster.registry);
    connections = new Connections(new ClusterServices(objects::service));
    ExtensionServers servers =
        new ExtensionServers(
            connections,
            Account.root("all", 1 << 20),
            new KeyManager[] {pki.frontProxy()},
            Clock.systemUTC());
    services = new ApiServiceFollower(cluster.client, cluster.cache, cluster.type(TYPE), servers);
    controller =
        new AvailabilityController(
            cluster.client,
            cluster.cache,
            cluster.registry,
            objects,
            servers,
            new AvailabilityMetrics(metrics, totals),
            () -> cluster.now);
    services.onChange(controller::changed);
    services.onChange(changes::add);
    services.start();
    controller.start();
    Await.until("those that there are, none, are known", services::isReady);
  }

  @AfterEach
  void close() throws Exception {
    services.close();
    controller.close();
    connections.close();
    stub.close();
    cluster.close();
  }

  private void create(boolean local) {
    ObjectNode object =
        (ObjectNode)
            Cluster.json(
                ("{\"metadata\":{\"name\":\"v1.ext.example.com\"},\"spec\":{\"group\":"
                        + "\"ext.example.com\",\"version\":\"v1\",\"groupPriorityMinimum\":7,"
                        + "\"versionPriority\":8}}")
                    .getBytes(StandardCharsets.UTF_8));
    if (!local) {
      ObjectNode spec = (ObjectNode) object.get("spec");
      spec.put("caBundle", Base64.getEncoder().encodeToString(pki.authorityPem()));
      spec.putObject("service")
          .put("namespace", "default")
          .put("name", "kubernetes")
          .put("port", stub.port());
    }
    cluster.create(TYPE, "", object.toString());
  }

  private JsonNode condition() {
    JsonNode object = cluster.stored(TYPE, "", NAME);
    return object == null ? null : object.at("/status/conditions/0");
  }

  private void await(String reason) {
    Await.until(
        reason, () -> condition() != null && condition().path("reason").asText().equals(reason));
  }

  private String figures() throws Exception {
    return new String(new MetricsPage(metrics, totals).bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void theConditionFollowsTheServiceAndTheServer() throws Exception {
    create(false);
    await("ServiceNotFound");
    Await.until("it is in force", () -> services.get().of("ext.example.com", "v1") != null);
    ApiService known = services.get().of("ext.example.com", "v1");
    assertThat(known.local()).isFalse();
    assertThat(known.available()).isFalse();
    assertThat(known.groupPriority()).isEqualTo(7);
    assertThat(known.versionPriority()).isEqualTo(8);
    assertThat(condition().path("lastTransitionTime").asText()).isEqualTo("2026-01-02T03:04:05Z");
    cluster.now = cluster.now.plusSeconds(5);
    cluster.create(
        "services",
        "default",
        "{'metadata':{'name':'kubernetes'},'spec':{'type':'ExternalName',"
            + "'externalName':'127.0.0.1'}}");
    await("Passed");
    assertThat(condition().path("status").asText()).isEqualTo("True");
    assertThat(condition().path("message").asText()).isEqualTo("all checks passed");
    assertThat(condition().path("lastTransitionTime").asText()).isEqualTo("2026-01-02T03:04:10Z");
    Await.until("it is available", () -> services.get().of("ext.example.com", "v1").available());
    assertThat(services.get().of("ext.example.com", "v1").extension()).isSameAs(known.extension());
    assertThat(figures()).contains("aggregator_unavailable_apiservice{name=\"" + NAME + "\"} 0.0");
    cluster.delete("services", "default", "kubernetes");
    await("ServiceNotFound");
    Await.until(
        "the loss is counted",
        () ->
            figures()
                .contains(
                    "aggregator_unavailable_apiservice_total{name=\""
                        + NAME
                        + "\",reason=\"ServiceNotFound\"} 1.0"));
    assertThat(figures()).contains("aggregator_unavailable_apiservice{name=\"" + NAME + "\"} 1.0");
    cluster.delete(TYPE, "", NAME);
    Await.until("it is not in force", () -> services.get().all().isEmpty());
    Await.until(
        "it is forgotten",
        () -> !figures().contains("aggregator_unavailable_apiservice{name=\"" + NAME));
    assertThat(changes).contains(NAME);
  }

  @Test
  void nothingIsWrittenThatIsSaidAlready() {
    create(false);
    await("ServiceNotFound");
    long before = cluster.revision();
    controller.changed(NAME);
    Await.holds("nothing is written", Duration.ofMillis(300), () -> cluster.revision() == before);
  }

  @Test
  void aLocalOneIsAlwaysAvailable() {
    create(true);
    await("Local");
    Await.until("it is in force", () -> services.get().of("ext.example.com", "v1") != null);
    assertThat(services.get().of("ext.example.com", "v1").local()).isTrue();
    // One that becomes local is told so.
    cluster.delete(TYPE, "", NAME);
    create(false);
    await("ServiceNotFound");
    cluster.patch(
        cluster.path(TYPE, "", NAME),
        "application/merge-patch+json",
        "{'spec':{'service':null,'caBundle':null}}");
    await("Local");
    assertThat(condition().path("message").asText())
        .isEqualTo("Local APIServices are always available");
    assertThat(condition().path("status").asText()).isEqualTo("True");
  }

  @Test
  void aFailingServerIsAskedAgainSoon() {
    stub.does(Stub.says("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
    cluster.create(
        "services",
        "default",
        "{'metadata':{'name':'kubernetes'},'spec':{'type':'ExternalName',"
            + "'externalName':'127.0.0.1'}}");
    create(false);
    await("FailedDiscoveryCheck");
    // No object changes any more.
    stub.does(Stub.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
    await("Passed");
  }
}
