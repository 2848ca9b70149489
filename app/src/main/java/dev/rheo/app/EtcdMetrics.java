package dev.rheo.app;

import dev.rheo.store.etcd.EtcdCalls;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts calls to etcd, under the names of kube-apiserver's metrics. Thread-safe. */
final class EtcdMetrics implements EtcdCalls {
  /** Upstream's, in seconds. */
  private static final double[] BOUNDS = {
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
    60
  };

  private final Histogram durations;
  private final Counter errors;

  EtcdMetrics(PrometheusRegistry registry) {
    durations =
        Histogram.builder()
            .name("etcd_request_duration_seconds")
            .help("How long calls to etcd took.")
            .labelNames("operation")
            .classicOnly()
            .classicUpperBounds(BOUNDS)
            .register(registry);
    errors =
        Counter.builder()
            .name("etcd_request_errors_total")
            .help("Calls that etcd did not answer, or refused.")
            .labelNames("operation")
            .register(registry);
  }

  @Override
  public void ended(String operation, boolean failed, long nanos) {
    durations.labelValues(operation).observe(nanos / 1e9);
    if (failed) {
      errors.labelValues(operation).inc();
    }
  }
}
