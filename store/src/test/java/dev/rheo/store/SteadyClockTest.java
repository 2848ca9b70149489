package dev.rheo.store;

import static dev.rheo.store.RevisionStoreContract.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.Op;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

/** What happens when the clock of the machine is set while a server runs. */
class SteadyClockTest {
  private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");

  private Instant wall = BEGAN;
  private long nanos = -5;
  private final SteadyClock clock = new SteadyClock(() -> wall, () -> nanos);

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  @Test
  void itGoesOnWhateverTheMachinesClockIsSetTo() {
    pass(Duration.ofMinutes(3));
    wall = wall.plus(Duration.ofHours(1));
    assertThat(clock.instant()).isEqualTo(BEGAN.plus(Duration.ofMinutes(3)));
    wall = wall.minus(Duration.ofHours(5));
    pass(Duration.ofMinutes(2));
    assertThat(clock.instant()).isEqualTo(BEGAN.plus(Duration.ofMinutes(5)));
  }

  @Test
  void historyAndWhatHasATimeToLiveStay() throws Exception {
    Retention hour = new Retention(Duration.ofHours(1), Long.MAX_VALUE);
    try (MemoryRevisionStore store = new MemoryRevisionStore(clock);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        RetentionCompactor compactor = new RetentionCompactor(store, hour, clock, scheduler)) {
      store.commit(List.of(new Op.Put("event", new byte[1], Op.ANY, Duration.ofMinutes(30))));
      for (int minute = 0; minute < 10; minute++) {
        store.commit(List.of(put("a", "" + minute)));
        compactor.run();
        pass(Duration.ofMinutes(1));
      }
      wall = wall.plus(Duration.ofHours(1));
      compactor.run();
      while (store.expire(100)) {
        // Until nothing is due.
      }
      assertThat(store.compactedRevision()).isZero();
      assertThat(store.get("event", 0)).isNotNull();
      // Set back, too, both go when their time has passed.
      wall = wall.minus(Duration.ofHours(3));
      pass(Duration.ofHours(1));
      compactor.run();
      while (store.expire(100)) {
        // Until nothing is due.
      }
      assertThat(store.compactedRevision()).isPositive();
      assertThat(store.get("event", 0)).isNull();
    }
  }
}
