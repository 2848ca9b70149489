package dev.rheo.store;

import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A few platform threads for work that must block neither an event loop nor a carrier thread:
 * native calls that wait for the disk, and long computations. A virtual thread that waits in a
 * native call pins its carrier, and there are only as many carriers as processors: on a machine
 * with two processors, two cold reads would stop every request.
 *
 * <p>Tasks start in FIFO order. The threads are daemons and end after some seconds without work.
 * Tasks enter in two ways:
 *
 * <ul>
 *   <li>{@link #call} parks the calling virtual thread until a pool thread has made the call. When
 *       the queue is full, it is refused with a {@link BusyException}.
 *   <li>{@link #submit} is for callers that must not park. It never refuses for lack of room, so a
 *       caller must bound its own tasks and {@link Task#cancel} those that nobody needs any more. A
 *       cancelled task leaves nothing behind.
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

  /** Has a thread for each worker, so that no worker waits in its queue. */
  private final ExecutorService threads;

  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashSet<Task> line = new LinkedHashSet<>();
  private int workers;
  private int running;
  private boolean closed;

  /**
   * @param name the name of the threads
   * @param size the most threads
   * @param maxWaiting the number of queued tasks at which {@link #call} refuses
   */
  public PlatformPool(String name, int size, int maxWaiting) {
    this(name, size, maxWaiting, daemons(name, size));
  }

  /**
   * @param threads has a thread for each of {@code size} workers; shut down with the pool
   */
  public PlatformPool(String name, int size, int maxWaiting, ExecutorService threads) {
    this.name = name;
    this.size = size;
    this.maxWaiting = maxWaiting;
    this.threads = threads;
  }

  private static ExecutorService daemons(String name, int size) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** The queue is full; the caller may try again a little later. */
  public static final class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BusyException(String message) {
      super(message);
    }
  }

  /** A call that may throw a checked exception. */
  @FunctionalInterface
  public interface Call<T, X extends Exception> {
    T run() throws X;
  }

  /** A submitted task. */
  public final class Task {
    private final Runnable run;

    private Task(Runnable run) {
      this.run = run;
    }

    /**
     * Removes the task from the queue, in O(1).
     *
     * @return false if it has already begun or was cancelled
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
   * Makes a call that may block in native code. A platform thread makes it itself, since it pins no
   * carrier; a pool thread makes the call of a virtual thread.
   *
   * @throws BusyException if the queue is full
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
      // The call throws X or an unchecked exception.
      @SuppressWarnings("unchecked")
      X thrown = (X) cause;
      throw thrown;
    }
  }

  /**
   * Queues a task.
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
        SafeLog.log(LOG, System.Logger.Level.ERROR, "a task of " + name + " failed", e);
      } finally {
        lock.lock();
        running--;
        lock.unlock();
      }
    }
  }

  /** The number of queued tasks. */
  public int waiting() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  /** The number of queued and running tasks. */
  public int pending() {
    lock.lock();
    try {
      return line.size() + running;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses new tasks; the queued ones still run. */
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
