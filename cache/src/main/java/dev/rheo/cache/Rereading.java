package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads again what could not be read, once that may have changed: a key service answers again, or a
 * key was added. What can be read now enters the index, without an event, since it is older than
 * what readers have seen. The history of the resource begins at this revision, and readers of its
 * events must begin anew.
 */
final class Rereading {
  private static final System.Logger LOG = System.getLogger(Rereading.class.getName());

  private final WatchCache cache;
  private final RevisionStore store;
  private final Members members;
  private final Applier applier;
  private final ReentrantLock lock;

  Rereading(WatchCache cache, RevisionStore store, Members members, Applier applier) {
    this.cache = cache;
    this.store = store;
    this.members = members;
    this.applier = applier;
    this.lock = cache.lock();
  }

  void run() {
    for (Resource resource : members.served()) {
      TableState state = cache.published().of(resource);
      if (state != null && state.table().unreadable.first() != null) {
        run(state.table());
      }
    }
  }

  private void run(Table table) {
    List<String> keys;
    boolean more;
    lock.lock();
    try {
      keys = table.unreadable.remembered();
      more = table.unreadable.isMore();
    } finally {
      lock.unlock();
    }
    int shown = 0;
    for (String key : keys) {
      try {
        KeyValue value = store.get(key, 0);
        if (value != null && more) {
          // Which others there are is not remembered.
          cache.buildAgain();
          return;
        }
        shown += value != null && show(table, value) ? 1 : 0;
      } catch (StoreException e) {
        // It still cannot be read, or nothing can.
      } catch (CompactedException | FutureRevisionException e) {
        throw new IllegalStateException("the present revision", e);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "An object could not be read again: " + e.getMessage());
        return;
      }
    }
    if (shown > 0) {
      List<Waiters.Waiter> woken = new ArrayList<>();
      table.owner.waiters.collectAll(woken);
      WatchCache.wake(woken);
      LOG.log(
          Level.INFO,
          "{0} objects of {1} can be read again; {2} cannot",
          shown,
          table.resource.name(),
          table.unreadable.count());
    }
  }

  /** Returns false if the follower is to show it, or another value. */
  private boolean show(Table table, KeyValue value) throws IOException {
    lock.lock();
    try {
      Published now = cache.published();
      TableState state = now.of(table.owner);
      if (members.isPaused()
          || state == null
          || state.table() != table
          || value.modRevision() > now.revision()
          || !table.unreadable.contains(value.key())) {
        return false;
      }
      try {
        applier.load(table.generation, value);
        applier.flush();
      } catch (IOException | RuntimeException e) {
        applier.abandon();
        throw e;
      }
      table.shownAgain(value.key(), now.revision());
      table.beginEpoch();
      cache.publish(now.with(table.owner.index, TableState.of(table)));
      return true;
    } finally {
      lock.unlock();
    }
  }
}
