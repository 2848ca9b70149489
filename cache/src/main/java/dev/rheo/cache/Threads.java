package dev.rheo.cache;

import dev.rheo.store.PlatformPool;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where a cache gets its threads, its locks and the time. Production uses {@link #JVM}. The
 * simulation runs one thread at a time, in an order that a seed decides, and sets the clock; so
 * whatever makes a thread of the cache wait is one of these locks or one of their conditions.
 *
 * <p>Thread-safe.
 */
interface Threads {
  Threads JVM =
      new Threads() {
        @Override
        public void start(String name, Runnable run) {
          Thread.ofPlatform().daemon().name(name).start(run);
        }

        @Override
        public PlatformPool pool(String name, int size, int maxWaiting) {
          return new PlatformPool(name, size, maxWaiting);
        }

        @Override
        public ReentrantLock lock() {
          return new ReentrantLock();
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }
      };

  /** Starts a daemon thread. */
  void start(String name, Runnable run);

  /** As {@link PlatformPool#PlatformPool(String, int, int)}. */
  PlatformPool pool(String name, int size, int maxWaiting);

  /** A lock whose conditions wait by this clock. */
  ReentrantLock lock();

  /** As {@link System#nanoTime}. */
  long nanoTime();
}
