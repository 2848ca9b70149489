package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** A server without JUnit. */
class BuilderTest {

  @Test
  void wrongManifestsAreToldInOneLine() {
    try (RheoApiServer server = RheoApiServer.builder().start()) {
      assertThatThrownBy(() -> server.apply("nowhere.yaml"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "nowhere.yaml is not on the class path: give its path below a folder of resources");
      assertThatThrownBy(() -> server.apply("bad/text.yaml"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("bad/text.yaml is not a valid manifest: ")
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> server.apply("bad/kind.yaml"))
          .hasMessage("bad/kind.yaml: Gadget a: v1 has no kind Gadget");
      assertThatThrownBy(() -> server.apply("bad/group.yaml"))
          .hasMessage(
              "bad/group.yaml: Gadget a: the server does not serve nobody.example/v1; apply its"
                  + " definition first");
      assertThatThrownBy(() -> server.apply("bad/invalid.yaml"))
          .hasMessageStartingWith("bad/invalid.yaml: Service a: Service \"a\" is invalid: ")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void wrongOptionsAreTold() {
    assertThatThrownBy(() -> RheoApiServer.builder().featureGates("Nothing=true").start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the server cannot have these options: ")
        .hasMessageContaining("Nothing");
    assertThatThrownBy(() -> RheoApiServer.builder().authorizationMode("RBAC").start())
        .hasMessageContaining("'RBAC' is not AlwaysAllow");
    assertThatThrownBy(() -> RheoApiServer.builder().maxMemory(1).start())
        .hasMessageContaining("at least 256 MiB");
    assertThatThrownBy(() -> RheoApiServer.builder().controllers("scheduler").start())
        .hasMessageContaining("scheduler");
  }

  @Test
  void optionsAreInForce() throws Exception {
    try (RheoApiServer server =
            RheoApiServer.builder()
                .featureGates("WatchList=false")
                .controllers("-garbage-collector-controller")
                .admissionPlugins("ServiceAccount")
                .start();
        RawClient client = new RawClient(server)) {
      assertThat(client.get("/api/v1/pods?watch=true&sendInitialEvents=true").statusCode())
          .isEqualTo(422);
      assertThat(
              client
                  .send(
                      "POST",
                      "/api/v1/namespaces/default/pods",
                      """
                      {"metadata": {"name": "a"},
                       "spec": {"containers": [{"name": "a", "image": "a"}]}}""")
                  .body())
          .contains("serviceaccount");
    }
  }

  @Test
  void customResourcesAreValidated() {
    try (RheoApiServer server = RheoApiServer.builder().manifests("crds/widgets.yaml").start()) {
      KubernetesClient client = server.client(KubernetesClient.class);
      var widgets =
          client.genericKubernetesResources("example.org/v1", "Widget").inNamespace("default");
      var widget = widgets.withName("first").get();
      widget.setAdditionalProperty("spec", java.util.Map.of("size", 100));
      assertThatThrownBy(() -> client.resource(widget).update())
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("too large");
    }
  }

  @Test
  void onlyClientsAreMade() {
    try (RheoApiServer server = RheoApiServer.builder().start()) {
      assertThatThrownBy(() -> server.client(String.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("io.fabric8.kubernetes.client.KubernetesClient");
    }
  }

  @Test
  void aClosedServerSaysSo() {
    RheoApiServer server = RheoApiServer.builder().start();
    server.close();
    server.close();
    assertThatThrownBy(server::start).hasMessage("the server is closed");
    assertThatThrownBy(() -> server.createNamespace("a")).hasMessage("the server is stopped");
  }

  @Test
  void aPortThatIsTakenIsTold() throws Exception {
    try (RheoApiServer server = RheoApiServer.builder().start()) {
      server.stop();
      int port = server.url().getPort();
      try (ServerSocket other = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
        assertThat(other.isBound()).isTrue();
        assertThatThrownBy(server::start)
            .hasMessage("another program took the port " + port + " while the server was stopped");
      }
      server.start();
      assertThat(server.isRunning()).isTrue();
    }
  }

  @Test
  void theDefaultsOfTheAnnotationAreThoseOfTheBuilder() throws Exception {
    assertThat(RheoServer.class.getMethod("maxMemory").getDefaultValue())
        .isEqualTo(ServerOptions.MEMORY_MIB);
  }

  @Test
  void serversThatRunAtOnceDoNotDisturbOneAnother() throws Exception {
    int servers = 4;
    try (ExecutorService pool = Executors.newFixedThreadPool(servers)) {
      List<CompletableFuture<List<String>>> seen = new ArrayList<>();
      for (int i = 0; i < servers; i++) {
        String own = "of-" + i;
        seen.add(CompletableFuture.supplyAsync(() -> names(own), pool));
      }
      for (int i = 0; i < servers; i++) {
        assertThat(seen.get(i).get()).containsExactly("of-" + i);
      }
    }
  }

  private static List<String> names(String own) {
    try (RheoApiServer server = RheoApiServer.builder().start()) {
      KubernetesClient client = server.client(KubernetesClient.class);
      ConfigMap map = new ConfigMapBuilder().withNewMetadata().withName(own).endMetadata().build();
      client.resource(map).create();
      server.restart();
      return client.configMaps().inNamespace("default").list().getItems().stream()
          .map(each -> each.getMetadata().getName())
          .toList();
    }
  }
}
