package dev.rheo.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Divides the file descriptors of the process, so that no number of connections takes those that
 * the store needs for its writes.
 *
 * <pre>
 *   limit        ulimit -n
 *   ├─ runtime       {@value #RUNTIME}      jars, libraries, event loops, stdio, listening socket
 *   ├─ store         64      up to 1024 descriptors; 272 beyond
 *   ├─ cache         64      up to 1024 descriptors; 400 beyond
 *   └─ connections   the rest
 * </pre>
 *
 * @param limit the descriptors that the process may have
 * @param store the most that the store uses
 * @param cache the most that the watch cache uses for its files when their budgets are full
 * @param connections the rest, at least 16, for connections
 */
public record DescriptorPlan(long limit, int store, int cache, int connections) {
  /** Descriptors whose number does not depend on load. */
  static final int RUNTIME = 96;

  private static final int FEW = 1024;
  private static final int FEWEST_CONNECTIONS = 16;

  /** The limit to assume where the platform does not report one. */
  private static final long UNKNOWN = 4096;

  /** The plan for a limit. */
  public static DescriptorPlan of(long limit) {
    int store = limit <= FEW ? 64 : 272;
    int cache = limit <= FEW ? 64 : 400;
    long rest = limit - RUNTIME - store - cache;
    return new DescriptorPlan(
        limit, store, cache, (int) Math.clamp(rest, FEWEST_CONNECTIONS, Integer.MAX_VALUE));
  }

  /** The plan for the limit of this process. */
  public static DescriptorPlan ofProcess() {
    return of(
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : UNKNOWN);
  }

  /** The descriptors that connections must leave to the other parts. */
  public int reserved() {
    return RUNTIME + store + cache;
  }
}
