package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * States at old revisions. A state is made from the nearest known one by undoing or redoing the
 * events in between. It is then remembered, because a list with continue tokens asks for the same
 * revision again. The current state is remembered from time to time too (a checkpoint), so that
 * recent revisions are never far from a known state. A budget bounds the remembered states: trees
 * share nodes, so each costs about what changed between it and its neighbours.
 */
final class Snapshots {
  /** Events of a resource between two checkpoints. */
  static final int CHECKPOINT_EVENTS = 4096;

  /** Approximate heap of one event between two remembered states. */
  private static final long EVENT_COST = 250;

  /** The same in each index of the resource. */
  private static final long INDEX_COST = 150;

  private static final long FIXED_COST = 1024;

  /** Events that a loader thread walks over before it serves others. */
  private static final int STRIDE = 256;

  private static final int FORGOTTEN = -1;

  private final EventDecoder decoder;
  private final Loaders loaders;
  private final long budget;

  /** In order of use, most recent last. Guarded by itself. */
  private final List<Known> known = new ArrayList<>();

  private long cost;

  /**
   * @param number one past the last event in the tree
   */
  private record Known(Table table, long revision, long number, EntryTree tree, long cost) {}

  Snapshots(EventDecoder decoder, Loaders loaders, long budget) {
    this.decoder = decoder;
    this.loaders = loaders;
    this.budget = budget;
  }

  /**
   * @throws NotCachedException if the resource was removed
   */
  EntryTree at(Published now, Resource resource, long revision) throws CompactedException {
    TableState state = now.require(resource);
    if (revision >= now.revision()) {
      return state.tree();
    }
    Table table = state.table();
    EventLog log = table.log;
    long end = state.end();
    long target = log.after(revision, end);
    check(table, revision);
    if (target == end) {
      return state.tree();
    }
    Known remembered = nearest(state, now.revision(), target, log.first());
    if (remembered.number == target) {
      return remembered.tree;
    }
    // One walk at a time for each resource: others that want the same state find it remembered.
    table.walking.lock();
    try {
      Known nearest = nearest(state, now.revision(), target, log.first());
      if (nearest.number == target) {
        return nearest.tree;
      }
      EntryTree tree;
      try {
        tree = walk(table, nearest, target);
      } catch (EventDecoder.ForgottenException e) {
        // Events above an older state were just trimmed; those below a newer state are kept.
        check(table, revision);
        nearest = nearest(state, now.revision(), target, target);
        tree = walk(table, nearest, target);
      }
      check(table, revision);
      long apart = Math.abs(nearest.number - target);
      remember(table, revision, target, tree, apart);
      return tree;
    } catch (EventDecoder.ForgottenException e) {
      check(table, revision);
      throw new CompactedException(revision, table.oldest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      table.walking.unlock();
    }
  }

  /** Checks that nothing was trimmed that the state at this revision needs. */
  private static void check(Table table, long revision) throws CompactedException {
    if (table.dropped) {
      throw table.owner.notCached();
    }
    long oldest = table.oldest();
    if (revision < oldest) {
      throw new CompactedException(revision, oldest);
    }
  }

  /** Remembers the current state for later requests. */
  void checkpoint(long revision, TableState now) {
    remember(now.table(), revision, now.end(), now.tree(), CHECKPOINT_EVENTS);
  }

  private void remember(Table table, long revision, long number, EntryTree tree, long events) {
    synchronized (known) {
      if (table.dropped) {
        return;
      }
      long price = FIXED_COST + events * (EVENT_COST + tree.indexes() * INDEX_COST);
      known.add(new Known(table, revision, number, tree, price));
      cost += price;
      // The newest is kept even if it alone exceeds the budget: its reader holds it anyway.
      while (cost > budget && known.size() > 1) {
        cost -= known.removeFirst().cost;
      }
    }
  }

  /**
   * The known state with the fewest events between it and the target.
   *
   * @param lowest states before this event do not count
   */
  private Known nearest(TableState now, long revision, long target, long lowest) {
    Known best = new Known(now.table(), revision, now.end(), now.tree(), 0);
    synchronized (known) {
      @Nullable Known used = null;
      for (Known candidate : known) {
        if (candidate.table == now.table()
            && candidate.number >= lowest
            && Math.abs(candidate.number - target) < Math.abs(best.number - target)) {
          best = candidate;
          used = candidate;
        }
      }
      if (used != null) {
        known.remove(used);
        known.add(used);
      }
    }
    return best;
  }

  private EntryTree walk(Table table, Known from, long target)
      throws IOException, EventDecoder.ForgottenException {
    EntryTree.Editor editor = from.tree.edit();
    long number = from.number;
    while (number != target) {
      long at = number;
      number = loaders.call(() -> stride(table, editor, at, target));
      if (number == FORGOTTEN) {
        throw new EventDecoder.ForgottenException();
      }
    }
    return editor.tree();
  }

  /**
   * Walks over at most {@link #STRIDE} events.
   *
   * @return the number reached, or {@link #FORGOTTEN}
   */
  private long stride(Table table, EntryTree.Editor editor, long from, long target)
      throws IOException {
    long number = from;
    try {
      for (int i = 0; i < STRIDE && number > target; i++, number--) {
        CacheEvent event = event(table, number - 1);
        set(editor, event.previous(), event.current());
      }
      for (int i = 0; i < STRIDE && number < target; i++, number++) {
        CacheEvent event = event(table, number);
        set(editor, event.current(), event.previous());
      }
      return number;
    } catch (EventDecoder.ForgottenException e) {
      return FORGOTTEN;
    }
  }

  private CacheEvent event(Table table, long number)
      throws IOException, EventDecoder.ForgottenException {
    CacheEvent event = decoder.event(table, number, true);
    if (event == null) {
      throw new IOException("a blocking read did not read");
    }
    return event;
  }

  private static void set(EntryTree.Editor editor, @Nullable Entry to, @Nullable Entry from) {
    if (to != null) {
      editor.put(to);
    } else if (from != null) {
      editor.remove(from.key);
    }
  }

  /** Forgets states below the generation's floor, and those of other generations. */
  void trim(Generation generation) {
    forget(k -> k.table.generation != generation || k.revision < generation.floor);
  }

  /** Forgets the states of a dropped table. */
  void forget(Table table) {
    forget(k -> k.table == table);
  }

  private void forget(Predicate<Known> which) {
    synchronized (known) {
      known.removeIf(
          k -> {
            boolean gone = which.test(k);
            cost -= gone ? k.cost : 0;
            return gone;
          });
    }
  }

  /** Forgets all states, so that they do not keep old segments. */
  void clear() {
    synchronized (known) {
      known.clear();
      cost = 0;
    }
  }

  long bytes() {
    synchronized (known) {
      return cost;
    }
  }
}
