package dev.rheo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(longs = {256 * MIB, 256 * MIB + 1, 384 * MIB, 1_000_000_007, 64L << 30})
  void sharesNoMoreThanThereIs(long total) {
    MemoryPlan plan = MemoryPlan.of(total);
    assertThat(plan.total()).isEqualTo(total);
    long offHeap = plan.storeCaches() + plan.compression();
    assertThat(MemoryPlan.RUNTIME + plan.heap() + plan.direct() + offHeap)
        .isLessThanOrEqualTo(total)
        .isGreaterThan(total - MIB);
    long onHeap =
        plan.requestBodies()
            + plan.responseBodies()
            + plan.hotBuffers()
            + plan.eventLog()
            + plan.decodedEvents()
            + plan.snapshots();
    assertThat(onHeap).isBetween(plan.heap() / 2, plan.heap() / 5 * 3);
    assertThat(plan.outgoing()).isLessThanOrEqualTo(plan.direct() * 3 / 4);
  }

  @Test
  void theLeastTakesTheLargestRequestTwice() {
    assertThat(MemoryPlan.of(MemoryPlan.MIN_TOTAL).requestBodies()).isGreaterThan(6 * MIB);
  }

  @Test
  void isAsTheExampleSays() {
    MemoryPlan plan = MemoryPlan.of(384 * MIB);
    assertThat(plan.heap() / MIB).isEqualTo(108);
    assertThat(plan.requestBodies() / MIB).isEqualTo(13);
    assertThat(plan.responseBodies() / MIB).isEqualTo(13);
    assertThat(plan.hotBuffers() / MIB).isEqualTo(6);
    assertThat(plan.eventLog() / MIB).isEqualTo(13);
    assertThat(plan.decodedEvents() / MIB).isEqualTo(6);
    assertThat(plan.snapshots() / MIB).isEqualTo(6);
    assertThat(plan.direct() / MIB).isEqualTo(108);
    assertThat(plan.outgoing() / MIB).isEqualTo(81);
    assertThat(plan.storeCaches() / MIB).isEqualTo(40);
    assertThat(plan.compression() / MIB).isEqualTo(13);
  }

  @Test
  void refusesTooLittle() {
    assertThatThrownBy(() -> MemoryPlan.of(256 * MIB - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 256 MiB");
  }
}
