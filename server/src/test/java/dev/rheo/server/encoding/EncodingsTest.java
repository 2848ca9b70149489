package dev.rheo.server.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodes complete answers; refuses representations that an answer cannot have. */
class EncodingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
  private static final String ONE = ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
  private static final String MANY = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  private static final String METADATA =
      "{\"name\":\"web\",\"namespace\":\"ns\",\"resourceVersion\":\"7\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"}";
  private static final String SCALE =
      "{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\",\"metadata\":"
          + METADATA
          + ",\"spec\":{\"replicas\":3},\"status\":{\"replicas\":2}}";
  private static final String LIST =
      "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[{\"metadata\":"
          + METADATA
          + ",\"data\":{\"a\":\"1\"}},{\"metadata\":{\"name\":\"two\"}}]}";
  private static final String STATUS =
      "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\"}";

  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType configMaps = registry.get("", "v1", "configmaps");
  private final ResourceType deployments = registry.get("apps", "v1", "deployments");
  private final Encodings encodings =
      new Encodings(
          Clock.fixed(Instant.parse("2026-01-01T01:00:00Z"), ZoneOffset.UTC),
          FeatureGates.defaults(),
          () -> registry);

  private Encoding find(ResourceType type, String accept, @Nullable Boolean list, String include) {
    return encodings.find(type, encodings.negotiation().accept(accept, false), list, include);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private JsonNode answer(ResourceType type, String accept, String include, String json)
      throws Exception {
    return JSON.readTree(find(type, accept, null, include).answerAny(bytes(json)));
  }

  @Test
  void aScaleIsATableOfItsOwn() throws Exception {
    JsonNode table = answer(deployments, TABLE, "Object", SCALE);
    assertThat(table.get("kind").asText()).isEqualTo("Table");
    assertThat(table.get("columnDefinitions").valueStream().map(c -> c.get("name").asText()))
        .containsExactly("Name", "Desired", "Available", "Age");
    assertThat(table.at("/rows/0/cells").toString()).isEqualTo("[\"web\",3,2,\"60m\"]");
    assertThat(table.at("/rows/0/object")).isEqualTo(JSON.readTree(SCALE));
    assertThat(table.at("/metadata/resourceVersion").asText()).isEqualTo("7");

    JsonNode metadata = answer(deployments, TABLE, "", SCALE).at("/rows/0/object");
    assertThat(metadata.get("kind").asText()).isEqualTo("PartialObjectMetadata");
    assertThat(metadata.get("metadata")).isEqualTo(JSON.readTree(METADATA));
  }

  @Test
  void aScaleIsShownInEveryForm() throws Exception {
    JsonNode scale = JSON.readTree(SCALE);
    byte[] yaml = find(deployments, "application/yaml", null, "").answerAny(bytes(SCALE));
    assertThat(YAML.readTree(yaml)).isEqualTo(scale);
    byte[] protobuf =
        find(deployments, "application/vnd.kubernetes.protobuf", null, "").answerAny(bytes(SCALE));
    assertThat(ProtobufCodec.builtIn().toTree(protobuf)).isEqualTo(scale);
    byte[] cbor = find(deployments, "application/cbor", null, "").answerAny(bytes(SCALE));
    assertThat(CborForms.toTree(cbor, TypeTable.builtIn().type("autoscaling/v1", "Scale")))
        .isEqualTo(scale);
    JsonNode partial = answer(deployments, "application/json" + ONE, "", SCALE);
    assertThat(partial.get("kind").asText()).isEqualTo("PartialObjectMetadata");
    assertThat(partial.fieldNames()).toIterable().containsExactly("kind", "apiVersion", "metadata");
  }

  @Test
  void aListAtHandIsShownAsAskedFor() throws Exception {
    JsonNode table = answer(configMaps, TABLE, "Object", LIST);
    assertThat(table.at("/metadata/resourceVersion").asText()).isEqualTo("9");
    assertThat(table.get("rows").valueStream().map(row -> row.at("/cells/0").asText()))
        .containsExactly("web", "two");
    assertThat(table.at("/rows/0/object/kind").asText()).isEqualTo("ConfigMap");
    assertThat(table.at("/rows/0/object/data/a").asText()).isEqualTo("1");
    assertThat(answer(configMaps, TABLE, "None", LIST).at("/rows/1/object").isNull()).isTrue();

    JsonNode partial = answer(configMaps, "application/json" + MANY, "", LIST);
    assertThat(partial.get("kind").asText()).isEqualTo("PartialObjectMetadataList");
    assertThat(partial.at("/items/0/kind").asText()).isEqualTo("PartialObjectMetadata");
    assertThat(partial.at("/items/0").has("data")).isFalse();
    byte[] protobuf =
        find(configMaps, "application/vnd.kubernetes.protobuf" + MANY, null, "")
            .answerAny(bytes(LIST));
    assertThat(ProtobufCodec.builtIn().toTree(protobuf).at("/items/0/metadata"))
        .isEqualTo(JSON.readTree(METADATA));
    byte[] yaml = find(configMaps, "application/yaml", null, "").answerAny(bytes(LIST));
    assertThat(YAML.readTree(yaml)).isEqualTo(JSON.readTree(LIST));
  }

  @ParameterizedTest
  @ValueSource(strings = {TABLE, "application/json" + ONE, "application/json"})
  void aStatusStaysAStatus(String accept) throws Exception {
    assertThat(answer(configMaps, accept, "", STATUS)).isEqualTo(JSON.readTree(STATUS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''| v1| configmaps| true| you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)",
        "''| v1| configmaps| false| you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)",
        "events.k8s.io| v1| events| true| you requested PartialObjectMetadata, but the requested object is a list (*core.EventList)",
        "rbac.authorization.k8s.io| v1| roles| false| you requested PartialObjectMetadataList, but the requested object is not a list (*rbac.Role)",
      })
  void oneAndManyAreToldApart(
      String group, String version, String plural, boolean list, String message) {
    ResourceType type = registry.get(group, version, plural);
    NegotiatedMediaType accepted =
        encodings.negotiation().accept("application/json" + (list ? ONE : MANY), false);
    assertThatThrownBy(() -> encodings.find(type, accepted, list, ""))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(406))
        .hasMessage(message);
    if (!list) {
      assertThatThrownBy(() -> encodings.requireOne(accepted, group, type.kind()))
          .hasMessage(message);
    }
  }

  @Test
  void whatIsOnlyCreatedIsNoTable() {
    ResourceType reviews = registry.get("authentication.k8s.io", "v1", "selfsubjectreviews");
    assertThatThrownBy(() -> encodings.negotiation(reviews, null).accept(TABLE, false))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(406))
        .hasMessageStartingWith("only the following media types are accepted: application/json");
  }

  @Test
  void whatHasNoTableIsShownAsTheClientsNextChoice() {
    String accept = TABLE + ",application/json";
    ResourceType pods = registry.get("", "v1", "pods");
    assertThat(encodings.negotiation(pods, "status").accept(accept, false).target()).isNotNull();
    assertThat(encodings.negotiation(pods, "resize").accept(accept, false).target()).isNull();
  }

  @Test
  void aRefusalIsNotTransformed() {
    String protobufFirst = "application/vnd.kubernetes.protobuf" + ONE + ",application/yaml" + ONE;
    for (String accept : List.of(TABLE, protobufFirst)) {
      assertThatThrownBy(() -> encodings.refusals().accept(accept, false))
          .isInstanceOf(ApiException.class);
    }
    assertThat(encodings.refusals().accept(TABLE + ",application/yaml", false).mediaType())
        .isEqualTo("application/yaml");
  }
}
