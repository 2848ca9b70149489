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
 * Checks that the cost of work grows about linearly with its input. The cost is the bytes that the
 * thread allocates, and its CPU time. Each is compared only where it is large enough to tell, and
 * is the least of several runs, so that a busy machine is not taken for a slow algorithm.
 *
 * <p>The larger input is {@value #FACTOR} times the smaller one: linear work then takes 4 times as
 * long, sorting 4.6 times, and pairwise comparison 16 times. More than {@value #MOST} times is a
 * fault.
 */
public final class Growth {
  private static final int FACTOR = 4;
  private static final double MOST = 8.5;
  private static final int TRIES = 6;

  /** Shorter CPU times are noise. */
  private static final long SHORTEST_NANOS = 12_000_000;

  /** Any request may allocate as much, so smaller amounts are ignored. */
  private static final long LEAST_BYTES = 8 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<String> faults = new ArrayList<>();

  private record Cost(long nanos, long bytes) {
    Cost best(Cost other) {
      return new Cost(Math.min(nanos, other.nanos), Math.min(bytes, other.bytes));
    }
  }

  /** The faults found so far, one line each: fast growth, exceptions and oversized refusals. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /**
   * Measures the work for two sizes, on the calling thread, and adds a fault if it grows too fast.
   *
   * @param size the larger size
   * @param work prepares the work for a size, which is not measured. The work runs several times
   *     and may throw an {@link ApiException}
   */
  public void check(String name, int size, IntFunction<Runnable> work) {
    Runnable small = work.apply(size / FACTOR);
    Runnable large = work.apply(size);
    cost(name, small);
    Cost ofLarge = cost(name, large);
    Cost ofSmall = cost(name, small);
    for (int i = 0; i < TRIES && fault(ofSmall, ofLarge) != null; i++) {
      // alternating, so that other load affects both sizes
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
