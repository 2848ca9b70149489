package dev.rheo.cache;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Decides how much history is kept: as much as the store keeps and the budgets allow, but at least
 * {@code minHistory} of what the store keeps. Called by the follower, under the cache's lock.
 */
final class Retention {
  /** Interval at which the current revision is recorded, to know the age of history later. */
  private static final long MARK_NANOS = 1_000_000_000L;

  /** Most events that one call trims from each resource, to keep the call short. */
  private static final int STEP = 8192;

  private final Spool spool;
  private final FormSpool forms;
  private final CacheSettings settings;
  private final LongSupplier nanoTime;
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();

  /** The highest revision that is known to be older than {@code minHistory}. */
  private long old;

  private record Mark(long nanos, long revision) {}

  Retention(Spool spool, FormSpool forms, CacheSettings settings, LongSupplier nanoTime) {
    this.spool = spool;
    this.forms = forms;
    this.settings = settings;
    this.nanoTime = nanoTime;
  }

  /** Begins a generation: all of its history counts as new, however old it is. */
  void restart() {
    marks.clear();
    old = 0;
  }

  /**
   * Raises the floor if necessary, and trims the events up to it.
   *
   * @return whether there is more to trim
   */
  boolean trim(Published now, long compacted) {
    long nanos = nanoTime.getAsLong();
    Mark last = marks.peekLast();
    if (last == null || nanos - last.nanos >= MARK_NANOS) {
      marks.add(new Mark(nanos, now.revision()));
    }
    long keep = settings.minHistory().toNanos();
    for (Mark m = marks.peek(); m != null && nanos - m.nanos > keep; m = marks.peek()) {
      old = m.revision;
      marks.remove();
    }
    Generation generation = now.generation();
    long floor = Math.max(generation.floor, Math.min(compacted, now.revision()));
    if (floor < old && overBudget(generation)) {
      floor = Math.max(floor, Math.min(old, nextStep(now)));
    }
    generation.floor = floor;
    spool.history().raise(floor);
    boolean more = false;
    for (TableState state : now.states()) {
      if (state != null) {
        EventLog log = state.table().log;
        long end = Math.min(state.end(), log.first() + STEP);
        log.trim(floor, end, this::forgotten);
        more |= log.first() == end && end < state.end();
      }
    }
    return more || (floor < old && overBudget(generation));
  }

  private void forgotten(long place, int bytes) {
    spool.dead(place, bytes);
    forms.forget(place);
  }

  private boolean overBudget(Generation generation) {
    long log = 0;
    long live = 0;
    for (Table table : generation.tables()) {
      log += table.log.bytes();
      live += table.recordBytes;
    }
    // A removed resource is no history that others must pay for.
    for (Table table : generation.departing) {
      live += table.recordBytes;
    }
    long kept = 0;
    for (Segment segment : spool.segments()) {
      kept += segment.end - segment.dead;
    }
    return log > settings.logBytes()
        || kept - live > settings.historyBytes()
        || (spool.linkedBytes() > settings.diskBytes() && kept > live);
  }

  /** The lowest revision at which trimming removes 256 events, or all, from some resource's log. */
  private static long nextStep(Published now) {
    long step = Long.MAX_VALUE;
    for (TableState state : now.states()) {
      if (state != null) {
        EventLog log = state.table().log;
        long first = log.first();
        if (first < state.end()) {
          step = Math.min(step, log.revision(Math.min(first + 255, state.end() - 1)));
        }
      }
    }
    return step;
  }
}
