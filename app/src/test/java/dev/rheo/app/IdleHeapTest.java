package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IdleHeapTest {
  private final AtomicLong allocated = new AtomicLong();
  private final AtomicInteger collections = new AtomicInteger();

  @Test
  void collectsOnceAfterEachBurst() {
    try (IdleHeap heap = new IdleHeap(allocated::get, collections::incrementAndGet)) {
      heap.look();
      assertThat(collections).as("after the start").hasValue(1);
      allocated.addAndGet(IdleHeap.BURST_BYTES);
      heap.look();
      assertThat(collections).as("not while much is allocated").hasValue(1);
      allocated.addAndGet(IdleHeap.QUIET_BYTES - 1);
      heap.look();
      assertThat(collections).hasValue(2);
      heap.look();
      heap.look();
      assertThat(collections).as("one for a burst").hasValue(2);
      allocated.addAndGet(IdleHeap.BURST_BYTES);
      heap.look();
      heap.look();
      assertThat(collections).hasValue(3);
    }
  }
}
