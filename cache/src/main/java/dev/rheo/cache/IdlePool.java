package dev.rheo.cache;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Pools of a few daemon threads that are there only while there is something to do. */
final class IdlePool {
  private static final int IDLE_SECONDS = 10;

  private IdlePool() {}

  static ThreadPoolExecutor of(int threads, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
