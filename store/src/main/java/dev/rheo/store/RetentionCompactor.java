package dev.rheo.store;

import dev.rheo.store.SampledHistory.Sample;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compacts a store according to its {@link Retention}. Every {@link #PERIOD} it samples the time
 * and the store's revision, and compacts to the newest sampled revision that is due.
 *
 * <p>After a start nothing is compacted for {@link Retention#FLOOR}, regardless of the downtime,
 * during which all clients were disconnected.
 *
 * <p>Thread-safe.
 */
public final class RetentionCompactor implements AutoCloseable {
  /** The interval of the samples, which is the precision of the retention's age. */
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
   * @param scheduler calls {@link #run} after {@link #start}; the caller shuts it down
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

  /** Starts periodic compaction. */
  public synchronized void start() {
    if (running == null) {
      running =
          scheduler.scheduleAtFixedRate(
              this::runSafely, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Stops periodic compaction. */
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
    } catch (StoreException e) {
      // The next run may succeed, for example when a full disk has space again.
      SafeLog.log(LOGGER, Level.WARNING, "no compaction: " + e.getMessage(), null);
    } catch (RuntimeException | Error e) {
      // Whatever leaves this method ends the schedule, and history would grow from then on.
      SafeLog.log(LOGGER, Level.ERROR, "compaction failed unexpectedly", e);
    }
  }

  /** Samples the revision and compacts the history that is due. */
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
    LOGGER.log(Level.DEBUG, "compacted to revision {0}", target);
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
