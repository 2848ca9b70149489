package dev.rheo.testing;

import com.sun.management.ThreadMXBean;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether work grows no faster than what it works on. What a thread allocates is exact and is
 * compared at once; its CPU time is compared where it is long enough to tell, the best of several
 * tries, so that a busy machine is not taken for a slow algorithm.
 *
 * <p>Sizes are doubled twice: linear work takes 4 times as long, sorting 4.6 times, and comparing
 * each with each 16 times.
 */
public final class Growth {
  private static final int FACTOR = 4;
  private static final double MOST = 8.5;
  private static final int TRIES = 6;

  /** Shorter times are noise. */
  private static final long SHORTEST_NANOS = 12_000_000;

  /** Less is what any request takes. */
  private static final long LEAST_BYTES = 8 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<String> faults = new ArrayList<>();

  private record Cost(long nanos, long bytes) {
    Cost best(Cost other) {
      return new Cost(Math.min(nanos, other.nanos), Math.min(bytes, other.bytes));
    }
  }

  /** What was found to grow faster, one line each. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /**
   * @param size of the larger of the two
   * @param work prepares work of a size, which is not measured; the work may be refused, and is
   *     done several times
   */
  public void check(String name, int size, IntFunction<Runnable> work) {
    Runnable small = work.apply(size / FACTOR);
    Runnable large = work.apply(size);
    cost(name, small);
    Cost ofLarge = cost(name, large);
    Cost ofSmall = cost(name, small);
    for (int i = 0; i < TRIES && fault(ofSmall, ofLarge) != null; i++) {
      // in turns, so that whatever else is going on meets both
      ofSmall = ofSmall.best(cost(name, small));
      ofLarge = ofLarge.best(cost(name, large));
    }
    String fault = fault(ofSmall, ofLarge);
    if (fault != null) {
      faults.add(name + ": " + fault);
    }
  }

  private static @Nullable String fault(Cost small, Cost large) {
    if (large.bytes > LEAST_BYTES && large.bytes > MOST * small.bytes) {
      return "allocates %d KB where a quarter of it allocates %d"
          .formatted(large.bytes >> 10, small.bytes >> 10);
    }
    if (large.nanos > SHORTEST_NANOS && large.nanos > MOST * small.nanos) {
      return "takes %d us where a quarter of it takes %d"
          .formatted(large.nanos / 1000, small.nanos / 1000);
    }
    return null;
  }

  private Cost cost(String name, Runnable work) {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long nanos = THREADS.getCurrentThreadCpuTime();
    try {
      work.run();
    } catch (ApiException refused) {
      int answered = refused.status().toJson().length;
      if (answered > Status.MAX_BYTES) {
        faults.add(name + ": is refused with " + answered + " bytes");
      }
    } catch (RuntimeException | StackOverflowError accident) {
      faults.add(name + ": ends in " + accident.getClass().getName());
    }
    return new Cost(
        THREADS.getCurrentThreadCpuTime() - nanos,
        THREADS.getCurrentThreadAllocatedBytes() - bytes);
  }
}
