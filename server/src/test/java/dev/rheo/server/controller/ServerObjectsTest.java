package dev.rheo.server.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.server.security.ExtensionTrust;
import dev.rheo.server.security.Pki;
import dev.rheo.server.storage.ServerLeases;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The objects that the server itself keeps. */
@Timeout(60)
class ServerObjectsTest {
  private static final String CIDRS = "networking.k8s.io/v1/servicecidrs";
  private static final String SLICES = "discovery.k8s.io/v1/endpointslices";

  private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");

  @TempDir Path spool;
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("default");
    cluster.namespace("kube-system");
    cluster.settle();
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private DefaultServiceCidr cidr(String... cidrs) {
    return new DefaultServiceCidr(
        cluster.client, () -> cluster.registry, List.of(cidrs), () -> cluster.now);
  }

  private KubernetesService service(String address) {
    return service(address, RunningServers.ALONE);
  }

  private KubernetesService service(String address, RunningServers servers) {
    return new KubernetesService(
        cluster.client, () -> cluster.registry, "10.0.0.1", 6443, address, servers);
  }

  private void unchangedBy(Runnable run) {
    long before = cluster.revision();
    run.run();
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void theDefaultServiceCidrIsReady() {
    cidr("10.0.0.0/24").run();
    JsonNode object = cluster.stored(CIDRS, "", "kubernetes");
    assertThat(object.at("/spec/cidrs").toString()).isEqualTo("[\"10.0.0.0/24\"]");
    JsonNode ready = object.at("/status/conditions/0");
    assertThat(ready.get("type").asText()).isEqualTo("Ready");
    assertThat(ready.get("status").asText()).isEqualTo("True");
    assertThat(ready.get("message").asText()).isEqualTo("Kubernetes default Service CIDR is ready");
    unchangedBy(cidr("10.0.0.0/24")::run);
    // Another range is not ours to decide, a second one is.
    unchangedBy(cidr("10.1.0.0/24")::run);
    cidr("10.0.0.0/24", "fd00::/112").run();
    assertThat(cluster.stored(CIDRS, "", "kubernetes").at("/spec/cidrs")).hasSize(2);
    cluster.delete(CIDRS, "", "kubernetes");
    cidr("10.0.0.0/24").run();
    assertThat(cluster.stored(CIDRS, "", "kubernetes")).isNotNull();
  }

  @Test
  void theServiceKubernetesLeadsToTheServer() {
    service("192.0.2.7").run();
    JsonNode spec = cluster.stored("services", "default", "kubernetes").get("spec");
    assertThat(spec.get("clusterIP").asText()).isEqualTo("10.0.0.1");
    assertThat(spec.at("/ports/0/targetPort").asInt()).isEqualTo(6443);
    assertThat(cluster.stored("networking.k8s.io/v1/ipaddresses", "", "10.0.0.1")).isNotNull();
    JsonNode endpoints = cluster.stored("endpoints", "default", "kubernetes");
    assertThat(endpoints.at("/subsets/0/addresses/0/ip").asText()).isEqualTo("192.0.2.7");
    assertThat(endpoints.at("/subsets/0/ports/0/port").asInt()).isEqualTo(6443);
    JsonNode slice = cluster.stored(SLICES, "default", "kubernetes");
    assertThat(slice.at("/endpoints/0/addresses/0").asText()).isEqualTo("192.0.2.7");
    assertThat(slice.at("/addressType").asText()).isEqualTo("IPv4");
    unchangedBy(service("192.0.2.7")::run);
  }

  /** As each server has a key that dies with it, the store tells who is there. */
  @Test
  void theServiceKubernetesLeadsToAllServersOfAStore() throws Exception {
    ServerLeases leases = new ServerLeases(cluster.store);
    RunningServers servers =
        (own, runs) -> {
          try {
            if (runs) {
              leases.renew(own);
            } else {
              leases.leave(own);
            }
            return leases.alive();
          } catch (StoreException e) {
            throw new AssertionError(e);
          }
        };
    KubernetesService one = service("192.0.2.7", servers);
    KubernetesService other = service("192.0.2.9", servers);
    one.run();
    other.run();
    assertEndpoints("192.0.2.7", "192.0.2.9");
    one.run();
    assertEndpoints("192.0.2.7", "192.0.2.9");
    one.close();
    assertEndpoints("192.0.2.9");
    // The other one dies, and so does its key.
    cluster.store.commit(List.of(new Op.Delete("/registry/masterleases/192.0.2.9", Op.ANY)));
    one.run();
    assertEndpoints("192.0.2.7");
  }

  private void assertEndpoints(String... addresses) {
    assertThat(
            cluster
                .stored("endpoints", "default", "kubernetes")
                .at("/subsets/0/addresses")
                .findValuesAsText("ip"))
        .containsExactly(addresses);
    assertThat(cluster.stored(SLICES, "default", "kubernetes").get("endpoints"))
        .hasSize(addresses.length);
  }

  @Test
  void endpointsAreCorrected() {
    service("192.0.2.7").run();
    ObjectNode endpoints = (ObjectNode) cluster.stored("endpoints", "default", "kubernetes");
    ((ObjectNode) endpoints.at("/subsets/0/addresses/0")).put("ip", "192.0.2.9");
    ((ObjectNode) endpoints.get("metadata")).remove("resourceVersion");
    cluster.update("endpoints", "default", "kubernetes", endpoints);
    cluster.delete(SLICES, "default", "kubernetes");
    service("192.0.2.7").run();
    assertThat(
            cluster
                .stored("endpoints", "default", "kubernetes")
                .at("/subsets/0/addresses/0/ip")
                .asText())
        .isEqualTo("192.0.2.7");
    assertThat(cluster.stored(SLICES, "default", "kubernetes").get("endpoints")).hasSize(1);
    service("2001:db8::7").run();
    assertThat(cluster.stored(SLICES, "default", "kubernetes").get("addressType").asText())
        .isEqualTo("IPv6");
    // A server that stops leads nobody to itself.
    service("2001:db8::7").close();
    assertThat(cluster.stored("endpoints", "default", "kubernetes").has("subsets")).isFalse();
  }

  @Test
  void clientsFindWhatTheyExpect() {
    BootstrapObjects objects = bootstrap(trust("", "", List.of()));
    objects.run();
    assertThat(
            cluster
                .stored("scheduling.k8s.io/v1/priorityclasses", "", "system-node-critical")
                .get("value")
                .asInt())
        .isEqualTo(2_000_001_000);
    unchangedBy(objects::run);
    assertThat(
            cluster
                .stored(
                    "configmaps",
                    "kube-system",
                    "kube-apiserver-legacy-service-account-token-tracking")
                .at("/data/since")
                .asText())
        .isEqualTo("2026-05-06");
  }

  private BootstrapObjects bootstrap(ExtensionTrust trust) {
    return new BootstrapObjects(
        cluster.client,
        () -> cluster.registry,
        map -> trust.addTo(map, NOW),
        InstantSource.fixed(NOW));
  }

  private static ExtensionTrust trust(String clients, String proxies, List<String> names) {
    return new ExtensionTrust(
        clients,
        proxies,
        names,
        List.of("X-Remote-User"),
        List.of("X-Remote-Uid"),
        List.of("X-Remote-Group"),
        List.of("X-Remote-Extra-"));
  }

  private String authority(String name, Instant madeAt) throws IOException {
    return new String(
        Pki.open(spool.resolve(name), "localhost", Clock.fixed(madeAt, ZoneOffset.UTC))
            .authorityPem(),
        StandardCharsets.US_ASCII);
  }

  private JsonNode told() {
    return cluster
        .stored("configmaps", "kube-system", "extension-apiserver-authentication")
        .get("data");
  }

  @Test
  void extensionServersAreToldWhomToTrust() throws Exception {
    String clients = authority("a", NOW);
    bootstrap(trust(clients, "", List.of("front"))).run();
    assertThat(told().properties()).hasSize(1);
    assertThat(told().get("client-ca-file").asText()).isEqualTo(clients);
    // Another server adds its own.
    String proxies = authority("b", NOW);
    String others = authority("c", NOW);
    BootstrapObjects second = bootstrap(trust(others, proxies, List.of("front")));
    second.run();
    bootstrap(trust(clients, "", List.of("back"))).run();
    assertThat(told().get("client-ca-file").asText()).isEqualTo(clients + others);
    assertThat(told().get("requestheader-client-ca-file").asText()).isEqualTo(proxies);
    assertThat(told().get("requestheader-allowed-names").asText())
        .isEqualTo("[\"front\",\"back\"]");
    assertThat(told().get("requestheader-username-headers").asText())
        .isEqualTo("[\"X-Remote-User\"]");
    assertThat(told().get("requestheader-uid-headers").asText()).isEqualTo("[\"X-Remote-Uid\"]");
    assertThat(told().get("requestheader-group-headers").asText())
        .isEqualTo("[\"X-Remote-Group\"]");
    assertThat(told().get("requestheader-extra-headers-prefix").asText())
        .isEqualTo("[\"X-Remote-Extra-\"]");
    unchangedBy(second::publishTrust);
  }

  @Test
  void certificatesThatHaveExpiredAreNotTold() throws Exception {
    String past = authority("a", NOW.minus(Duration.ofDays(3651)));
    String present = authority("b", NOW);
    bootstrap(trust(past + present, "", List.of())).run();
    assertThat(told().get("client-ca-file").asText()).isEqualTo(present);
  }
}
