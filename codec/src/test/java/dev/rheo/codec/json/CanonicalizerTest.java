package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalizerTest {
  private static ObjectNode tree(String json) {
    return ObjectDecoder.decode(json.getBytes(UTF_8), ObjectDecoder.MAX_DEPTH).tree();
  }

  private static ObjectType type(String json) {
    ObjectNode tree = tree(json);
    return TypeTable.builtIn()
        .type(tree.get("apiVersion").textValue(), tree.get("kind").textValue());
  }

  private static String encode(String json) {
    return new String(Canonicalizer.encode(tree(json), type(json)), UTF_8);
  }

  @Test
  void theRevisionIsEmptyAndInItsPlace() {
    assertThat(
            encode(
                """
                {"apiVersion":"v1","kind":"ConfigMap","data":{"b":"1","a":"2"},"metadata":{"uid":"u","resourceVersion":"77","namespace":"n","name":"a","creationTimestamp":null}}"""))
        .isEqualTo(
            """
            {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":""},"data":{"a":"2","b":"1"}}""");
    assertThat(encode("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}"))
        .isEqualTo(
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"\"}}");
  }

  @Test
  void onlyTheOutermostRevisionIsEmptied() {
    String form =
        encode(
            """
            {"kind":"StatefulSet","apiVersion":"apps/v1","metadata":{"name":"a"},"spec":{"volumeClaimTemplates":[{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"b"}}]}}""");
    assertThat(form.split("resourceVersion", -1)).hasSize(2);
    assertThat(form)
        .contains(
            "\"volumeClaimTemplates\":[{\"kind\":\"PersistentVolumeClaim\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"b\"}");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "{\"replicas\":\"1\"}|json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        "{\"replicas\":1.5}|json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
        "{\"replicas\":2147483648}|json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32",
        "{\"paused\":1}|json: cannot unmarshal number into Go struct field DeploymentSpec.spec.paused of type bool",
        "[]|json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec",
        "{\"template\":{\"spec\":{\"containers\":{}}}}|json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        "{\"template\":{\"spec\":{\"containers\":[{\"image\":1}]}}}|json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string",
        "{\"template\":{\"metadata\":{\"labels\":{\"a\":1}}}}|json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels of type string",
        "{\"template\":{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"x\"}}}]}}}|quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      },
      delimiter = '|',
      quoteCharacter = '`')
  void aWrongTypeIsRefusedInGosWords(String spec, String message) {
    ObjectNode tree =
        tree("{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"spec\":" + spec + "}");
    ObjectType type = TypeTable.builtIn().type("apps/v1", "Deployment");
    String expected = "Deployment in version \"v1\" cannot be handled as a Deployment: " + message;
    assertThatThrownBy(() -> Canonicalizer.validate(tree, type))
        .isInstanceOf(MalformedException.class)
        .hasMessage(expected);
    assertThatThrownBy(() -> Canonicalizer.encode(tree, type)).hasMessage(expected);
    assertThatThrownBy(() -> Canonicalizer.normalize(tree, type)).hasMessage(expected);
  }

  @Test
  void unknownFieldsAreToldByTheirPathAndDropped() {
    String json =
        """
        {"kind":"Deployment","apiVersion":"apps/v1","foo":1,"metadata":{"bar":2,"labels":{"any":"x"}},
        "spec":{"Replicas":1,"template":{"kind":"x","spec":{"containers":[{},{"imag":"y"}],"volumes":[{"configMap":{"nam":"z"}}]}}}}""";
    assertThat(Canonicalizer.unknownFields(tree(json), type(json)))
        .containsExactly(
            "unknown field \"foo\"",
            "unknown field \"metadata.bar\"",
            "unknown field \"spec.Replicas\"",
            "unknown field \"spec.template.kind\"",
            "unknown field \"spec.template.spec.containers[1].imag\"",
            "unknown field \"spec.template.spec.volumes[0].configMap.nam\"");
    assertThat(encode(json)).doesNotContain("foo", "bar", "Replicas", "imag\"", "nam\"");
  }

  @Test
  void normalizedTreesCanBeCompared() {
    ObjectNode a =
        tree(
            """
            {"kind":"Pod","apiVersion":"v1","x":1,"spec":{"hostNetwork":false,"nodeName":"","automountServiceAccountToken":false,"volumes":[],"containers":[{"name":"c","resources":{"limits":{"cpu":"1000m","memory":1024}},"args":[null]}]},"status":{"startTime":"2020-01-01T01:00:00+01:00"}}""");
    ObjectNode b =
        tree(
            """
            {"kind":"Pod","apiVersion":"v1","spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","resources":{"limits":{"cpu":"1","memory":"1024"}},"args":[""]}]},"status":{"startTime":"2020-01-01T00:00:00Z"}}""");
    Canonicalizer.normalize(a, TypeTable.builtIn().type("v1", "Pod"));
    assertThat(a).isEqualTo(b);
  }

  @Test
  void withoutATypeKeysAreSortedAndNothingIsDropped() {
    ObjectNode tree =
        tree(
            """
            {"kind":"Foo","apiVersion":"x.y/v1","spec":{"z":null,"b":[],"a":{},"é":1.50,"\uD83D\uDE00":1,"\uFFFD":2},"metadata":{"name":"n","uid":"u","labels":{}}}""");
    assertThat(new String(Canonicalizer.encode(tree, null), UTF_8))
        .isEqualTo(
            """
            {"apiVersion":"x.y/v1","kind":"Foo","metadata":{"labels":{},"name":"n","resourceVersion":"","uid":"u"},"spec":{"a":{},"b":[],"z":null,"é":1.5,"\uFFFD":2,"\uD83D\uDE00":1}}""");
    assertThat(tree.path("metadata").has("resourceVersion")).isFalse();
  }
}
