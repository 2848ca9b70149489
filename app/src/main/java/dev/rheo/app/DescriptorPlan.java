package dev.rheo.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How the file descriptors that the process may have are shared out, so that connections, however
 * many come, never take those that the store needs to go on writing.
 *
 * <pre>
 *   limit        ulimit -n
 *   ├─ runtime       {@value #RUNTIME}       jars and libraries, event loops, standard streams, listening socket
 *   ├─ store         64      up to 1024 descriptors; 272 beyond
 *   ├─ cache         64      up to 1024 descriptors; 400 beyond
 *   └─ connections   the rest
 * </pre>
 *
 * @param limit what the process may have
 * @param store what the store takes at most
 * @param cache what the files of the watch cache take when their budgets are full
 * @param connections what is left for connections, 16 at least
 */
public record DescriptorPlan(long limit, int store, int cache, int connections) {
  /** What does not depend on load. */
  static final int RUNTIME = 96;

  private static final int FEW = 1024;
  private static final int FEWEST_CONNECTIONS = 16;

  /** The limit where a platform does not tell it. */
  private static final long UNKNOWN = 4096;

  /** Shares out a limit. */
  public static DescriptorPlan of(long limit) {
    int store = limit <= FEW ? 64 : 272;
    int cache = limit <= FEW ? 64 : 400;
    long rest = limit - RUNTIME - store - cache;
    return new DescriptorPlan(
        limit, store, cache, (int) Math.clamp(rest, FEWEST_CONNECTIONS, Integer.MAX_VALUE));
  }

  /** That of this process. */
  public static DescriptorPlan ofProcess() {
    return of(
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : UNKNOWN);
  }

  /** What connections must leave to the others. */
  public int reserved() {
    return RUNTIME + store + cache;
  }
}
