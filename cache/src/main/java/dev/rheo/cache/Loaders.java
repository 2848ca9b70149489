package dev.rheo.cache;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * The few threads that wait for the disk in place of event loops. What they read they throw away:
 * the page cache keeps it. A reader has at most one load pending, so the queue is bounded by the
 * readers.
 */
final class Loaders implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Loaders.class.getName());

  /** How much one load brings into memory. */
  static final int AHEAD = 256 << 10;

  private final ThreadPoolExecutor pool;

  Loaders(int threads) {
    pool = IdlePool.of(threads, "rheo-cache-load");
  }

  /** Reads what stands at the position, then runs {@code whenLoaded}, also if reading failed. */
  void load(Readable file, int position, Runnable whenLoaded) {
    try {
      pool.execute(
          () -> {
            try {
              touch(file, position);
            } catch (IOException e) {
              // The reader's next read meets the same error and has somebody to tell.
              LOG.log(Level.DEBUG, "Loading failed", e);
            } finally {
              whenLoaded.run();
            }
          });
    } catch (RejectedExecutionException closed) {
      whenLoaded.run();
    }
  }

  private static void touch(Readable file, int position) throws IOException {
    Window window = Window.acquire(file);
    try {
      int end = Math.min(file.end(), position + AHEAD);
      for (int at = position; at < end; at = window.end()) {
        window.fill(file, at, end - at, true);
      }
    } finally {
      window.release();
    }
  }

  int pending() {
    return pool.getQueue().size() + pool.getActiveCount();
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
