package dev.rheo.server.metrics;

import dev.rheo.codec.io.Meter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The page at {@code /metrics}: all figures in Prometheus' text format. A page has some hundred KB;
 * making it costs milliseconds and a multiple of its size. So pages are made one at a time, and all
 * callers that asked before a page was begun share it. Thread-safe.
 */
public final class MetricsPage {

  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.create().getContentType();

  private final List<PrometheusRegistry> registries;
  private final ReentrantLock turn = new ReentrantLock();

  /** How many pages were begun. */
  private final AtomicLong begun = new AtomicLong();

  /** The last page and its number. Guarded by {@link #turn}. */
  private byte @Nullable [] last;

  private long lastNumber;

  /**
   * @param registries more than one if two figures differ in no more than the suffix {@code
   *     _total}, which one registry takes for the same
   */
  public MetricsPage(PrometheusRegistry... registries) {
    this.registries = List.of(registries);
  }

  /**
   * A page that was begun after the call. Not to be changed.
   *
   * @throws RuntimeException if the thread's {@link Meter} refuses
   */
  public byte[] bytes() throws IOException {
    long before = begun.get();
    turn.lock();
    try {
      Meter.check();
      byte[] page = last;
      if (page == null || lastNumber <= before) {
        long number = begun.incrementAndGet();
        page = make(page == null ? 1 << 16 : page.length);
        last = page;
        lastNumber = number;
      }
      return page;
    } finally {
      turn.unlock();
    }
  }

  private byte[] make(int expected) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(expected + expected / 8);
    for (PrometheusRegistry registry : registries) {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    }
    return out.toByteArray();
  }
}
