package dev.rheo.bench;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.HashSet;
import java.util.Set;

/**
 * What lives on the heap: what a full collection of the serial collector has left, as the collector
 * itself tells it.
 */
final class LiveHeap {
  private static final long PAUSE_MILLIS = 200;

  private final GarbageCollectorMXBean full;
  private final Set<String> pools = new HashSet<>();
  private long peak;
  private long collections;

  LiveHeap() {
    full =
        ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
            .filter(b -> b.getName().equals("MarkSweepCompact"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("start it with -XX:+UseSerialGC"));
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        pools.add(pool.getName());
      }
    }
  }

  /** Collects from now on, with a pause after each collection. */
  void collectAgainAndAgain() {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  live();
                  Thread.sleep(PAUSE_MILLIS);
                }
              } catch (InterruptedException e) {
                // Nobody interrupts it but the end of the process.
              }
            });
  }

  /** Collects and returns what is left, in bytes. */
  synchronized long live() {
    System.gc();
    GcInfo last = full.getLastGcInfo();
    long live =
        last.getMemoryUsageAfterGc().entrySet().stream()
            .filter(e -> pools.contains(e.getKey()))
            .mapToLong(e -> e.getValue().getUsed())
            .sum();
    peak = Math.max(peak, live);
    collections++;
    return live;
  }

  /** The most that lived since it was asked for last, and in how many collections that was seen. */
  synchronized long[] peakSince() {
    long[] seen = {peak, collections};
    peak = 0;
    collections = 0;
    return seen;
  }
}
