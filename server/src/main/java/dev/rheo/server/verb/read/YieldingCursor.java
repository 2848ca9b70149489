package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.WorkBudget;
import dev.rheo.codec.io.Meter;
import dev.rheo.server.verb.item.FilteredCursor;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.server.verb.item.Selection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The selected entries, for a request's own thread. Virtual threads are not preempted, so this
 * cursor yields whenever the effort of a turn is spent.
 */
public final class YieldingCursor {
  private final WorkBudget effort = new WorkBudget(ItemBody.EFFORT_PER_DRAW);
  private final FilteredCursor entries;

  YieldingCursor(Function<WorkBudget, FilteredCursor> entries) {
    this.entries = entries.apply(effort);
  }

  /**
   * @param entries a cursor that {@link #next} leaves right behind the entry that it returns
   */
  public YieldingCursor(EntryCursor entries, Selection selection) {
    this(effort -> new FilteredCursor(entries, selection, null, effort));
  }

  /** The next selected entry, or null. */
  public @Nullable Entry next() {
    while (true) {
      Entry entry = entries.next();
      if (entry != null || !entries.paused()) {
        return entry;
      }
      rest();
    }
  }

  /** Accounts for work other than looking for entries. */
  void spend(int units) {
    effort.spend(units);
  }

  private void rest() {
    // The client may have gone.
    Meter.check();
    Thread.yield();
    effort.renew(ItemBody.EFFORT_PER_DRAW);
  }
}
