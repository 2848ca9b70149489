package dev.rheo.server.request;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The permits of heavy requests, first come first served. Those that wait keep their bodies in
 * memory, so a holder that finds no more memory has them refused: it would else wait for those that
 * wait for it. Thread-safe.
 */
final class HeavyPermits {
  private int free;
  private final Deque<CompletableFuture<Boolean>> waiting = new ArrayDeque<>();

  HeavyPermits(int permits) {
    this.free = permits;
  }

  synchronized boolean tryAcquire() {
    // While one is free nobody waits: a release goes to those that wait first.
    if (free == 0) {
      return false;
    }
    free--;
    return true;
  }

  /** Blocks the calling (virtual) thread; false means 429. */
  boolean acquire(Duration atMost) throws InterruptedException {
    CompletableFuture<Boolean> granted = new CompletableFuture<>();
    synchronized (this) {
      if (tryAcquire()) {
        return true;
      }
      waiting.add(granted);
    }
    granted.completeOnTimeout(false, atMost.toNanos(), TimeUnit.NANOSECONDS);
    try {
      return granted.get();
    } catch (InterruptedException e) {
      if (!granted.complete(false) && granted.join()) {
        release();
      }
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      synchronized (this) {
        waiting.remove(granted);
      }
    }
  }

  void release() {
    while (true) {
      CompletableFuture<Boolean> next;
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          free++;
          return;
        }
      }
      if (next.complete(true)) {
        return;
      }
    }
  }

  /** Refuses all that wait. */
  void refuseWaiting() {
    List<CompletableFuture<Boolean>> refused;
    synchronized (this) {
      refused = List.copyOf(waiting);
      waiting.clear();
    }
    refused.forEach(granted -> granted.complete(false));
  }

  synchronized int waiting() {
    return waiting.size();
  }
}
