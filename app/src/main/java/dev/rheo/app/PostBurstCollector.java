package dev.rheo.app;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives memory back after a burst of allocation. Writes of large objects leave garbage in the old
 * generation, which the serial collector reclaims only when the heap is full. So this class
 * requests one collection after each burst, once little is allocated any more. Reads allocate next
 * to nothing, so bulk reads count as quiet.
 */
final class PostBurstCollector implements AutoCloseable {

  private static final Duration PERIOD = Duration.ofSeconds(3);

  /** A burst: at least this much was allocated since the last requested collection. */
  static final long BURST_BYTES = 64L << 20;

  /** Quiet: less than this was allocated within a period. */
  static final long QUIET_BYTES = 4L << 20;

  private final LongSupplier allocated;
  private final Runnable collect;
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("post-burst-gc", true));
  private long last;

  /** The start of the process counts as a burst. */
  private long collected = -BURST_BYTES;

  PostBurstCollector() {
    this(PostBurstCollector::totalAllocated, System::gc);
  }

  /**
   * @param allocated bytes allocated on the heap since the process began
   */
  PostBurstCollector(LongSupplier allocated, Runnable collect) {
    this.allocated = allocated;
    this.collect = collect;
  }

  void start() {
    scheduler.scheduleWithFixedDelay(
        this::collectAfterBurst, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  void collectAfterBurst() {
    long now = allocated.getAsLong();
    boolean quiet = now - last < QUIET_BYTES;
    last = now;
    if (quiet && now - collected >= BURST_BYTES) {
      collect.run();
      collected = allocated.getAsLong();
      last = collected;
    }
  }

  private static long totalAllocated() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
        ? threads.getTotalThreadAllocatedBytes()
        : 0;
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }
}
