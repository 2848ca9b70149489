package dev.rheo.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.storage.StoredForms.Written;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.UnreadableValueException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values as kube-apiserver has them in etcd, and as Rheo sees them. */
class StoredFormsTest {
  private static final ResourceRegistry REGISTRY = BuiltInResources.registry();

  private final StoredForms forms = new StoredForms(REGISTRY, Written.PROTOBUF);

  private static ObjectNode tree(String json) {
    return ObjectDecoder.decode(json.getBytes(UTF_8), ObjectDecoder.MAX_DEPTH).tree();
  }

  private static StoredResource stored(String name) {
    StoredResource resource = REGISTRY.stored(name);
    assertThat(resource).as(name).isNotNull();
    return resource;
  }

  private static String minimal(StoredResource resource) {
    return "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{\"name\":\"a\",%s\"uid\":\"u\",\"labels\":{\"l\":\"ü\"}}}"
        .formatted(
            resource.kind(),
            resource.apiVersion(),
            resource.namespaced() ? "\"namespace\":\"n\"," : "");
  }

  private static String key(StoredResource resource) {
    return resource.key(resource.namespaced() ? "n" : null, "a");
  }

  /** The canonical form of an object with its defaults. */
  private static byte[] canonical(StoredResource resource, String json) {
    ObjectNode tree = tree(json);
    resource.defaults().apply(tree);
    return Canonicalizer.encode(tree, resource.objectType());
  }

  @Test
  void eachKindIsWrittenInProtobufAndReadInEachForm() {
    for (StoredResource resource : REGISTRY.stored()) {
      byte[] canonical = canonical(resource, minimal(resource));
      String key = key(resource);
      byte[] written = forms.write(key, canonical);
      assertThat(new String(written, 0, 4, UTF_8)).as(key).isEqualTo("k8s\0");
      assertThat(new String(forms.read(key, written), UTF_8))
          .as(key)
          .isEqualTo(new String(canonical, UTF_8));
      // JSON as kube-apiserver writes it, with less and with a line feed.
      assertThat(new String(forms.read(key, (minimal(resource) + "\n").getBytes(UTF_8)), UTF_8))
          .as(key)
          .isEqualTo(new String(canonical, UTF_8));
      assertThat(
              new String(
                  forms.read(key, CborForms.object(canonical, resource.objectType())), UTF_8))
          .as(key)
          .isEqualTo(new String(canonical, UTF_8));
      assertThat(forms.read(key, canonical)).as(key).isSameAs(canonical);
      assertThat(new StoredForms(REGISTRY, Written.JSON).write(key, canonical)).isSameAs(canonical);
    }
  }

  @Test
  void anOlderVersionIsReadIntoTheStoredOne() {
    StoredResource scalers = stored("horizontalpodautoscalers.autoscaling");
    String older =
        "{\"kind\":\"HorizontalPodAutoscaler\",\"apiVersion\":\"autoscaling/v1\",\"metadata\":{\"name\":\"a\","
            + "\"namespace\":\"n\"},\"spec\":{\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"d\"},"
            + "\"maxReplicas\":3,\"targetCPUUtilizationPercentage\":70}}";
    byte[] protobuf = ProtobufCodec.builtIn().toProtobuf(older.getBytes(UTF_8));
    for (byte[] value : List.of(older.getBytes(UTF_8), protobuf)) {
      ObjectNode read = tree(new String(forms.read(key(scalers), value), UTF_8));
      assertThat(read.path("apiVersion").asText()).isEqualTo(scalers.apiVersion());
      assertThat(read.at("/spec/maxReplicas").asInt()).isEqualTo(3);
    }
  }

