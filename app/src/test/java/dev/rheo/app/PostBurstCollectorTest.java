package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PostBurstCollectorTest {
  private final AtomicLong allocated = new AtomicLong();
  private final AtomicInteger collections = new AtomicInteger();

  @Test
  void collectsOnceAfterEachBurst() {
    try (PostBurstCollector heap =
        new PostBurstCollector(allocated::get, collections::incrementAndGet)) {
      heap.collectAfterBurst();
      assertThat(collections).as("after the start").hasValue(1);
      allocated.addAndGet(PostBurstCollector.BURST_BYTES);
      heap.collectAfterBurst();
      assertThat(collections).as("not while much is allocated").hasValue(1);
      allocated.addAndGet(PostBurstCollector.QUIET_BYTES - 1);
      heap.collectAfterBurst();
      assertThat(collections).hasValue(2);
      heap.collectAfterBurst();
      heap.collectAfterBurst();
      assertThat(collections).as("one for a burst").hasValue(2);
      allocated.addAndGet(PostBurstCollector.BURST_BYTES);
      heap.collectAfterBurst();
      heap.collectAfterBurst();
      assertThat(collections).hasValue(3);
    }
  }
}
