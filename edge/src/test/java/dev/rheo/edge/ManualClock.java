package dev.rheo.edge;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test advances it. {@link #advance} runs the timers in the order
 * in which they are due, and waits for each. Thread-safe; one thread at a time advances it.
 */
final class ManualClock implements EdgeClock {

  private static final long ORIGIN = 1_000_000_000_000L;
  private static final Instant DATE = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * @param loop the event loop that runs the task; null for the thread that advances the clock
   * @param again the delay of a task that is repeated
   * @param future what the task completes, if that is what it does
   */
  private record Timer(
      long due,
      long number,
      @Nullable EventLoop loop,
      Runnable task,
      @Nullable Duration again,
      @Nullable CompletableFuture<Boolean> future) {}

  private final Queue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
  private final Set<EventLoop> loops = ConcurrentHashMap.newKeySet();
  private final AtomicLong now = new AtomicLong(ORIGIN);
  private long numbers;

  @Override
  public long nanoTime() {
    return now.get();
  }

  @Override
  public Instant instant() {
    return DATE.plusNanos(now.get() - ORIGIN);
  }

  @Override
  public void schedule(EventLoop loop, Runnable task, Duration delay) {
    add(delay, loop, task, null, null);
  }

  @Override
  public void scheduleWithFixedDelay(EventLoop loop, Runnable task, Duration delay) {
    add(delay, loop, task, delay, null);
  }

  @Override
  public void giveUpAfter(CompletableFuture<Boolean> future, Duration atMost) {
    add(atMost, null, () -> future.complete(false), null, future);
  }

  private void add(
      Duration delay,
      @Nullable EventLoop loop,
      Runnable task,
      @Nullable Duration again,
      @Nullable CompletableFuture<Boolean> future) {
    if (loop != null) {
      loops.add(loop);
    }
    synchronized (timers) {
      timers.add(new Timer(now.get() + delay.toNanos(), numbers++, loop, task, again, future));
    }
  }

  /** The number of futures that {@link #giveUpAfter} may still complete. */
  int waits() {
    synchronized (timers) {
      return (int) timers.stream().filter(t -> t.future != null && !t.future.isDone()).count();
    }
  }

  /** The number of repeated tasks. */
  int repeated() {
    synchronized (timers) {
      return (int) timers.stream().filter(t -> t.again != null).count();
    }
  }

  /** The time that has passed since a {@link #nanoTime()}. */
  Duration since(long nanos) {
    return Duration.ofNanos(now.get() - nanos);
  }

  /** Lets time pass. Each event loop then serves its sockets before this returns. */
  synchronized void advance(Duration by) {
    long until = now.get() + by.toNanos();
    for (Timer next = due(until); next != null; next = due(until)) {
      now.accumulateAndGet(next.due, Math::max);
      run(next);
    }
    now.accumulateAndGet(until, Math::max);
    loops.forEach(ManualClock::settle);
  }

  /** Moves the time of whoever works, but runs no timers. */
  void spend(long nanos) {
    now.addAndGet(nanos);
  }

  private @Nullable Timer due(long until) {
    synchronized (timers) {
      Timer next = timers.peek();
      return next != null && next.due <= until ? timers.remove() : null;
    }
  }

  private void run(Timer timer) {
    EventLoop loop = timer.loop;
    if (loop == null) {
      timer.task.run();
    } else if (on(loop, timer.task)) {
      settle(loop);
      if (timer.again != null) {
        add(timer.again, loop, timer.task, timer.again, null);
      }
    }
  }

  /** Waits until the loop has served its sockets, and then run its tasks. */
  private static void settle(EventLoop loop) {
    // The first task starts a loop that had nothing to do so far.
    on(loop, () -> {});
    afterIteration(loop);
    on(loop, () -> {});
    afterIteration(loop);
  }

  private static void afterIteration(EventLoop loop) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    try {
      ((SingleThreadEventLoop) loop).executeAfterEventLoopIteration(() -> over.complete(null));
    } catch (RejectedExecutionException e) {
      return;
    }
    over.orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Returns false if the loop has ended. */
  private static boolean on(EventLoop loop, Runnable task) {
    try {
      EdgeFixture.onLoop(
          loop,
          () -> {
            task.run();
            return null;
          });
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
