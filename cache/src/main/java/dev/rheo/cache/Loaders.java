package dev.rheo.cache;

import dev.rheo.store.PlatformPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;

/**
 * The few threads that wait for the disk in place of event loops and of virtual threads, which keep
 * their carriers while they wait in a foreign call. What is read for an event loop is thrown away:
 * the page cache keeps it. A reader has at most one load pending, and takes it back when it is
 * closed, so the queue is bounded by the readers; of virtual threads so many may wait.
 */
final class Loaders implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Loaders.class.getName());

  /** How much one load brings into memory. */
  static final int AHEAD = 256 << 10;

  /** Virtual threads that may wait for the disk. */
  private static final int MAX_WAITING = 4096;

  private final PlatformPool pool;

  Loaders(int threads) {
    pool = new PlatformPool("rheo-cache-load", threads, MAX_WAITING);
  }

  /** Something that brings into memory what will be read. */
  @FunctionalInterface
  interface Touch {
    void run() throws IOException;
  }

  /** A load that is under way. */
  @FunctionalInterface
  interface Pending {
    Pending NONE = () -> {};

    /** Nobody waits for it any more. */
    void cancel();
  }

  /** Reads what stands at the position, then runs {@code whenLoaded}, also if reading failed. */
  Pending load(Readable file, int position, Runnable whenLoaded) {
    return load(() -> touch(file, position), whenLoaded);
  }

  /** Runs the touch, then {@code whenLoaded}, also if that failed. */
  Pending load(Touch touch, Runnable whenLoaded) {
    try {
      PlatformPool.Task task =
          pool.submit(
              () -> {
                try {
                  touch.run();
                } catch (IOException e) {
                  // The reader's next read meets the same error and has somebody to tell.
                  LOG.log(Level.DEBUG, "Loading failed", e);
                } finally {
                  whenLoaded.run();
                }
              });
      return task::cancel;
    } catch (RejectedExecutionException closed) {
      whenLoaded.run();
      return Pending.NONE;
    }
  }

  static void touch(Readable file, int position) throws IOException {
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

  /** Makes a call that may wait for the disk; a virtual thread parks meanwhile. */
  <T> T call(PlatformPool.Call<T, IOException> call) throws IOException {
    try {
      return pool.call(call);
    } catch (RejectedExecutionException e) {
      throw new IOException("the cache is closed", e);
    }
  }

  int pending() {
    return pool.pending();
  }

  @Override
  public void close() {
    pool.close();
  }
}
