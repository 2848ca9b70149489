package dev.rheo.client.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Objects that are decoded from bytes are those that fabric8 itself decodes from a stream. */
class Fabric8FormatTest {
  private static final String METADATA =
      "\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"7\","
          + "\"creationTimestamp\":\"2026-01-01T00:00:00Z\",\"labels\":{\"l\":\"ü\\n\"},\"managedFields\":["
          + "{\"manager\":\"m\",\"operation\":\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\","
          + "\"fieldsV1\":{\"f:data\":{\".\":{},\"f:k\":{}}}},{\"manager\":\"o\",\"fieldsV1\":{\"f:x\":{}},"
          + "\"subresource\":\"status\"},{\"manager\":\"none\"}]}";

  private final KubernetesSerialization serialization = new KubernetesSerialization();

  private <T extends HasMetadata> T same(Class<T> type, String kind, String rest) throws Exception {
    String json = "{\"kind\":\"" + kind + "\",\"apiVersion\":\"v1\"," + METADATA + rest + "}";
    byte[] bytes = ("  " + json + "  ").getBytes(StandardCharsets.UTF_8);
    T decoded =
        new Fabric8Format<>(serialization, type, "v1", kind).decode(bytes, 2, bytes.length - 4);
    T own =
        serialization.unmarshal(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), type);
    assertThat(decoded).isEqualTo(own);
    assertThat(serialization.asJson(decoded)).isEqualTo(serialization.asJson(own));
    return decoded;
  }

  @Test
  void whatIsDecodedIsWhatFabric8Decodes() throws Exception {
    ConfigMap map =
        same(ConfigMap.class, "ConfigMap", ",\"data\":{\"k\":\"v\"},\"immutable\":true");
    assertThat(map.getMetadata().getManagedFields().get(1).getFieldsV1().getAdditionalProperties())
        .isEqualTo(Map.of("f:x", Map.of()));
    same(Pod.class, "Pod", ",\"spec\":{\"containers\":[{\"name\":\"c\",\"unknown\":{\"a\":[1]}}]}");
    same(GenericKubernetesResource.class, "Widget", ",\"spec\":{\"n\":1.5,\"s\":[null,{}]}");
  }

  @Test
  void anObjectMayBeGivenMoreFields() throws Exception {
    ConfigMap one = same(ConfigMap.class, "ConfigMap", "");
    ConfigMap other = same(ConfigMap.class, "ConfigMap", "");
    one.getMetadata().getManagedFields().get(0).getFieldsV1().setAdditionalProperty("f:y", "z");
    assertThat(other.getMetadata().getManagedFields().get(0).getFieldsV1())
        .isNotEqualTo(one.getMetadata().getManagedFields().get(0).getFieldsV1());
  }

  /** In each version of fabric8 that is served; else objects would silently take longer. */
  @Test
  void theMapperIsFound() {
    assertThat(ByteReader.of(serialization, ConfigMap.class)).isNotNull();
  }

  @Test
  void aSubclassDecodesInItsOwnWay() throws Exception {
    KubernetesSerialization own =
        new KubernetesSerialization() {
          @Override
          public <T> T unmarshal(java.io.InputStream in, Class<T> type) {
            T object = super.unmarshal(in, type);
            ((HasMetadata) object).getMetadata().setName("own");
            return object;
          }
        };
    byte[] bytes = ("{" + METADATA + "}").getBytes(StandardCharsets.UTF_8);
    ConfigMap map =
        new Fabric8Format<>(own, ConfigMap.class, "v1", "ConfigMap").decode(bytes, 0, bytes.length);
    assertThat(map.getMetadata().getName()).isEqualTo("own");
    assertThat(map.getMetadata().getManagedFields().get(0).getFieldsV1()).isNotNull();
  }

  @Test
  void whatIsNoObjectIsSaidInOneLine() {
    for (String odd :
        new String[] {"{\"metadata\":[]}", "[]", "{\"metadata\":{\"labels\":3}}", "{}"}) {
      byte[] bytes = odd.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(
              () ->
                  new Fabric8Format<>(serialization, ConfigMap.class, "v1", "ConfigMap")
                      .decode(bytes, 0, bytes.length))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("It is not a ConfigMap")
          .hasMessageNotContaining("\n");
    }
  }
}
