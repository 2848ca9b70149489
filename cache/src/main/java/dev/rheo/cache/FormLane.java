package dev.rheo.cache;

import dev.rheo.store.PlatformPool;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes the forms of kinds that wait for somebody outside the process, a few at a time, apart from
 * all others: who does not answer delays only the forms that need the answer. Its threads are
 * virtual, and there are none while there is nothing to make. Thread-safe.
 */
public final class FormLane {
  private static final ExecutorService THREADS =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rheo-form-lane").factory());

  /** Bytes of JSON that are made into forms together. */
  static final int BATCH = 128 << 10;

  /** Most objects that are made into forms together. */
  static final int MOST = 64;

  private final PlatformPool pool;

  /**
   * @param width how many batches are made at a time
   */
  public FormLane(String name, int width) {
    this.pool = new PlatformPool(name, width, Integer.MAX_VALUE, THREADS);
  }

  PlatformPool pool() {
    return pool;
  }
}
