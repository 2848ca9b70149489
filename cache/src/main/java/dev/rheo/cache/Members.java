package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The resources that the cache serves, which come and go while it runs.
 *
 * <pre>
 *   add     registered ──▶ loading ──▶ published      remove    published ──▶ dropped ──▶ forgotten
 *                      ◀── build, or a lost batch
 * </pre>
 *
 * <p>A resource is loaded on the caller's thread, from the store's state at the revision that the
 * cache has reached, while the follower applies later changes to the same table. What the follower
 * applied is newer than what is loaded, so it stays. Neither step holds the cache's lock for long,
 * and the readers of other resources notice nothing. The history of an added resource begins at the
 * revision at which it is published.
 */
final class Members {
  /** Bytes that are loaded before the lock is released. */
  private static final int BATCH = 256 << 10;

  /** Records of a removed resource that are forgotten before the lock is released. */
  private static final int STEP = 4096;

  private final WatchCache cache;
  private final RevisionStore store;
  private final Spool spool;
  private final Applier applier;
  private final ReentrantLock lock;

  /** The resources that readers find, by name. */
  private final ConcurrentHashMap<String, Resource> byName = new ConcurrentHashMap<>();

  /** All resources by index, those included that are being loaded. Guarded by the lock. */
  private final List<@Nullable Resource> slots = new ArrayList<>();

  /** A build has ended, or the cache was closed. */
  private final Condition built;

  /** No generation is being followed to which a resource could be added. Guarded by the lock. */
  private boolean paused = true;

  private boolean closed;

  Members(
      WatchCache cache,
      RevisionStore store,
      Spool spool,
      Applier applier,
      List<CachedResource> resources) {
    this.cache = cache;
    this.store = store;
    this.spool = spool;
    this.applier = applier;
    this.lock = cache.lock();
    this.built = lock.newCondition();
    for (CachedResource resource : resources) {
      Resource member = register(resource);
      byName.put(resource.name(), member);
    }
  }

  /** The resource of that name, or null. */
  @Nullable Resource find(String name) {
    return byName.get(name);
  }

  /** The resources that readers find. */
  Collection<Resource> served() {
    return byName.values();
  }

