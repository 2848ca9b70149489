package dev.rheo.edge;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The time of the edge, and its timers. The edge measures each timeout with it and schedules each
 * delayed task with it, so that a test decides how time passes. Only timers inside Netty (the end
 * of a TLS or HTTP/2 connection, the shutdown of an event loop) are not under it.
 *
 * <p>Thread-safe.
 */
interface EdgeClock {

  /** The system's clock and the timers of the event loops. */
  EdgeClock SYSTEM = new SystemClock();

  /** Nanoseconds since an arbitrary origin, as {@link System#nanoTime()}. */
  long nanoTime();

  Instant instant();

  /** Runs a task once on an event loop, unless the loop ends before. */
  void schedule(EventLoop loop, Runnable task, Duration delay);

  /**
   * Runs a task repeatedly on an event loop, until the loop ends.
   *
   * @param delay time before the first run, and between the end of one run and the next
   */
  void scheduleWithFixedDelay(EventLoop loop, Runnable task, Duration delay);

  /** Completes a future with false after {@code atMost}, unless it is completed before. */
  void giveUpAfter(CompletableFuture<Boolean> future, Duration atMost);

  /** The implementation of {@link #SYSTEM}. */
  final class SystemClock implements EdgeClock {

    private SystemClock() {}

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Instant instant() {
      return Instant.now();
    }

    @Override
    public void schedule(EventLoop loop, Runnable task, Duration delay) {
      loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void scheduleWithFixedDelay(EventLoop loop, Runnable task, Duration delay) {
      long nanos = delay.toNanos();
      loop.scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void giveUpAfter(CompletableFuture<Boolean> future, Duration atMost) {
      future.completeOnTimeout(false, atMost.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
