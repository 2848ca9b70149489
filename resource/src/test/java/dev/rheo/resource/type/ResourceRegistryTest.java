package dev.rheo.resource.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.resource.builtin.BuiltInResources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceRegistryTest {
  private final ResourceRegistry registry = BuiltInResources.registry();

  @Test
  void aChangeMakesAnotherRegistry() {
    ServedTypes served = new ServedTypes(BuiltInResources.registry());
    ResourceRegistry before = served.get();
    ResourceType widgets = Widgets.type(1);
    served.update(now -> now.with(widgets));
    ResourceRegistry with = served.get();
    assertThat(with.find("example.com", "v1", "widgets1")).isSameAs(widgets);
    assertThat(with.servesBuiltIn("example.com")).isTrue();
    assertThat(with.stored("widgets1.example.com")).isSameAs(widgets.storage());
    assertThat(with.serves(widgets)).isTrue();
    assertThat(with.serves(Widgets.type(1))).isFalse();
    assertThat(with.all()).last().isSameAs(widgets);
    assertThat(before.find("example.com", "v1", "widgets1")).isNull();
    assertThatThrownBy(() -> with.with(Widgets.type(1)))
        .isInstanceOf(IllegalArgumentException.class);
    served.update(now -> now.without(widgets));
    assertThat(served.get().all()).containsExactlyElementsOf(before.all());
    assertThat(served.get().servesBuiltIn("example.com")).isFalse();
    assertThat(served.get().stored("widgets1.example.com")).isNull();
  }

  @Test
  void servesWhatADefaultServerServes() {
    assertThat(registry.all().stream().filter(type -> type.verbs().contains("list"))).hasSize(61);
    // componentstatuses are not stored; two HorizontalPodAutoscalers share storage, two Events too
    assertThat(registry.stored()).hasSize(58);
    assertThat(registry.all().stream().filter(type -> type.verbs().contains("watch")))
        .allMatch(ResourceType::isStored);
    assertThat(registry.all().stream().filter(type -> !type.isStored()))
        .extracting(ResourceType::plural)
        .containsExactlyInAnyOrder(
            "bindings",
            "componentstatuses",
            "selfsubjectreviews",
            "tokenreviews",
            "localsubjectaccessreviews",
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews",
            "subjectaccessreviews");
  }

  @Test
  void everyStatusHasAStrategyAndEveryKindAType() {
    for (ResourceType type : registry.all()) {
      assertThat(type.objectType().name()).isEqualTo(type.kind());
      assertThat(type.subresources().containsKey("status"))
          .as(type.toString())
          .isEqualTo(type.strategy().hasStatus());
      type.subresources()
          .values()
          .forEach(sub -> assertThat(sub.objectType().name()).isEqualTo(sub.kind()));
    }
  }

  @Test
  void keysAreThoseOfKubeApiserver() throws IOException {
    List<String> keys;
    try (InputStream in = getClass().getResourceAsStream("etcd-keys.txt")) {
      keys =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
    }
    assertThat(keys).hasSize(registry.stored().size());
    for (StoredResource stored : registry.stored()) {
      String key =
          keys.stream()
              .filter(k -> k.startsWith(stored.keyPrefix()))
              .reduce((a, b) -> a.length() > b.length() ? a : b)
              .orElseThrow(() -> new AssertionError(stored.keyPrefix()));
      String[] rest = key.substring(stored.keyPrefix().length()).split("/");
      assertThat(rest).as(key).hasSize(stored.namespaced() ? 2 : 1);
      assertThat(stored.key(rest[0], rest[rest.length - 1])).isEqualTo(key);
    }
  }

  @Test
  void viewsShareOnePlace() {
    assertThat(registry.get("autoscaling", "v1", "horizontalpodautoscalers").storage())
        .isSameAs(registry.get("autoscaling", "v2", "horizontalpodautoscalers").storage());
    assertThat(registry.get("autoscaling", "v1", "horizontalpodautoscalers").storage().apiVersion())
        .isEqualTo("autoscaling/v2");
    assertThat(registry.get("events.k8s.io", "v1", "events").storage())
        .isSameAs(registry.get("", "v1", "events").storage());
  }

  @ParameterizedTest
  @CsvSource({
    "'',v1,pods,spec.nodeName,spec.nodeName",
    "'',v1,pods,spec.host,spec.nodeName",
    "'',v1,pods,metadata.namespace,metadata.namespace",
    "'',v1,nodes,spec.unschedulable,spec.unschedulable",
    "events.k8s.io,v1,events,regarding.name,involvedObject.name",
    "events.k8s.io,v1,events,reportingController,reportingComponent",
    "batch,v1,jobs,status.successful,status.successful",
    "networking.k8s.io,v1,ingressclasses,metadata.namespace,metadata.namespace",
  })
  void fieldLabels(String group, String version, String plural, String label, String name) {
    assertThat(registry.get(group, version, plural).fieldLabel(label)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|v1|pods|spec.foo|field label not supported: spec.foo",
        "|v1|nodes|metadata.namespace|field label not supported: metadata.namespace",
        "|v1|events|regarding.name|field label not supported: regarding.name",
        "events.k8s.io|v1|events|source|field label not supported: source",
        "apps|v1|replicasets|status.replicas|\"status.replicas\" is not a known field selector:"
            + " only \"metadata.name\", \"metadata.namespace\"",
        "batch|v1|jobs|foo|field label \"foo\" not supported for Job",
      })
  void refusedFieldLabels(
      String group, String version, String plural, String label, String message) {
    ResourceType type = registry.get(group == null ? "" : group, version, plural);
    assertThatThrownBy(() -> type.fieldLabel(label))
        .isInstanceOf(ApiException.class)
        .hasMessage(message)
        .satisfies(e -> assertThat(((ApiException) e).code()).isEqualTo(400));
  }

  @Test
  void selectableValuesAreReadFromForms() {
    String pod =
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"nodeName\":\"n\"},"
            + "\"status\":{\"podIPs\":[{\"ip\":\"1.2.3.4\"}]}}";
    List<SelectableField> fields = registry.get("", "v1", "pods").storage().fields();
    List<String> values =
        ObjectHeader.scan(pod.getBytes(StandardCharsets.UTF_8), fields).fieldValues();
    List<String> names = fields.stream().map(SelectableField::name).toList();
    assertThat(values.get(names.indexOf("spec.nodeName"))).isEqualTo("n");
    assertThat(values.get(names.indexOf("status.podIP"))).isEqualTo("1.2.3.4");
    assertThat(values.get(names.indexOf("status.podIPs"))).isEmpty();
    assertThat(values.get(names.indexOf("spec.hostNetwork"))).isEqualTo("false");
  }

  @Test
  void strategies() {
    Strategy pods = registry.get("", "v1", "pods").strategy();
    assertThat(pods.gracefulDelete()).isTrue();
    assertThat(pods.unconditionalUpdate()).isTrue();
    assertThat(pods.createOnUpdate()).isFalse();
    assertThat(registry.get("coordination.k8s.io", "v1", "leases").strategy().createOnUpdate())
        .isTrue();
    assertThat(registry.get("", "v1", "services").strategy().names())
        .isEqualTo(Names.Kind.DNS_LABEL);
    assertThat(registry.get("", "v1", "configmaps").strategy().startsGeneration()).isFalse();
  }
}
