package dev.rheo.storm.run;

import dev.rheo.storm.server.Usage;
import dev.rheo.storm.server.UsageSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/** Waits until the server's memory is stable, for a limited time. */
public final class Settling {
  static final long SAMPLE_MILLIS = 250;

  private static final double SHARE = 0.02;
  private static final long BYTES = 4 << 20;

  /** Receives each sample. */
  public interface Listener {
    /**
     * Memory was sampled.
     *
     * @param nanos {@link System#nanoTime} of the sample
     * @param memory resident bytes, or -1 if unknown
     * @param seconds since the wait began
     */
    void sample(long nanos, long memory, double seconds);
  }

  private record Sample(long nanos, long memory) {}

  private Settling() {}

  /** Waits, and returns the last sample in bytes, or -1 if it is unknown. */
  public static long await(UsageSource usage, Pace pace, BooleanSupplier stop, Listener listener)
      throws InterruptedException {
    long began = System.nanoTime();
    Deque<Sample> window = new ArrayDeque<>();
    while (true) {
      long now = System.nanoTime();
      Usage read = usage.read();
      long memory = read == null ? -1 : read.memory();
      listener.sample(now, memory, (now - began) / 1e9);
      window.addLast(new Sample(now, memory));
      while (now - window.getFirst().nanos() > pace.window().toNanos()) {
        window.removeFirst();
      }
      boolean whole = now - began >= pace.window().toNanos();
      if (stop.getAsBoolean() || whole && steady(window) || now - began >= pace.limit().toNanos()) {
        return memory;
      }
      Thread.sleep(SAMPLE_MILLIS);
    }
  }

  private static boolean steady(Deque<Sample> window) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (Sample sample : window) {
      min = Math.min(min, sample.memory());
      max = Math.max(max, sample.memory());
    }
    return max - min <= Math.max(BYTES, (long) (max * SHARE));
  }
}