  @Test
  void anEarlierVersionWithTheSameFieldsIsReadByItsNewName() {
    for (String name :
        List.of(
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
            "deployments.apps",
            "poddisruptionbudgets.policy",
            "leases.coordination.k8s.io")) {
      StoredResource resource = stored(name);
      String minimal = minimal(resource);
      byte[] now = forms.read(key(resource), minimal.getBytes(UTF_8));
      String group = resource.apiVersion().substring(0, resource.apiVersion().indexOf('/'));
      String version = group.equals("apps") ? "v1beta2" : "v1beta1";
      String earlier = minimal.replace(resource.apiVersion(), group + "/" + version);
      assertThat(earlier).isNotEqualTo(minimal);
      byte[] protobuf = ProtobufCodec.builtIn().toProtobuf(earlier.getBytes(UTF_8));
      for (byte[] value : List.of(earlier.getBytes(UTF_8), protobuf)) {
        assertThat(new String(forms.read(key(resource), value), UTF_8))
            .as(name)
            .isEqualTo(new String(now, UTF_8));
      }
    }
    // Its fields have other meanings there.
    StoredResource levels = stored("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io");
    assertThatThrownBy(
            () ->
                forms.read(
                    key(levels),
                    minimal(levels).replace("k8s.io/v1\"", "k8s.io/v1beta2\"").getBytes(UTF_8)))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void aDefinitionIsReadAsKubeApiserverStoresIt() {
    StoredResource definitions = stored("customresourcedefinitions.apiextensions.k8s.io");
    String head =
        "{\"kind\":\"CustomResourceDefinition\",\"apiVersion\":\"apiextensions.k8s.io/%s\","
            + "\"metadata\":{\"name\":\"things.example.org\"},\"spec\":{\"group\":\"example.org\","
            + "\"names\":{\"plural\":\"things\",\"kind\":\"Thing\"},\"scope\":\"Namespaced\",";
    String schema = "{\"openAPIV3Schema\":{\"type\":\"object\"}}";
    String alike =
        head.formatted("v1beta1")
            + "\"version\":\"v1\",\"validation\":"
            + schema
            + ",\"subresources\":{\"status\":{}},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true},"
            + "{\"name\":\"v2\",\"served\":true,\"storage\":false}],\"additionalPrinterColumns\":"
            + "[{\"name\":\"A\",\"type\":\"integer\",\"JSONPath\":\".a\"}],\"selectableFields\":[{\"jsonPath\":\".b\"}],"
            + "\"conversion\":{\"strategy\":\"Webhook\",\"webhookClientConfig\":{\"url\":\"https://h\"},"
            + "\"conversionReviewVersions\":[\"v1\"]},\"preserveUnknownFields\":false}}";
    String each =
        ",\"schema\":"
            + schema
            + ",\"subresources\":{\"status\":{}},\"additionalPrinterColumns\":"
            + "[{\"name\":\"A\",\"type\":\"integer\",\"jsonPath\":\".a\"}],\"selectableFields\":[{\"jsonPath\":\".b\"}]";
    String now =
        head.formatted("v1")
            + "\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true"
            + each
            + "},{\"name\":\"v2\",\"served\":true,\"storage\":false"
            + each
            + "}],\"conversion\":{\"strategy\":\"Webhook\",\"webhook\":{\"clientConfig\":{\"url\":\"https://h\"},"
            + "\"conversionReviewVersions\":[\"v1\"]}}}}";
    String key = key(definitions);
    assertThat(new String(forms.read(key, alike.getBytes(UTF_8)), UTF_8))
        .isEqualTo(new String(forms.read(key, now.getBytes(UTF_8)), UTF_8));

    String apart =
        head.formatted("v1beta1")
            + "\"version\":\"v1\",\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":"
            + schema
            + ",\"additionalPrinterColumns\":[{\"name\":\"A\",\"type\":\"integer\",\"JSONPath\":\".a\"}]},"
            + "{\"name\":\"v2\",\"served\":false,\"storage\":false,\"schema\":"
            + schema
            + "}]}}";
    ObjectNode read = tree(new String(forms.read(key, apart.getBytes(UTF_8)), UTF_8));
    assertThat(read.at("/spec/versions/0/additionalPrinterColumns/0/jsonPath").asText())
        .isEqualTo(".a");
    assertThat(read.at("/spec/versions/1").has("additionalPrinterColumns")).isFalse();
    // What v1beta1 means if it says nothing.
    assertThat(read.at("/spec/preserveUnknownFields").asBoolean()).isTrue();

    String single =
        head.formatted("v1beta1")
            + "\"version\":\"v1\",\"validation\":"
            + schema
            + ",\"preserveUnknownFields\":false}}";
    read = tree(new String(forms.read(key, single.getBytes(UTF_8)), UTF_8));
    assertThat(read.at("/spec/versions")).hasSize(1);
    assertThat(read.at("/spec/versions/0/storage").asBoolean()).isTrue();
    assertThat(read.at("/spec/versions/0/schema/openAPIV3Schema/type").asText())
        .isEqualTo("object");
  }

  @Test
  void whatWasWrittenBeforeADefaultCameIsReadWithIt() {
    StoredResource services = stored("services");
    ObjectNode read =
        tree(
            new String(
                forms.read(
                    key(services),
                    ("{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"},"
                            + "\"spec\":{\"ports\":[{\"port\":80}]}}")
                        .getBytes(UTF_8)),
                UTF_8));
    assertThat(read.at("/spec/sessionAffinity").asText()).isEqualTo("None");
    assertThat(read.at("/spec/ports/0/protocol").asText()).isEqualTo("TCP");
  }

