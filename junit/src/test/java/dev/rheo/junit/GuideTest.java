package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.junit.fault.ApiRequest;
import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.Faults;
import dev.rheo.testing.Await;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The examples of docs/junit.md, which are here word for word. */
class GuideTest {

  private static void create(KubernetesClient client, String name) {
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .build())
        .create();
  }

  @Nested
  @RheoServer(manifests = "crds/widgets.yaml")
  class WidgetTest {
    KubernetesClient client;
    @TestNamespace String namespace;

    @Test
    void aWidgetHasASize() {
      var widgets = client.genericKubernetesResources("example.org/v1", "Widget");
      GenericKubernetesResource widget = widgets.inNamespace("default").withName("first").get();
      assertThat(widget.<Integer>get("spec", "size")).isEqualTo(3);
    }
  }

  @Nested
  @RheoServer(scope = RheoServer.Scope.METHOD)
  class Others {
    @Test
    void aConfigMapIsCreated(@TestNamespace KubernetesClient client) {
      client
          .resource(new ConfigMapBuilder().withNewMetadata().withName("a").endMetadata().build())
          .create();
      assertThat(client.configMaps().withName("a").get()).isNotNull();
    }

    @Test
    void anInformerTakesUpABrokenWatch(KubernetesClient client, Faults faults) throws Exception {
      Fault cut = faults.onWatch("configmaps").cutAfter(1).times(1);
      try (var informer = client.configMaps().inAnyNamespace().inform()) {
        create(client, "one");
        cut.awaitFired(Duration.ofSeconds(10));
        create(client, "two");
        Await.until(
            "the informer has both",
            () ->
                informer.getStore().listKeys().containsAll(List.of("default/one", "default/two")));
      }
    }

    @Test
    void anUpdateIsAConflictOnce(KubernetesClient client, Faults faults) {
      create(client, "a");
      Resource<ConfigMap> map = client.configMaps().inNamespace("default").withName("a");
      UnaryOperator<ConfigMap> change =
          old -> new ConfigMapBuilder(old).addToData("k", "v").build();
      Fault conflict = faults.next(ApiRequest::isUpdate).conflict();
      assertThatThrownBy(() -> map.edit(change)).hasMessageContaining("has been modified");
      map.edit(change);
      assertThat(conflict.fired()).isEqualTo(1);
    }

    @Test
    @WithFault(value = WithFault.Kind.TOO_MANY_REQUESTS, resource = "configmaps", times = 2)
    void aBusyServerIsAskedAgain(KubernetesClient client, Faults faults) {
      assertThat(client.configMaps().inNamespace("default").list().getItems()).isEmpty();
      assertThat(faults.active().getFirst().fired()).isEqualTo(2);
    }
  }

  @Test
  void withoutJUnit() {
    try (RheoApiServer server = RheoApiServer.builder().manifests("crds/widgets.yaml").start()) {
      KubernetesClient client = server.client(KubernetesClient.class);
      assertThat(client.getKubernetesVersion().getMajor()).isEqualTo("1");
    }
  }

  @Test
  void theGuideShowsWhatIsTestedHere() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("rheo"))) {
      root = root.getParent();
    }
    String guide = Files.readString(root.resolve("docs/junit.md"));
    String here =
        plain(Files.readString(root.resolve("junit/src/test/java/dev/rheo/junit/GuideTest.java")));
    List<String> examples =
        Pattern.compile("(?s)```java\n(.*?)```")
            .matcher(guide)
            .results()
            .map(MatchResult::group)
            .map(example -> example.replaceAll("```(java)?", ""))
            .toList();
    assertThat(examples).hasSizeGreaterThan(4);
    assertThat(examples).allSatisfy(example -> assertThat(here).contains(plain(example)));
  }

  private static String plain(String code) {
    return code.replaceAll("\\s+", "");
  }
}
