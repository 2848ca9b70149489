package dev.rheo.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private final AtomicInteger scrapes = new AtomicInteger();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final MetricsPage page = new MetricsPage(registry);

  private String text() throws Exception {
    return new String(page.bytes(), StandardCharsets.UTF_8);
  }

  private void count(boolean held) {
    GaugeWithCallback.builder()
        .name("scrapes")
        .callback(
            value -> {
              value.call(scrapes.incrementAndGet());
              begun.countDown();
              try {
                assertThat(!held || go.await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            })
        .register(registry);
  }

  @Test
  void whoAsksAgainGetsANewOne() throws Exception {
    count(false);
    assertThat(text()).contains("\nscrapes 1.0\n");
    assertThat(text()).contains("\nscrapes 2.0\n");
  }

  @Test
  void whoeverWaitsSharesThePageThatIsBegunAfterThem() throws Exception {
    count(true);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> first = threads.submit(this::text);
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      CountDownLatch waiting = new CountDownLatch(50);
      List<Future<String>> others = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        others.add(
            threads.submit(
                () -> {
                  waiting.countDown();
                  return text();
                }));
      }
      assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
      go.countDown();
      assertThat(first.get()).contains("\nscrapes 1.0\n");
      for (Future<String> other : others) {
        assertThat(other.get()).doesNotContain("\nscrapes 1.0\n");
      }
    }
    // Some threads may have asked only while the second page was being made.
    assertThat(scrapes.get()).isBetween(2, 10);
  }
}
