package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The {@link EventReader} over the log of a resource.
 *
 * <p>It is armed in {@link Waiters} only between a {@code next()} that found nothing and the event
 * that wakes it. No event is missed in between: the reader arms itself and then looks at the
 * published state again, while the follower publishes and then looks at the waiters. An event that
 * does not wake an armed reader does not concern it, so the reader passes over it unexamined.
 */
final class LogReader extends Waiters.Waiter implements EventReader {
  /** Allowance of one call of {@code next} if {@link #within(Effort)} set none. */
  private static final int PATIENCE = 1000 * WorkBudget.DECODING;

  private static final CacheEvent GONE = new CacheEvent(0, null, null);

  private final WatchCache cache;
  private final Resource resource;
  private final @Nullable Filter filter;

  /** Where it began, perhaps ahead of the cache. It passes over events up to this revision. */
  private final long start;

  private Table table;

  /** Of the table, when this reader began or found it. */
  private int epoch;

  /** Number of the next event to examine. */
  private long number;

  private long position;

  /** Events of revision {@code position + 1} that were examined; more of that revision follow. */
  private int within;

  private boolean skipped;

  /** Loads in a row after which the event still was not in memory. */
  private volatile int loads;

  private volatile boolean loading;
  private volatile Loaders.Pending pending = Loaders.Pending.NONE;
  private volatile boolean closed;
  private @Nullable WorkBudget shared;
  private final WorkBudget own = new WorkBudget(PATIENCE);
  private @Nullable Runnable wake;
  private @Nullable CompactedException fellOut;

  LogReader(WatchCache cache, Resource resource, TableState now, long after, Scope scope)
      throws CompactedException {
    super(scope);
    this.cache = cache;
    this.resource = resource;
    this.filter = scope.equals(Scope.ALL) ? null : new Filter(scope);
    this.table = now.table();
    this.epoch = table.epoch();
    this.start = after;
    this.position = after;
    locate(now);
  }

  /** Finds the number of the next event after {@code position}, which may not exist yet. */
  private void locate(TableState now) throws CompactedException {
    if (table != now.table()) {
      if (!table.generation.history.equals(now.table().generation.history)) {
        // The same revision is another state there.
        throw fallOut(position + 1);
      }
      table = now.table();
      epoch = table.epoch();
    }
    number = table.log.after(position, now.end()) + within;
    // Checked last: events that were trimmed during the search must not pass for absent.
    if (table.dropped) {
      throw resource.notCached();
    }
    long oldest = table.oldest();
    if (position < oldest) {
      throw fallOut(oldest);
    }
  }

  private EventLog log() {
    return table.log;
  }

  private CompactedException fallOut(long floor) {
    CompactedException e = new CompactedException(position, floor);
    fellOut = e;
    return e;
  }

  @Override
  public @Nullable CacheEvent next() throws CompactedException, IOException {
    skipped = false;
    if (fellOut != null) {
      throw fellOut;
    }
    if (closed || loading) {
      return null;
    }
    WorkBudget effort = shared;
    if (effort == null) {
      effort = own;
      effort.renew(PATIENCE);
    }
    passOver();
    Published now = cache.published();
    while (true) {
      TableState state = now.require(resource);
      if (state.table() != table) {
        resource.waiters.disarm(this);
        locate(state);
      } else if (table.epoch() != epoch) {
        throw fallOut(table.oldest());
      }
      long end = state.end();
      while (number < end) {
        if (effort.isSpent()) {
          skipped = true;
          return null;
        }
        effort.spend(1);
        if (log().revision(number) <= start && number >= log().first()) {
          number++;
          continue;
        }
        CacheEvent event = log().decoded(number);
        if (event == null || number < log().first()) {
          effort.spend(WorkBudget.DECODING);
          event = event(number);
        }
        if (event == null) {
          return null;
        }
        if (event == GONE) {
          break;
        }
        step(event.revision(), end);
        boolean padding = event.current() == null && event.previous() == null;
        if (!padding && (filter == null || filter.admits(event))) {
          return event;
        }
      }
      if (number < end) {
        now = cache.published();
        locate(now.require(resource));
        continue;
      }
      if (position < now.revision()) {
        position = now.revision();
        within = 0;
      }
      if (wake == null) {
        return null;
      }
      resource.waiters.arm(this);
      Published since = cache.published();
      TableState then = since.of(resource);
      if (then != null && then.table() == table && then.end() == number) {
        if (closed) {
          resource.waiters.disarm(this);
        }
        return null;
      }
      resource.waiters.disarm(this);
      // An event that woke it in between need not be the first one that it has not examined.
      wokenBy = -1;
      now = since;
    }
  }

  /** Passes over events that arrived while it waited and do not concern it. */
  private void passOver() {
    Published routed = cache.routed();
    if (armed) {
      TableState state = routed.of(resource);
      if (state != null && state.table() == table && state.end() > number) {
        number = state.end();
        position = Math.max(position, routed.revision());
        within = 0;
      }
      resource.waiters.disarm(this);
    }
    long by = wokenBy;
    if (by > number && cache.published().generation() == table.generation) {
      long revision = log().revision(by);
      if (revision > 0) {
        number = by;
        position = Math.max(position, revision - 1);
        within = 0;
      }
    }
    wokenBy = -1;
  }

  /** Moves past the event that was just examined. */
  private void step(long revision, long end) {
    number++;
    if (number < end && log().revision(number) == revision) {
      position = Math.max(position, revision - 1);
      within++;
    } else {
      position = Math.max(position, revision);
      within = 0;
    }
  }

  /** The event; null while it is read from the disk; GONE if this log no longer has it. */
  private @Nullable CacheEvent event(long number) throws CompactedException, IOException {
    boolean block = loads >= FormReader.PATIENT_LOADS || wake == null;
    EventDecoder decoder = cache.decoder();
    try {
      CacheEvent event = decoder.event(table, number, block);
      if (event != null) {
        loads = 0;
        return event;
      }
    } catch (EventDecoder.ForgottenException e) {
      return GONE;
    } catch (IOException e) {
      cache.spoolFailed(e);
      throw e;
    }
    loading = true;
    pending =
        decoder.load(
            table,
            number,
            () -> {
              loads = loads + 1;
              loading = false;
              wake();
            });
    return null;
  }

  @Override
  void wake() {
    Runnable run = wake;
    if (run != null && !closed) {
      run.run();
    }
  }

  @Override
  public void within(WorkBudget effort) {
    shared = effort;
  }

  @Override
  public boolean skipped() {
    return skipped;
  }

  @Override
  public long position() {
    if (!armed) {
      return position;
    }
    Published routed = cache.routed();
    TableState state = routed.of(resource);
    // Still armed after reading it: nothing up to there concerns this reader.
    boolean ahead = armed && state != null && state.table() == table;
    return ahead ? Math.max(position, routed.revision()) : position;
  }

  @Override
  public void onEvent(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public void close() {
    closed = true;
    pending.cancel();
    resource.waiters.disarm(this);
  }
}