  /** The resources that a build must load. */
  List<Resource> all() {
    lock.lock();
    try {
      List<Resource> all = new ArrayList<>();
      for (Resource resource : slots) {
        if (resource != null) {
          all.add(resource);
        }
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Begins a build: resources that are being added wait for its end. Called under the lock. */
  void pause() {
    paused = true;
  }

  /**
   * Ends a build, before its state is published: drops the tables of resources that were removed
   * meanwhile. Called under the lock.
   */
  void resume(Generation generation) {
    for (Table table : List.copyOf(generation.tables())) {
      Resource owner = table.owner;
      if (owner.index >= slots.size() || slots.get(owner.index) != owner) {
        generation.remove(table);
        discard(table);
      }
    }
    paused = false;
    built.signalAll();
  }

  /** Whether the cache is being built, or was closed. Called under the lock. */
  boolean isPaused() {
    return paused || closed;
  }

  /** Ends the waits. */
  void close() {
    lock.lock();
    try {
      closed = true;
      built.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a resource, and returns when it is published.
   *
   * @throws IllegalArgumentException if its name is taken, or its keys are within another's
   * @throws IOException if the spool cannot be written, or the cache is closed
   * @throws TimeoutException if the cache was not built in time
   */
  Resource add(CachedResource resource, Duration atMost)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    long deadline = cache.threads().nanoTime() + atMost.toNanos();
    Resource added = register(resource);
    boolean done = false;
    try {
      while (!load(added, deadline)) {
        // The next attempt begins with another table.
      }
      byName.put(resource.name(), added);
      done = true;
      return added;
    } finally {
      if (!done) {
        retire(added);
      }
    }
  }

  private Resource register(CachedResource resource) {
    lock.lock();
    try {
      int free = slots.size();
      for (int i = slots.size() - 1; i >= 0; i--) {
        Resource other = slots.get(i);
        if (other == null) {
          free = i;
        } else {
          check(resource, other.resource());
        }
      }
      Resource registered = new Resource(cache, resource, free);
      if (free == slots.size()) {
        slots.add(registered);
      } else {
        slots.set(free, registered);
      }
      return registered;
    } finally {
      lock.unlock();
    }
  }

  private static void check(CachedResource a, CachedResource b) {
    if (a.name().equals(b.name())) {
      throw new IllegalArgumentException("cached twice: " + a.name());
    }
    if (b.keyPrefix().startsWith(a.keyPrefix()) || a.keyPrefix().startsWith(b.keyPrefix())) {
      throw new IllegalArgumentException(
          "the keys of %s are within those of %s".formatted(a.name(), b.name()));
    }
  }

  /**
   * Tries to load a resource and to publish it.
   *
   * @return false if that must be tried again: changes were lost, or the cache is built again
   */
  private boolean load(Resource resource, long deadline)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    Table table;
    long revision;
    lock.lock();
    try {
      awaitBuilt(deadline);
      Published now = cache.published();
      if (now.of(resource) != null) {
        return true;
      }
      table = new Table(now.generation(), resource);
      table.loading();
      revision = now.revision();
      now.generation().add(table);
    } finally {
      lock.unlock();
    }
    boolean published = false;
    String prefix = resource.resource().keyPrefix();
    try (RevisionStore.RangeCursor range = store.range(prefix, endOf(prefix), revision)) {
      for (List<RevisionStore.KeyValue> batch = batch(range); ; batch = batch(range)) {
        lock.lock();
        try {
          boolean replaced = cache.published().generation() != table.generation;
          if (paused || closed || replaced || table.spoiled) {
            return false;
          }
          append(table, batch);
          if (batch.isEmpty()) {
            publish(table);
            published = true;
            return true;
          }
        } finally {
          lock.unlock();
        }
      }
    } catch (CompactedException e) {
      // The cache lags behind what the store retains: it is about to catch up, or to be built
      // again.
      Duration left = Duration.ofNanos(Math.max(0, deadline - cache.threads().nanoTime()));
      if (!cache.awaitRevision(e.compacted(), left)) {
        throw late(resource.resource().name());
      }
      return false;
    } catch (FutureRevisionException e) {
      throw new IllegalStateException("the cache is ahead of the store", e);
    } finally {
      if (!published) {
        giveUp(table);
      }
    }
  }

  private void awaitBuilt(long deadline)
      throws IOException, InterruptedException, TimeoutException {
    while (paused && !closed) {
      long left = deadline - cache.threads().nanoTime();
      if (left <= 0) {
        throw late("the watch cache");
      }
      long ignored = built.awaitNanos(left);
    }
    if (closed) {
      throw new IOException("the cache is closed");
    }
  }

  private static TimeoutException late(String what) {
    return new TimeoutException(what + " was not built in time");
  }

  /** The first key above all keys with the prefix, which ends in a slash. */
  static String endOf(String prefix) {
    return prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1);
  }

  /** Reads some keys, outside the lock as the store may wait for the disk; none at the end. */
  private static List<RevisionStore.KeyValue> batch(RevisionStore.RangeCursor range)
      throws StoreException {
    List<RevisionStore.KeyValue> batch = new ArrayList<>();
    for (int bytes = 0; bytes < BATCH; ) {
      RevisionStore.KeyValue next = range.next();
      if (next == null) {
        break;
      }
      batch.add(next);
      bytes += next.value().length;
    }
    return batch;
  }

  private void append(Table table, List<RevisionStore.KeyValue> batch) throws IOException {
    try {
      for (RevisionStore.KeyValue keyValue : batch) {
        applier.loadBeside(table, keyValue);
      }
      applier.flush();
    } catch (IOException | RuntimeException e) {
      applier.abandon();
      throw e;
    }
  }

  private void publish(Table table) {
    Published now = cache.published();
    table.loaded(now.revision());
    cache.publish(now.with(table.owner.index, TableState.of(table)));
  }

  private void giveUp(Table table) {
    lock.lock();
    try {
      table.generation.remove(table);
      discard(table);
    } finally {
      lock.unlock();
    }
  }

  /** Counts the records of a table that is not published as dead. Called under the lock. */
  private void discard(Table table) {
    table.dropped = true;
    applier.forget(table);
    EntryCursor entries = table.editor.tree().cursor(new byte[0], null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      // What was abandoned is already counted.
      if (entry.offset < entry.segment.abandoned) {
        forget(table, entry);
      }
    }
    table.log.trim(Long.MAX_VALUE, table.log.end(), this::forget);
  }

  /**
   * Removes a resource, and returns when nothing of it is left. Its readers are woken and told.
   *
   * @throws NotCachedException if there is none
   */
  void remove(String name) {
    Resource resource = byName.remove(name);
    if (resource == null) {
      throw new NotCachedException(name);
    }
    retire(resource);
    cache.forms().dropReleased();
  }

  private void retire(Resource resource) {
    TableState last = drop(resource);
    List<Waiters.Waiter> woken = new ArrayList<>();
    resource.waiters.collectAll(woken);
    WatchCache.wake(woken);
    if (last != null) {
      cache.snapshots().forget(last.table());
      forget(last);
    }
  }

  /** Takes a resource from the published state, which is returned. */
  private @Nullable TableState drop(Resource resource) {
    lock.lock();
    try {
      slots.set(resource.index, null);
      while (!slots.isEmpty() && slots.getLast() == null) {
        slots.removeLast();
      }
      Published now = cache.published();
      TableState last = now.of(resource);
      if (last != null) {
        Table table = last.table();
        table.dropped = true;
        table.generation.remove(table);
        table.generation.departing.add(table);
        applier.forget(table);
        cache.publish(now.with(resource.index, null));
      }
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Counts the records of a dropped table as dead, and drops their forms. */
  private void forget(TableState last) {
    Table table = last.table();
    EntryCursor entries = last.tree().cursor(new byte[0], null);
    boolean more = true;
    while (more) {
      lock.lock();
      try {
        for (int i = 0; i < STEP && more; i++) {
          Entry entry = entries.next();
          more = entry != null;
          if (entry != null) {
            forget(table, entry);
          }
        }
      } finally {
        lock.unlock();
      }
    }
    while (table.log.first() < last.end()) {
      lock.lock();
      try {
        long end = Math.min(last.end(), table.log.first() + STEP);
        table.log.trim(Long.MAX_VALUE, end, this::forget);
      } finally {
        lock.unlock();
      }
    }
    lock.lock();
    try {
      table.generation.departing.remove(table);
    } finally {
      lock.unlock();
    }
  }

  private void forget(Table table, Entry entry) {
    int bytes = entry.headerLength + entry.length();
    entry.segment.dead += bytes;
    table.recordBytes -= bytes;
    cache.forms().forget(Place.of(entry));
  }

  private void forget(long place, int bytes) {
    spool.dead(place, bytes);
    cache.forms().forget(place);
  }
}
