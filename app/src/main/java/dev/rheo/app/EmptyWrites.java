package dev.rheo.app;

import dev.rheo.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Makes many writes that change nothing but the revision, several at a time. */
final class EmptyWrites {
  private static final int AT_ONCE = 64;

  /** One write. */
  interface Write {
    void make() throws StoreException;
  }

  private final Write write;
  private final AtomicLong left;
  private final AtomicReference<StoreException> failed = new AtomicReference<>();

  EmptyWrites(Write write, long count) {
    this.write = write;
    this.left = new AtomicLong(count);
  }

  void run() throws StoreException, InterruptedException {
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      writers.add(Thread.ofVirtual().start(this::makeAll));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    StoreException failure = failed.get();
    if (failure != null) {
      throw failure;
    }
  }

  private void makeAll() {
    while (left.getAndDecrement() > 0 && failed.get() == null) {
      try {
        write.make();
      } catch (StoreException e) {
        failed.set(e);
      }
    }
  }
}
