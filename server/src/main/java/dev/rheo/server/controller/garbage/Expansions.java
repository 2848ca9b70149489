package dev.rheo.server.controller.garbage;

import dev.rheo.server.controller.garbage.WorkQueue.Item;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The owners all of whose dependents have to be looked at. A thread of its own adds the dependents
 * to the {@link WorkQueue} as there is room, so that an owner takes 8 bytes, however many it has.
 *
 * <p>Thread-safe.
 */
final class Expansions {
  private final int capacity;
  private final Edges edges;
  private final WorkQueue queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Long> owners = new LinkedHashSet<>();
  private boolean busy;
  private boolean closed;

  Expansions(int capacity, Edges edges, WorkQueue queue) {
    this.capacity = capacity;
    this.edges = edges;
    this.queue = queue;
  }

  /** Adds the hash of an owner's uid, and returns false if it is full. */
  boolean add(long owner) {
    lock.lock();
    try {
      if (!owners.contains(owner) && owners.size() >= capacity) {
        return false;
      }
      owners.add(owner);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether all dependents of all owners were added. */
  boolean isEmpty() {
    lock.lock();
    try {
      return owners.isEmpty() && !busy;
    } finally {
      lock.unlock();
    }
  }

  /** Runs until {@link #close}. */
  void run() {
    try {
      while (true) {
        long owner;
        lock.lock();
        try {
          busy = false;
          while (owners.isEmpty() && !closed) {
            changed.await();
          }
          if (closed) {
            return;
          }
          Iterator<Long> first = owners.iterator();
          owner = first.next();
          first.remove();
          busy = true;
        } finally {
          lock.unlock();
        }
        edges.each(
            owner,
            dependent -> {
              queue.addWhenRoom(new Item(dependent.collection(), dependent.key()));
              return !isClosed();
            });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
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
