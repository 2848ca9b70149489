package dev.rheo.store;

import static dev.rheo.store.RevisionStoreContract.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.Op;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionCompactorTest {
  private static final Retention HOUR = new Retention(Duration.ofHours(1), 1L << 30);

  private final MemoryRevisionStore store = new MemoryRevisionStore();
  private ScheduledExecutorService scheduler;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @BeforeEach
  void makeScheduler() {
    scheduler = Executors.newSingleThreadScheduledExecutor();
  }

  @AfterEach
  void close() {
    scheduler.shutdownNow();
    store.close();
  }

  @Test
  void forgetsWhatIsOlderThanItsAge() throws Exception {
    RetentionCompactor compactor = compactor(new Retention(Duration.ofHours(1), Long.MAX_VALUE));
    // One commit and one run per minute: minute m is at revision 2 + m.
    for (int minute = 0; minute <= 180; minute++) {
      store.commit(List.of(put("a", "" + minute)));
      compactor.run();
      long expected = minute < 60 ? 0 : 2 + minute - 60;
      assertThat(store.compactedRevision()).as("minute %d", minute).isEqualTo(expected);
      pass(Duration.ofMinutes(1));
    }
    assertThat(store.samples()).hasSize(61);
  }

  @Test
  void keepsTheStateOfAQuietStoreAndForgetsWhatLedToIt() throws Exception {
    RetentionCompactor compactor = compactor(HOUR);
    compactor.run();
    for (int i = 0; i < 10; i++) {
      store.commit(List.of(put("a", "" + i)));
    }
    for (int minute = 0; minute < 120; minute++) {
      compactor.run();
      assertThat(store.compactedRevision()).isEqualTo(minute < 60 ? 0 : 11);
      pass(Duration.ofMinutes(1));
    }
    assertThat(store.get("a", 0).modRevision()).isEqualTo(11);
    assertThat(store.versionCount()).isEqualTo(1);
  }

  @Test
  void forgetsEarlierWhatExceedsItsBytesButNeverTheLastFiveMinutes() throws Exception {
    RetentionCompactor compactor = compactor(new Retention(Duration.ofHours(1), 10_000));
    for (int minute = 0; minute <= 60; minute++) {
      store.commit(List.of(new Op.Put("a", new byte[4000], Op.ANY)));
      compactor.run();
      // Between two and three commits fit the budget; the floor keeps five minutes of commits.
      long expected = minute < 5 ? 0 : 2 + minute - 5;
      assertThat(store.compactedRevision()).as("minute %d", minute).isEqualTo(expected);
      pass(Duration.ofMinutes(1));
    }
    // Without further commits, the history that fits the budget stays for the hour.
    for (int minute = 0; minute < 30; minute++) {
      pass(Duration.ofMinutes(1));
      compactor.run();
    }
    assertThat(store.currentRevision()).isEqualTo(62);
    assertThat(store.compactedRevision()).isEqualTo(59);
  }

  @Test
  void forgetsNothingForFiveMinutesAfterAStart(@TempDir Path directory) throws Exception {
    try (RocksRevisionStore durable =
        RocksRevisionStore.open(directory, RocksSettings.defaults())) {
      RetentionCompactor compactor = new RetentionCompactor(durable, HOUR, () -> now, scheduler);
      durable.commit(List.of(put("a", "1")));
      durable.commit(List.of(put("a", "2")));
      compactor.run();
      durable.commit(List.of(put("a", "3")));
    }
    pass(Duration.ofDays(3));
    try (RocksRevisionStore durable =
        RocksRevisionStore.open(directory, RocksSettings.defaults())) {
      assertThat(durable.samples()).hasSize(1);
      RetentionCompactor compactor = new RetentionCompactor(durable, HOUR, () -> now, scheduler);
      for (int second = 0; second < 300; second += 15) {
        compactor.run();
        assertThat(durable.compactedRevision()).isZero();
        pass(Duration.ofSeconds(15));
      }
      compactor.run();
      assertThat(durable.compactedRevision()).isEqualTo(3);
      assertThat(durable.samples().stream().map(SampledHistory.Sample::revision))
          .containsExactly(3L, 4L);
    }
  }

  @Test
  void aClockThatGoesBackForgetsNothing() throws Exception {
    RetentionCompactor compactor = compactor(HOUR);
    store.commit(List.of(put("a", "1")));
    compactor.run();
    pass(Duration.ofHours(-2));
    store.commit(List.of(put("a", "2")));
    compactor.run();
    pass(Duration.ofMinutes(90));
    compactor.run();
    assertThat(store.compactedRevision()).isZero();
  }

  @Test
  void aRetentionBelowFiveMinutesIsRefused() {
    assertThatThrownBy(() -> new Retention(Duration.ofMinutes(4), 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void startRunsItOnTheSchedulerAndCloseEndsThat() throws Exception {
    RetentionCompactor compactor = compactor(HOUR);
    store.commit(List.of(put("a", "1")));
    compactor.start();
    scheduler.submit(() -> {}).get();
    assertThat(store.samples()).hasSize(1);
    compactor.close();
    assertThat(scheduler.shutdownNow())
        .allMatch(task -> ((java.util.concurrent.Future<?>) task).isCancelled());
  }

  @Test
  void noFailureEndsTheScheduleNotEvenAnErrorThatCannotBeLogged() {
    AtomicReference<Runnable> scheduled = new AtomicReference<>();
    boolean[] broken = {false};
    try (BrokenLog _ = new BrokenLog(RetentionCompactor.class);
        ScheduledThreadPoolExecutor taking =
            new ScheduledThreadPoolExecutor(1) {
              @Override
              public ScheduledFuture<?> scheduleAtFixedRate(
                  Runnable command, long delay, long period, TimeUnit unit) {
                scheduled.set(command);
                return schedule(() -> {}, delay, unit);
              }
            }) {
      RetentionCompactor compactor =
          new RetentionCompactor(
              store,
              HOUR,
              () -> {
                if (broken[0]) {
                  throw new AssertionError("as the test wants it");
                }
                return now;
              },
              taking);
      compactor.start();
      broken[0] = true;
      // An exception would cancel what is scheduled.
      assertThatCode(scheduled.get()::run).doesNotThrowAnyException();
      broken[0] = false;
      scheduled.get().run();
      assertThat(store.samples()).hasSize(1);
    }
  }

  private RetentionCompactor compactor(Retention retention) {
    return new RetentionCompactor(store, retention, () -> now, scheduler);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }
}
