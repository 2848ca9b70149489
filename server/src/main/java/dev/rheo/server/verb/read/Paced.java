package dev.rheo.server.verb.read;

import dev.rheo.cache.Effort;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.codec.io.Meter;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries looked for by a request's own thread. A virtual thread is not preempted: it makes room
 * for others itself, whenever the effort of a turn is spent.
 */
public final class Paced {
  private final Effort effort = new Effort(DrawnItems.EFFORT_PER_DRAW);
  private final SelectedEntries entries;

  Paced(Function<Effort, SelectedEntries> entries) {
    this.entries = entries.apply(effort);
  }

  /**
   * @param entries advanced by {@link #next}, just behind what that returns
   */
  public Paced(EntryCursor entries, Selection selection) {
    this(effort -> new SelectedEntries(entries, selection, null, effort));
  }

  /** The next entry that is selected; null if there is none. */
  public @Nullable Entry next() {
    while (true) {
      Entry entry = entries.next();
      if (entry != null || !entries.paused()) {
        return entry;
      }
      rest();
    }
  }

  /** Says that as much was done beside looking for entries. */
  void spend(int units) {
    effort.spend(units);
  }

  private void rest() {
    // Nobody may wait for the outcome any more.
    Meter.check();
    Thread.yield();
    effort.renew(DrawnItems.EFFORT_PER_DRAW);
  }
}
