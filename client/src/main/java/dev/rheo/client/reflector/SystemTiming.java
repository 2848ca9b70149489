package dev.rheo.client.reflector;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's time. Its one thread ends with {@link #close()}. */
public final class SystemTiming implements Timing, AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  /** Starts no thread before something is to run later. */
  public SystemTiming() {
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "rheo-informer-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long now() {
    return System.nanoTime();
  }

  @Override
  public void pause(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis(), time.toNanosPart() % 1_000_000);
  }

  @Override
  public Runnable later(Duration time, Runnable what) {
    if (timer.isShutdown()) {
      return () -> {};
    }
    ScheduledFuture<?> order = timer.schedule(what, time.toNanos(), TimeUnit.NANOSECONDS);
    return () -> order.cancel(false);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
