package dev.rheo.server.controller.garbage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The objects to look at. An object is in it once, is looked at by one thread at a time, and again
 * if it is added meanwhile. One whose work failed comes back later: each time after twice the
 * delay, up to {@link #LAST_DELAY}.
 *
 * <p>Thread-safe.
 */
final class WorkQueue {
  static final Duration FIRST_DELAY = Duration.ofMillis(50);
  static final Duration LAST_DELAY = Duration.ofMinutes(5);

  /**
   * An object.
   *
   * @param collection the number of its collection
   * @param key {@code namespace/name} or {@code name}
   */
  record Item(int collection, String key) {}

  private record Delayed(Item item, long due) implements Comparable<Delayed> {
    @Override
    public int compareTo(Delayed other) {
      return Long.signum(due - other.due);
    }
  }

  private final int capacity;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Item> ready = new ArrayDeque<>();

  /** The items of {@link #ready}. */
  private final Set<Item> waiting = new HashSet<>();

  private final Set<Item> running = new HashSet<>();

  /** Items that were added while they ran. */
  private final Set<Item> again = new HashSet<>();

  private final PriorityQueue<Delayed> delayed = new PriorityQueue<>();
  private final Map<Item, Integer> failures = new HashMap<>();
  private boolean closed;

  /**
   * @param capacity how many items it holds, at most
   * @param nanoTime the time from which delays count, as {@link System#nanoTime}
   */
  WorkQueue(int capacity, LongSupplier nanoTime) {
    this.capacity = capacity;
    this.nanoTime = nanoTime;
  }

  /** Adds an item, and returns false if it is full. */
  boolean add(Item item) {
    lock.lock();
    try {
      return closed || insert(item);
    } finally {
      lock.unlock();
    }
  }

  /** Adds an item, once there is room. Does nothing once closed. */
  void addWhenRoom(Item item) throws InterruptedException {
    lock.lock();
    try {
      while (!closed && !insert(item)) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean insert(Item item) {
    if (running.contains(item)) {
      again.add(item);
      return true;
    }
    if (waiting.contains(item)) {
      return true;
    }
    if (size() >= capacity) {
      return false;
    }
    ready.add(item);
    waiting.add(item);
    changed.signalAll();
    return true;
  }

  private int size() {
    return ready.size() + delayed.size();
  }

  /**
   * Waits for an item, which is the caller's until {@link #done} or {@link #failed}.
   *
   * @return null once closed
   */
  @Nullable Item take() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        long now = nanoTime.getAsLong();
        for (Delayed first = delayed.peek();
            first != null && first.due - now <= 0;
            first = delayed.peek()) {
          delayed.remove();
          if (!running.contains(first.item) && waiting.add(first.item)) {
            ready.add(first.item);
          }
        }
        Item item = ready.poll();
        if (item != null) {
          waiting.remove(item);
          running.add(item);
          changed.signalAll();
          return item;
        }
        Delayed next = delayed.peek();
        if (next == null) {
          changed.await();
        } else {
          boolean ignored = changed.await(next.due - now, TimeUnit.NANOSECONDS);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** The work on an item is done. */
  void done(Item item) {
    lock.lock();
    try {
      failures.remove(item);
      end(item);
    } finally {
      lock.unlock();
    }
  }

  /** The work on an item has to be repeated later. */
  void failed(Item item) {
    lock.lock();
    try {
      int times = failures.merge(item, 1, Integer::sum);
      long delay = Math.min(LAST_DELAY.toNanos(), FIRST_DELAY.toNanos() << Math.min(times - 1, 16));
      delayed.add(new Delayed(item, nanoTime.getAsLong() + delay));
      end(item);
    } finally {
      lock.unlock();
    }
  }

  private void end(Item item) {
    running.remove(item);
    if (again.remove(item) && waiting.add(item)) {
      ready.add(item);
    }
    changed.signalAll();
  }

  /** How many items wait, and how many are being worked on. */
  int pending() {
    lock.lock();
    try {
      return size() + running.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many items wait to be repeated. */
  int delayed() {
    lock.lock();
    try {
      return delayed.size();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