  @Test
  void customResourcesAreJson() {
    String key = "/registry/example.org/widgets/n/a";
    String theirs =
        "{\"apiVersion\":\"example.org/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"},"
            + "\"spec\":{\"size\":1}}\n";
    byte[] read = forms.read(key, theirs.getBytes(UTF_8));
    assertThat(HeaderScanner.of(List.of()).scan(read).revisionOffset()).isPositive();
    assertThat(tree(new String(read, UTF_8)).path("spec")).isEqualTo(tree(theirs).path("spec"));
    assertThat(forms.read(key, read)).isSameAs(read);
    assertThat(forms.write(key, read)).isSameAs(read);
  }

  @Test
  void whatIsNoObjectIsLeftAsItIs() {
    byte[] record = {0, 1, 2};
    assertThat(forms.read("/registry/ranges/servicenodeports/3", record)).isSameAs(record);
    byte[] encrypted = "k8s:enc:aescbc:v1:key1:x".getBytes(UTF_8);
    assertThat(forms.read("/registry/secrets/n/a", encrypted)).isSameAs(encrypted);
    assertThat(forms.write("/registry/secrets/n/a", encrypted)).isSameAs(encrypted);
    byte[] ranges = "k8s\0something".getBytes(UTF_8);
    assertThat(forms.read("/registry/ranges/servicenodeports", ranges)).isSameAs(ranges);
    for (String damaged :
        List.of(
            "k8s\0xx",
            "",
            "\0\0\0",
            "{\"kind\":\"Pod\"",
            "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{}}")) {
      assertThatThrownBy(() -> forms.read("/registry/pods/n/a", damaged.getBytes(UTF_8)))
          .as(damaged)
          .isInstanceOf(RuntimeException.class);
    }
    for (String damaged : List.of("k8s\0xx", "", "\0\0\0", "{\"kind\":\"Widget\"")) {
      assertThatThrownBy(
              () -> forms.read("/registry/example.org/widgets/n/a", damaged.getBytes(UTF_8)))
          .as(damaged)
          .isInstanceOf(RuntimeException.class);
    }
    assertThatThrownBy(
            () ->
                forms.read(
                    "/registry/pods/n/a",
                    "{\"kind\":\"Pod\",\"apiVersion\":\"v9\",\"metadata\":{}}".getBytes(UTF_8)))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void aSharedStoreShowsTheCanonicalForm() throws Exception {
    StoredResource maps = stored("configmaps");
    byte[] canonical = canonical(maps, minimal(maps));
    try (MemoryRevisionStore raw = new MemoryRevisionStore();
        RevisionStore shared = new SharedStore(raw, forms)) {
      shared.commit(List.of(new Op.Put(key(maps), canonical, Op.ABSENT)));
      raw.commit(List.of(new Op.Put("/registry/configmaps/n/b", new byte[] {1}, Op.ABSENT)));
      assertThat(new String(raw.get(key(maps), 0).value(), 0, 4, UTF_8)).isEqualTo("k8s\0");
      assertThat(shared.get(key(maps), 0).value()).isEqualTo(canonical);
      assertThatThrownBy(() -> shared.get("/registry/configmaps/n/b", 0))
          .isInstanceOf(UnreadableValueException.class);
      try (RevisionStore.RangeCursor range = shared.range("", "", 0)) {
        assertThat(range.next().value()).isEqualTo(canonical);
        assertThat(range.next().value()).isSameAs(RevisionStore.UNREADABLE);
      }
      try (RevisionStore.WatchCursor watch = shared.watch("", "", 1)) {
        Event first = watch.next(Duration.ofSeconds(5)).events().getFirst();
        assertThat(first.value()).isEqualTo(canonical);
      }
    }
  }
}
