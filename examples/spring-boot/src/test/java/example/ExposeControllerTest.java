package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rheo.junit.RheoApiServer;
import dev.rheo.junit.RheoServer;
import dev.rheo.junit.TestNamespace;
import dev.rheo.junit.fault.ApiRequest;
import dev.rheo.junit.fault.Fault;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The server is started before the application, so its annotation comes first. */
@RheoServer
@SpringBootTest
@DirtiesContext
class ExposeControllerTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  static RheoApiServer server;

  @TestNamespace KubernetesClient client;

  @DynamicPropertySource
  static void cluster(DynamicPropertyRegistry properties) {
    properties.add("cluster.kubeconfig", () -> server.kubeconfigFile().toString());
  }

  private void deploy(String name) {
    Map<String, String> app = Map.of("app", name);
    Deployment deployment =
        new DeploymentBuilder()
            .withNewMetadata()
            .withName(name)
            .addToLabels(ExposeController.LABEL, "8080")
            .endMetadata()
            .withNewSpec()
            .withNewSelector()
            .withMatchLabels(app)
            .endSelector()
            .withNewTemplate()
            .withNewMetadata()
            .withLabels(app)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("web")
            .withImage("web")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    client.resource(deployment).create();
  }

  private Service service(String name) {
    return client.services().withName(name).get();
  }

  @Test
  void aDeploymentIsExposedUntilItIsDeleted() {
    deploy("shop");
    await().atMost(SOON).until(() -> service("shop") != null);
    assertThat(service("shop").getSpec().getClusterIP()).startsWith("10.");
    client.apps().deployments().withName("shop").delete();
    await().atMost(SOON).until(() -> service("shop") == null);
  }

  @Test
  void aRefusedWriteIsTriedAgain() {
    Fault conflict = server.faults().next(ApiRequest::isUpdate).conflict();
    deploy("bank");
    await().atMost(SOON).until(() -> service("bank") != null);
    assertThat(conflict.fired()).isEqualTo(1);
  }

  @Test
  void nothingIsMissedWhileTheConnectionIsBroken() {
    deploy("first");
    await().atMost(SOON).until(() -> service("first") != null);
    server.restart();
    deploy("second");
    await().atMost(SOON).until(() -> service("second") != null);
  }
}
