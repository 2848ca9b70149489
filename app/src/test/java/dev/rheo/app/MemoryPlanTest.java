package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.edge.ledger.Ledger;
import java.util.List;
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
    long outside = plan.storeCaches() + plan.compression() + plan.requests().tls();
    assertThat(MemoryPlan.RUNTIME + plan.heap() + plan.direct() + outside)
        .isLessThanOrEqualTo(total)
        .isGreaterThan(total - MIB);
    long caches =
        plan.hotBuffers()
            + plan.eventLog()
            + plan.decodedEvents()
            + plan.snapshots()
            + plan.forms();
    assertThat(MemoryPlan.IDLE_HEAP_MIB * MIB + caches + plan.requests().heap())
        .isLessThanOrEqualTo(plan.heap() - plan.heap() / 16)
        .isGreaterThan(plan.heap() / 10 * 9);
    assertThat(plan.outgoing() + plan.requests().incoming())
        .isLessThanOrEqualTo(plan.direct() / 4 * 3);
  }

  @ParameterizedTest
  @ValueSource(longs = {256 * MIB, 384 * MIB, 1L << 30, 8L << 30})
  void noAccountIsLargerThanAllOfThemMayBe(long total) {
    Ledger.Limits limits = MemoryPlan.of(total).requests();
    assertThat(
            List.of(
                limits.streams(),
                limits.headers(),
                limits.requestBodies(),
                limits.trees(),
                limits.answers()))
        .allSatisfy(
            limit ->
                assertThat(limit).isPositive().isLessThan(limits.heap() - limits.connections()));
  }

  @Test
  void theLeastTakesTwoBodiesOfAMegabyte() {
    Ledger ledger = new Ledger(MemoryPlan.of(MemoryPlan.MIN_TOTAL).requests());
    assertThat(ledger.requestBodies().limit()).isGreaterThan(2 * MIB);
  }

  /** An object of 1.5 MiB: its form twice, and the answer. */
  @ParameterizedTest
  @ValueSource(longs = {256 * MIB, 384 * MIB, 1L << 30})
  void theLargestObjectCanBeDeletedWhileTheIndexIsFull(long total) {
    Ledger ledger = new Ledger(MemoryPlan.of(total).requests());
    ledger.indexed(ledger.index().limit());
    long largest = 3 * MIB / 2;
    long step = MIB / 16;
    assertThat(ledger.heavyTrees().tryCharge(2 * largest + step)).isTrue();
    assertThat(ledger.answers().tryCharge(largest + step)).isTrue();
  }

  @Test
  void isAsTheExampleSays() {
    MemoryPlan plan = MemoryPlan.of(384 * MIB);
    assertThat(plan.heap() / MIB).isEqualTo(120);
    assertThat(plan.direct() / MIB).isEqualTo(72);
    assertThat(plan.outgoing() / MIB).isEqualTo(45);
    assertThat(plan.storeCaches() / MIB).isEqualTo(23);
    assertThat(plan.compression() / MIB).isEqualTo(7);
    assertThat(plan.hotBuffers() / MIB).isEqualTo(7);
    assertThat(plan.eventLog() / MIB).isEqualTo(12);
    assertThat(plan.forms() / MIB).isEqualTo(15);
    Ledger.Limits requests = plan.requests();
    assertThat(requests.heap() / MIB).isEqualTo(50);
    assertThat(requests.connections() / MIB).isEqualTo(9);
    assertThat(requests.streams() / MIB).isEqualTo(16);
    assertThat(requests.requestBodies() / MIB).isEqualTo(15);
    assertThat(requests.trees() / MIB).isEqualTo(22);
    assertThat(requests.answers() / MIB).isEqualTo(10);
    assertThat(requests.tls() / MIB).isEqualTo(15);
  }

  @Test
  void refusesTooMuch() {
    assertThat(MemoryPlan.of(MemoryPlan.MAX_TOTAL).heap()).isLessThan(32L << 30);
    assertThatThrownBy(() -> MemoryPlan.of(MemoryPlan.MAX_TOTAL + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 65536 MiB");
  }

  @Test
  void refusesTooLittle() {
    assertThatThrownBy(() -> MemoryPlan.of(256 * MIB - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 256 MiB");
  }
}
