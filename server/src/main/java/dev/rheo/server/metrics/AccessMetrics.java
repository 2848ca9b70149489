package dev.rheo.server.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts authentications and authorizations, under the names and labels of kube-apiserver's
 * metrics. Each request counts once. Thread-safe.
 */
public final class AccessMetrics {

  private final LongAdder authenticated = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final CounterDataPoint allowed;
  private final CounterDataPoint notAllowed;

  public AccessMetrics(PrometheusRegistry registry) {
    // The library's counters all end in _total, which upstream's name does not.
    Collector attempts =
        () ->
            UnknownSnapshot.builder()
                .name("authentication_attempts")
                .help("Requests that were authenticated, anonymous ones included, or not.")
                .dataPoint(point("success", authenticated))
                .dataPoint(point("error", refused))
                .build();
    registry.register(attempts);
    Counter authorizations =
        Counter.builder()
            .name("authorization_attempts_total")
            .help("Requests that were authorized, or not.")
            .labelNames("result")
            .register(registry);
    allowed = authorizations.labelValues("allowed");
    notAllowed = authorizations.labelValues("no-opinion");
  }

  private static UnknownDataPointSnapshot point(String result, LongAdder count) {
    return UnknownDataPointSnapshot.builder()
        .labels(Labels.of("result", result))
        .value(count.sum())
        .build();
  }

  /**
   * @param succeeded false for invalid credentials; a request without any is made by the anonymous
   *     user, which is a success
   */
  public void authenticated(boolean succeeded) {
    (succeeded ? authenticated : refused).increment();
  }

  /**
   * @param isAllowed if false, no rule allowed the request; no rule denies one explicitly
   */
  public void authorized(boolean isAllowed) {
    (isAllowed ? allowed : notAllowed).inc();
  }
}
