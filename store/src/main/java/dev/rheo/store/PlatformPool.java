package dev.rheo.store;

import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A few platform threads for what must hold up neither an event loop nor a carrier of virtual
 * threads: waiting for the disk inside a native call, and long work. A virtual thread that waits in
 * a native call keeps its carrier, and there are only as many carriers as processors: two cold
 * reads on a machine with two would stop every request.
 *
 * <p>First come, first served. The threads are daemons and there only while there is something to
 * do. Two ways in:
 *
 * <ul>
 *   <li>{@link #call}: the virtual thread that calls parks until a thread of the pool has done it.
 *       So many may wait; who comes then is refused with a {@link BusyException}.
 *   <li>{@link #submit}: for those who cannot park. It never refuses, so whoever submits has one
 *       task at most under way for each thing that somebody paid for, and takes it back with {@link
 *       Task#cancel} when nobody wants it any more: what was taken back leaves nothing behind.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class PlatformPool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PlatformPool.class.getName());
  private static final int IDLE_SECONDS = 10;

  private final String name;
  private final int size;
  private final int maxWaiting;

  /** Has a thread for each worker; nothing waits in it. */
  private final ThreadPoolExecutor threads;

  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashSet<Task> line = new LinkedHashSet<>();
  private int workers;
  private int running;
  private boolean closed;

  /**
   * @param name of the threads
   * @param size how many threads at most
   * @param maxWaiting how many may wait before {@link #call} refuses
   */
  public PlatformPool(String name, int size, int maxWaiting) {
    this.name = name;
    this.size = size;
    this.maxWaiting = maxWaiting;
    this.threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
    threads.allowCoreThreadTimeOut(true);
  }

  /** More wait already than may: to be tried again a little later. */
  public static final class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BusyException(String message) {
      super(message);
    }
  }

  /** What is called. */
  @FunctionalInterface
  public interface Call<T, X extends Exception> {
    T run() throws X;
  }

  /** Something that was handed over. */
  public final class Task {
    private final Runnable run;

    private Task(Runnable run) {
      this.run = run;
    }

    /**
     * Takes it back, in O(1).
     *
     * @return false if it has begun already
     */
    public boolean cancel() {
      lock.lock();
      try {
        return line.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Makes a call that may wait natively. A platform thread makes it itself, since it holds up
   * nobody else; for a virtual thread, one of the pool's does.
   *
   * @throws BusyException if too many wait already
   * @throws RejectedExecutionException if the pool is closed
   */
  public <T, X extends Exception> T call(Call<T, X> call) throws X {
    if (!Thread.currentThread().isVirtual()) {
      return call.run();
    }
    CompletableFuture<T> outcome = new CompletableFuture<>();
    enter(
        () -> {
          try {
            outcome.complete(call.run());
          } catch (Throwable e) {
            outcome.completeExceptionally(e);
          }
        },
        maxWaiting);
    try {
      return outcome.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof Error error) {
        throw error;
      }
      // What the call throws is its X or unchecked.
      @SuppressWarnings("unchecked")
      X thrown = (X) cause;
      throw thrown;
    }
  }

  /**
   * Hands something over, to be run soon.
   *
   * @throws RejectedExecutionException if the pool is closed
   */
  public Task submit(Runnable run) {
    return enter(run, Integer.MAX_VALUE);
  }

  private Task enter(Runnable run, int most) {
    Task task = new Task(run);
    boolean another;
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException(name + " is closed");
      }
      if (line.size() >= most) {
        throw new BusyException("too many wait for " + name + " already");
      }
      line.add(task);
      another = workers < size;
      workers += another ? 1 : 0;
    } finally {
      lock.unlock();
    }
    if (another) {
      startWorker(task);
    }
    return task;
  }

  private void startWorker(Task first) {
    try {
      threads.execute(this::work);
    } catch (RuntimeException | Error e) {
      boolean untaken;
      lock.lock();
      try {
        workers--;
        untaken = line.remove(first);
      } finally {
        lock.unlock();
      }
      if (untaken) {
        throw e;
      }
    }
  }

  private void work() {
    while (true) {
      Task next;
      lock.lock();
      try {
        if (line.isEmpty()) {
          workers--;
          return;
        }
        next = line.removeFirst();
        running++;
      } finally {
        lock.unlock();
      }
      try {
        next.run.run();
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.ERROR, "A task of " + name + " failed", e);
      } finally {
        lock.lock();
        running--;
        lock.unlock();
      }
    }
  }

  /** How many wait for a thread. */
  public int waiting() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many wait for a thread or have one. */
  public int pending() {
    lock.lock();
    try {
      return line.size() + running;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses what comes from now on; what has come is done. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    threads.shutdown();
  }
}
