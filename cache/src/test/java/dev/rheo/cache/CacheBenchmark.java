package dev.rheo.cache;

import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore.Op;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Measures the cache alone: build time, heap of an object, reading through {@link FormReader},
 * latency of a live event. Arguments: number of objects, bytes of each, and optionally {@code
 * latency}.
 */
final class CacheBenchmark {
  private CacheBenchmark() {}

  public static void main(String[] args) throws Exception {
    int objects = Integer.parseInt(args[0]);
    int size = Integer.parseInt(args[1]);
    Path directory = Files.createTempDirectory("rheo-cache-benchmark");
    MemoryRevisionStore store = new MemoryRevisionStore();
    Random random = new Random(1);
    char[] padding = new char[size];
    for (int i = 0; i < objects; i++) {
      for (int j = 0; j < size; j += 7) {
        padding[j] = (char) ('a' + random.nextInt(26));
      }
      for (int j = 0; j < size; j++) {
        padding[j] = padding[j] == 0 ? 'x' : padding[j];
      }
      String namespace = "namespace-" + i % 50;
      String name = "object-%s-%06d".formatted(Integer.toHexString(i * 0x9E3779B9), i);
      byte[] value =
          Objects.pod(namespace, name, "app-" + i % 1000, "node-" + i % 5000, new String(padding));
      store.commit(List.of(new Op.Put("/registry/pods/" + namespace + "/" + name, value, Op.ANY)));
    }
    store.compact(store.currentRevision() - 10);
    long began = System.nanoTime();
    WatchCache cache =
        new WatchCache(
            store, directory, List.of(Objects.PODS, Objects.NODES), CacheSettings.defaults());
    cache.start();
    cache.awaitRevision(store.currentRevision(), Duration.ofMinutes(5));
    System.out.printf(
        "build: %d ms, of it CPU %d ms%n",
        (System.nanoTime() - began) / 1_000_000, followerCpu() / 1_000_000);
    ByteBuffer dst = ByteBuffer.allocateDirect(64 << 10);
    for (int round = 0; round < 6; round++) {
      read(cache, dst);
    }
    if (args.length > 2) {
      latency(store, cache);
    }
    long hot = cache.stats().hotBytes();
    long with = heap();
    cache.close();
    cache = null;
    System.out.printf(
        "heap: %d bytes an object, beside %d MB of hot bytes%n",
        (with - heap() - hot) / objects, hot >> 20);
    store.close();
    Files.deleteIfExists(directory);
  }

  private static long followerCpu() {
    var threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(t -> t != null && t.getThreadName().equals("rheo-cache-follower"))
        .mapToLong(t -> threads.getThreadCpuTime(t.getThreadId()))
        .sum();
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Reads as a response body does: chunks of 64 KiB, filled with as many forms as fit. */
  private static void read(WatchCache cache, ByteBuffer dst) throws Exception {
    FormReader reader = new FormReader(cache);
    EntryCursor entries = cache.resource("pods").snapshot().entries("", null);
    var threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long began = System.nanoTime();
    long bytes = 0;
    int count = 0;
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      for (int from = 0; from < entry.length(); ) {
        if (!dst.hasRemaining()) {
          dst.clear();
        }
        int read = reader.read(entry, from, entry.length() - from, dst);
        if (read < 0) {
          throw new AssertionError("cold");
        }
        from += read;
      }
      bytes += entry.length();
      count++;
    }
    double seconds = (threads.getCurrentThreadCpuTime() - cpu) / 1e9;
    System.out.printf(
        "read: %d objects, %d MB, %.2f GB a CPU-second, %.2f GB/s, %.0f ns an object%n",
        count,
        bytes / 1_000_000,
        bytes / 1e9 / seconds,
        bytes / 1e9 / ((System.nanoTime() - began) / 1e9),
        seconds * 1e9 / count);
  }

  /** Measures the time from just before the commit until a waiting reader has the event. */
  private static void latency(MemoryRevisionStore store, WatchCache cache) throws Exception {
    int events = 5000;
    AtomicLongArray took = new AtomicLongArray(events);
    long start = store.currentRevision();
    List<long[]> sent = new ArrayList<>();
    sent.add(new long[events]);
    EventReader reader = cache.resource("pods").events(start, Scope.ALL);
    Thread main = Thread.currentThread();
    reader.onEvent(() -> java.util.concurrent.locks.LockSupport.unpark(main));
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < events; i++) {
                      byte[] value = Objects.pod("live", "p" + i % 500, "a", "n", "x".repeat(1000));
                      sent.getFirst()[i] = System.nanoTime();
                      store.commit(
                          List.of(new Op.Put("/registry/pods/live/p" + i % 500, value, Op.ANY)));
                      Thread.sleep(1);
                    }
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
    for (int i = 0; i < events; ) {
      CacheEvent event = reader.next();
      if (event == null) {
        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000_000);
        continue;
      }
      took.set(i, System.nanoTime() - sent.getFirst()[i]);
      i++;
    }
    writer.join();
    long[] sorted = new long[events];
    for (int i = 0; i < events; i++) {
      sorted[i] = took.get(i);
    }
    Arrays.sort(sorted);
    System.out.printf(
        "latency: p50 %d us, p99 %d us, max %d us%n",
        sorted[events / 2] / 1000, sorted[events * 99 / 100] / 1000, sorted[events - 1] / 1000);
  }
}
