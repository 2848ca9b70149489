package dev.rheo.server.aggregation;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** How many APIServices are not available: upstream's metrics. Thread-safe. */
public final class AvailabilityMetrics {
  private final Gauge unavailable;
  private final Counter lost;

  /**
   * @param registry of most figures
   * @param totals of another, since the two names differ in no more than their suffix
   */
  public AvailabilityMetrics(PrometheusRegistry registry, PrometheusRegistry totals) {
    unavailable =
        Gauge.builder()
            .name("aggregator_unavailable_apiservice")
            .help("Whether an APIService is unavailable, by its name.")
            .labelNames("name")
            .register(registry);
    lost =
        Counter.builder()
            .name("aggregator_unavailable_apiservice_total")
            .help("How often APIServices became unavailable, by name and reason.")
            .labelNames("name", "reason")
            .register(totals);
  }

  void found(String name, boolean available) {
    unavailable.labelValues(name).set(available ? 0 : 1);
  }

  void lost(String name, String reason) {
    lost.labelValues(name, reason).inc();
  }

  void forget(String name) {
    unavailable.remove(name);
  }
}
