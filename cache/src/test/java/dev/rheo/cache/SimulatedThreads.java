package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;
import dev.rheo.store.PlatformPool;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The threads of a cache as tasks of a scheduler. */
record SimulatedThreads(Scheduler scheduler) implements Threads {
  @Override
  public void start(String name, Runnable run) {
    scheduler.start(name, run::run);
  }

  @Override
  public PlatformPool pool(String name, int size, int maxWaiting) {
    return new PlatformPool(name, size, maxWaiting, new Workers(name));
  }

  @Override
  public ReentrantLock lock() {
    return scheduler.lock();
  }

  @Override
  public long nanoTime() {
    return scheduler.nanoTime();
  }

  /** A task for each worker of a pool. */
  private final class Workers extends AbstractExecutorService {
    private final String name;
    private boolean shutdown;

    Workers(String name) {
      this.name = name;
    }

    @Override
    public void execute(Runnable worker) {
      start(name, worker);
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown();
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return shutdown;
    }
  }
}
