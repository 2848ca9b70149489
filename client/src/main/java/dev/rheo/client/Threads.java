package dev.rheo.client;

import java.lang.reflect.InvocationTargetException;
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
    } catch (NoSuchMethodException e) {
      ThreadFactory daemons =
          task -> {
            Thread thread = new Thread(task, "rheo-informer-" + NUMBER.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          };
      return Executors.newCachedThreadPool(daemons);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("virtual threads cannot be made", e);
    }
  }
}
