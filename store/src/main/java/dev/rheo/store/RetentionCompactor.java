package dev.rheo.store;

import dev.rheo.store.SampledHistory.Sample;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compacts a store as its {@link Retention} says. Every {@link #PERIOD} it notes the store's
 * revision beside the time, and compacts to the newest revision noted that is old enough.
 *
 * <p>After a start nothing is forgotten for {@link Retention#FLOOR}, however long the process was
 * away: its clients were cut off all that time.
 *
 * <p>Thread-safe.
 */
public final class RetentionCompactor implements AutoCloseable {
  /** How often it looks: how exact the retention's age is. */
  public static final Duration PERIOD = Duration.ofSeconds(15);

  private static final System.Logger LOGGER = System.getLogger(RetentionCompactor.class.getName());

  private final RevisionStore store;
  private final SampledHistory history;
  private final Retention retention;
  private final InstantSource clock;
  private final ScheduledExecutorService scheduler;
  private final long started;
  private @Nullable ScheduledFuture<?> running;

  /**
   * @param scheduler runs {@link #run} once {@link #start} was called; stays the caller's
   */
  public <S extends RevisionStore & SampledHistory> RetentionCompactor(
      S store, Retention retention, InstantSource clock, ScheduledExecutorService scheduler) {
    this.store = store;
    this.history = store;
    this.retention = retention;
    this.clock = clock;
    this.scheduler = scheduler;
    this.started = clock.millis();
  }

  /** Begins to compact by itself. */
  public synchronized void start() {
    if (running == null) {
      running =
          scheduler.scheduleAtFixedRate(
              this::runSafely, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Ends what {@link #start} began. */
  @Override
  public synchronized void close() {
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }

  private void runSafely() {
    try {
      run();
    } catch (StoreException | RuntimeException e) {
      // The next time may be better: a full disk, say.
      LOGGER.log(System.Logger.Level.WARNING, "no compaction: " + e.getMessage());
    }
  }

  /** Looks once: notes the revision and forgets what is due. */
  public synchronized void run() throws StoreException {
    long now = clock.millis();
    history.sample(now);
    if (now - started < Retention.FLOOR.toMillis()) {
      return;
    }
    long target = target(history.samples(), now);
    if (target <= store.compactedRevision()) {
      return;
    }
    try {
      store.compact(target);
    } catch (FutureRevisionException e) {
      throw new StoreException("a revision was noted that the store does not have", e);
    }
    history.dropSamples(target);
    LOGGER.log(System.Logger.Level.DEBUG, "compacted to revision {0}", target);
  }

  private long target(List<Sample> samples, long now) {
    long written = samples.isEmpty() ? 0 : samples.getLast().bytesWritten();
    long target = 0;
    for (Sample sample : samples) {
      long age = now - sample.epochMillis();
      boolean tooMuch = written - sample.bytesWritten() > retention.bytes();
      if (age >= retention.age().toMillis() || (tooMuch && age >= Retention.FLOOR.toMillis())) {
        target = sample.revision();
      }
    }
    return target;
  }
}
