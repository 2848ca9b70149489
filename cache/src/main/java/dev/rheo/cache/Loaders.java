package dev.rheo.cache;

import dev.rheo.store.PlatformPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;

/**
 * A few threads that wait for the disk on behalf of event loops, and of virtual threads, which
 * would keep their carrier threads during a native call. Bytes read for an event loop are
 * discarded: the page cache keeps them. A reader has at most one load pending and cancels it when
 * it is closed, so the number of readers bounds the queue. At most {@value #MAX_WAITING} virtual
 * threads may wait.
 */
final class Loaders implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Loaders.class.getName());

  /** Bytes that one load brings into memory. */
  static final int AHEAD = 256 << 10;

  /** Most virtual threads that may wait for the disk. */
  private static final int MAX_WAITING = 4096;

  private final PlatformPool pool;

  Loaders(Threads threads, int count) {
    pool = threads.pool("rheo-cache-load", count, MAX_WAITING);
  }

  /** Brings what will be read into memory. */
  @FunctionalInterface
  interface Touch {
    void run() throws IOException;
  }

  /** A load that may be cancelled. */
  @FunctionalInterface
  interface Pending {
    Pending NONE = () -> {};

    /** Removes the load from the queue if it has not begun: nobody waits for it any more. */
    void cancel();
  }

  /** Reads from the position on, then runs {@code whenLoaded}, even if reading failed. */
  Pending load(AppendOnlyFile file, int position, Runnable whenLoaded) {
    return load(() -> touch(file, position), whenLoaded);
  }

  /** Runs {@code touch}, then {@code whenLoaded}, even if {@code touch} failed. */
  Pending load(Touch touch, Runnable whenLoaded) {
    try {
      PlatformPool.Task task =
          pool.submit(
              () -> {
                try {
                  touch.run();
                } catch (IOException e) {
                  // The reader's next read meets the same error and can report it.
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

  static void touch(AppendOnlyFile file, int position) throws IOException {
    ReadAheadBuffer window = ReadAheadBuffer.acquire(file);
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
