package dev.rheo.server.metrics;

import dev.rheo.codec.io.Meter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is answered at {@code /metrics}: all figures in Prometheus' text format. A page is some
 * hundred KB, so it is charged before it is made. What it is made of is a multiple of that, so one
 * is made at a time. Thread-safe.
 */
public final class MetricsPage {

  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.create().getContentType();

  private final PrometheusRegistry registry;
  private final ReentrantLock turn = new ReentrantLock();

  /** The length of the page before. Within {@link #turn}. */
  private int expected = 1 << 16;

  public MetricsPage(PrometheusRegistry registry) {
    this.registry = registry;
  }

  /**
   * The page as it is now.
   *
   * @throws RuntimeException if the thread's {@link Meter} refuses
   */
  public byte[] bytes() throws IOException {
    turn.lock();
    try {
      Meter.check();
      Meter.promise(expected);
      ByteArrayOutputStream out = new ByteArrayOutputStream(expected + expected / 8);
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
      expected = out.size();
      return out.toByteArray();
    } finally {
      turn.unlock();
    }
  }
}
