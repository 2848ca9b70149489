package dev.rheo.store;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has a store delete what has expired, every {@link #PERIOD}. When much expires at once it is
 * deleted in steps, between which the store writes the commits of others.
 *
 * <p>Thread-safe.
 */
public final class ExpirySweeper implements AutoCloseable {
  /** The interval at which the store is asked, which is how late a key expires while idle. */
  public static final Duration PERIOD = Duration.ofMillis(500);

  /** The most deletions in one group: some 30 KiB, a millisecond or two. */
  static final int STEP = 256;

  private static final System.Logger LOGGER = System.getLogger(ExpirySweeper.class.getName());

  private final RevisionStore store;
  private final ScheduledExecutorService scheduler;
  private volatile boolean closed;
  private @Nullable ScheduledFuture<?> running;

  /**
   * @param scheduler calls {@link #run} after {@link #start}; the caller shuts it down
   */
  public ExpirySweeper(RevisionStore store, ScheduledExecutorService scheduler) {
    this.store = store;
    this.scheduler = scheduler;
  }

  /** Starts to sweep periodically. */
  public synchronized void start() {
    if (running == null) {
      running =
          scheduler.scheduleWithFixedDelay(
              this::runSafely, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Stops; what is due is deleted after the next start. */
  @Override
  public synchronized void close() {
    closed = true;
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
      if (!closed) {
        SafeLog.log(LOGGER, Level.DEBUG, "nothing expires: " + e.getMessage(), null);
      }
    } catch (RuntimeException | Error e) {
      // Whatever leaves this method ends the schedule, and nothing would expire from then on.
      SafeLog.log(LOGGER, Level.ERROR, "expiry failed unexpectedly", e);
    }
  }

  /** Deletes everything that is due. */
  public void run() throws StoreException {
    while (!closed && store.expire(STEP)) {
      // Each step is an operation of its own.
    }
  }
}
