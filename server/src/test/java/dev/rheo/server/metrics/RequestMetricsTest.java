package dev.rheo.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.server.request.info.RequestInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The series of a type that is removed are dropped, and no others. */
class RequestMetricsTest {
  private static final String V1 = "/apis/autoscaling/v1/horizontalpodautoscalers";
  private static final String V2 = "/apis/autoscaling/v2/horizontalpodautoscalers";

  private final ServedTypes served = new ServedTypes(BuiltInResources.registry());
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final RequestMetrics metrics = new RequestMetrics(registry, served);

  private List<String> page() throws Exception {
    return new String(new MetricsPage(registry).bytes(), StandardCharsets.UTF_8).lines().toList();
  }

  private void answered(String method, String path) {
    metrics.answered(RequestInfo.of(method, path, false, null), true, "", 200, .01);
  }

  private RequestMetrics.Watch watch(String path) {
    RequestMetrics.Watch watch = metrics.watch(RequestInfo.of("GET", path, true, null), false);
    watch.event(100, true);
    watch.initialDone();
    return watch;
  }

  private void remove(String version) {
    ResourceType type = served.get().get("autoscaling", version, "horizontalpodautoscalers");
    served.update(now -> now.without(type));
    metrics.dropUnserved();
  }

  @Test
  void theSeriesOfARemovedTypeAreDroppedAndDoNotComeBack() throws Exception {
    answered("GET", "/api/v1/pods");
    watch("/api/v1/pods");
    metrics.answered(RequestInfo.of("GET", "/nothing", false, null), false, "", 404, .01);
    List<String> others = page();

    answered("GET", V1);
    answered("DELETE", V1 + "/a/status");
    RequestMetrics.Watch open = watch(V1);
    List<String> withV1 = page();
    assertThat(withV1).containsAll(others).hasSizeGreaterThan(others.size());
    answered("GET", V2);
    RequestMetrics.Watch other = watch(V2);

    remove("v2");
    // Both versions share this counter: it stays with what was counted.
    String initial =
        "apiserver_init_events_total{group=\"autoscaling\",resource=\"horizontalpodautoscalers\"} ";
    assertThat(withV1).contains(initial + "1.0");
    assertThat(page())
        .containsExactlyElementsOf(
            withV1.stream()
                .map(line -> line.equals(initial + "1.0") ? initial + "2.0" : line)
                .toList());

    remove("v1");
    assertThat(page()).isEqualTo(others);
    // Requests that found the type before it was removed.
    for (RequestMetrics.Watch late : List.of(open, other, watch(V1))) {
      late.event(100, true);
      late.initialDone();
      late.ended();
      answered("GET", V1);
      assertThat(page()).isEqualTo(others);
    }
  }
}
