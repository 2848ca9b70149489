package dev.rheo.client;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Makes virtual threads where the Java runtime has them (21 and later), daemon threads else. */
final class Threads {
  private static final AtomicLong NUMBER = new AtomicLong();

  private Threads() {}

  /** An executor with a thread a task. */
  static ExecutorService executor() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      // There are none, or, in Java 19 and 20, only as a preview.
      ThreadFactory daemons =
          task -> {
            Thread thread = new Thread(task, "rheo-informer-" + NUMBER.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          };
      return Executors.newCachedThreadPool(daemons);
    }
  }
}
