package dev.rheo.resource.type;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.builtin.BuiltInResources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversionTest {
  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType v1 = registry.get("autoscaling", "v1", "horizontalpodautoscalers");
  private final ResourceType v2 = registry.get("autoscaling", "v2", "horizontalpodautoscalers");
  private final ResourceType event = registry.get("events.k8s.io", "v1", "events");

  /**
   * An autoscaler with all kinds of metrics as kube-apiserver shows it: in v2, in v1, and in v2
   * after a write through v1.
   */
  private List<ObjectNode> recorded() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("autoscaler.jsonl")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> decode(line.getBytes(StandardCharsets.UTF_8)))
          .toList();
    }
  }

  @Test
  void anAutoscalerLooksInV1AsKubeApiserverShowsIt() throws IOException {
    byte[] stored = Canonicalizer.encodeAnswer(recorded().get(0), v2.objectType());
    ObjectNode shown = decode(v1.convert(stored));
    assertThat(shown.toPrettyString())
        .isEqualTo(
            decode(Canonicalizer.encodeAnswer(recorded().get(1), v1.objectType()))
                .toPrettyString());
  }

  @Test
  void whatV1CannotSayComesBack() throws IOException {
    ObjectNode back = v1.conversion().toStored(recorded().get(1));
    v2.defaults().apply(back);
    ObjectNode expected = recorded().get(2);
    // a write through v1 does not change the status
    for (ObjectNode object : List.of(back, expected)) {
      object.remove("status");
      Trees.metadata(object).remove(List.of("managedFields", "resourceVersion"));
    }
    assertThat(decode(Canonicalizer.encode(back, v2.objectType())).toPrettyString())
        .isEqualTo(decode(Canonicalizer.encode(expected, v2.objectType())).toPrettyString());
  }

  @Test
  void annotationsThatAreNoJsonAreNoError() {
    ObjectNode object =
        decode(
            ("{\"kind\":\"HorizontalPodAutoscaler\",\"apiVersion\":\"autoscaling/v1\",\"metadata\":{\"annotations\":"
                    + "{\"autoscaling.alpha.kubernetes.io/metrics\":\"{\",\"a\":\"b\"}},\"spec\":{\"targetCPUUtilizationPercentage\":5}}")
                .getBytes(StandardCharsets.UTF_8));
    ObjectNode stored = v1.conversion().toStored(object);
    assertThat(stored.at("/spec/metrics/0/resource/target/averageUtilization").asInt())
        .isEqualTo(5);
    assertThat(stored.at("/metadata/annotations").toString()).isEqualTo("{\"a\":\"b\"}");
  }

  @Test
  void eventsHaveTwoNamesForOneThing() {
    String stored =
        "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"e\",\"resourceVersion\":\"7\"},"
            + "\"involvedObject\":{\"name\":\"p\"},\"reason\":\"R\",\"message\":\"M\",\"source\":{\"component\":\"c\"},"
            + "\"firstTimestamp\":null,\"lastTimestamp\":null,\"count\":3,\"eventTime\":null,"
            + "\"reportingComponent\":\"x\",\"reportingInstance\":\"\"}";
    ObjectNode shown = decode(event.convert(stored.getBytes(StandardCharsets.UTF_8)));
    assertThat(shown.toString())
        .isEqualTo(
            "{\"kind\":\"Event\",\"apiVersion\":\"events.k8s.io/v1\",\"metadata\":{\"name\":\"e\",\"resourceVersion\":\"7\"},"
                + "\"eventTime\":null,\"reportingController\":\"x\",\"reason\":\"R\",\"regarding\":{\"name\":\"p\"},"
                + "\"note\":\"M\",\"deprecatedSource\":{\"component\":\"c\"},"
                + "\"deprecatedFirstTimestamp\":null,\"deprecatedLastTimestamp\":null,\"deprecatedCount\":3}");
    ObjectNode back = event.conversion().toStored(shown);
    assertThat(
            new String(
                Canonicalizer.encodeAnswer(back, registry.get("", "v1", "events").objectType()),
                StandardCharsets.UTF_8))
        .isEqualTo(stored);
  }

  @Test
  void anEmptyResourceVersionStaysInItsPlace() throws IOException {
    byte[] stored = Canonicalizer.encode(recorded().get(0), v2.objectType());
    assertThat(new String(v1.convert(stored), StandardCharsets.UTF_8))
        .contains("\"resourceVersion\":\"\"");
  }

  @Test
  void allOthersAreServedAsTheyAreStored() {
    assertThat(registry.all().stream().filter(ResourceType::isStored))
        .filteredOn(type -> !type.conversion().isIdentity())
        .containsExactlyInAnyOrder(v1, event);
  }

  private static ObjectNode decode(byte[] json) {
    return ObjectDecoder.decode(json, 100).tree();
  }
}
