package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.junit.fault.Faults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What tests are given, and that it works. */
@RheoServer(manifests = "crds/widgets.yaml")
class InjectionTest {
  static RheoApiServer shared;
  static KubernetesClient ofClass;

  private RheoApiServer server;
  private KubernetesClient client;
  private @TestNamespace String namespace;
  private final KubernetesClient own;

  InjectionTest(KubernetesClient client) {
    own = client;
  }

  @BeforeAll
  static void all(RheoApiServer server) {
    assertThat(server).isSameAs(shared);
    assertThat(ofClass.namespaces().withName("default").get()).isNotNull();
  }

  @BeforeEach
  void each(@TestNamespace String given) {
    assertThat(given).isEqualTo(namespace);
  }

  @Test
  void fabric8ClientsWork(
      KubernetesClient parameter, @TestNamespace NamespacedKubernetesClient inTest, Config config) {
    ConfigMap map = new ConfigMapBuilder().withNewMetadata().withName("a").endMetadata().build();
    inTest.resource(map).create();
    for (KubernetesClient each : new KubernetesClient[] {client, own, parameter}) {
      assertThat(each.configMaps().inNamespace(namespace).withName("a").get()).isNotNull();
    }
    assertThat(config.getMasterUrl()).startsWith(server.url().toString());
    assertThat(client.getConfiguration().getNamespace()).isEqualTo("default");
  }

  @Test
  void clientJavaWorks(@TestNamespace ApiClient api) throws Exception {
    assertThat(new CoreV1Api(api).listNamespacedConfigMap(namespace).execute().getItems())
        .isEmpty();
    assertThat(new CoreV1Api(api).readNamespace(namespace).execute().getMetadata().getName())
        .isEqualTo(namespace);
  }

  @Test
  void kubeconfigsAreValid(@Kubeconfig Path file, @Kubeconfig String text) throws Exception {
    assertThat(Files.readString(file)).isEqualTo(text);
    assertThat(names(new StringReader(text))).contains("default");
  }

  private static String names(Reader kubeconfig) throws Exception {
    ApiClient api = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(kubeconfig)).build();
    return new CoreV1Api(api).listNamespace().execute().getItems().toString();
  }

  @Test
  void manifestsAreApplied() {
    var widget =
        client.genericKubernetesResources("example.org/v1", "Widget").inNamespace("default");
    assertThat(widget.withName("first").get().<Integer>get("spec", "size")).isEqualTo(3);
  }

  @Test
  void faultsAreGiven(Faults faults) {
    assertThat(faults).isSameAs(server.faults());
  }

  @Nested
  class Inner {
    private RheoApiServer inner;
    private @TestNamespace String here;

    @Test
    void usesTheServerAroundIt() {
      assertThat(inner).isSameAs(shared).isSameAs(server);
      assertThat(here).isEqualTo(namespace).startsWith("uses-the-server-around-it-");
    }
  }

  @Nested
  @RheoServer
  class Apart {
    private RheoApiServer inner;

    @Test
    void hasAServerOfItsOwn() throws IOException {
      assertThat(inner).isNotSameAs(shared);
      assertThat(inner.url()).isNotEqualTo(shared.url());
    }
  }
}
