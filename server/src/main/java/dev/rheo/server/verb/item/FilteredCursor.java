package dev.rheo.server.verb.item;

import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.WorkBudget;
import org.jspecify.annotations.Nullable;

/**
 * The selected entries, up to the last one of a page. It pauses when the effort is spent, so that
 * skipping many entries does not hold up the event loop.
 */
public final class FilteredCursor implements EntryCursor {

  private final EntryCursor entries;
  private final Selection selection;
  private final @Nullable Entry last;
  private final WorkBudget effort;
  private final int price;
  private @Nullable Entry found;
  private boolean ended;
  private boolean paused;

  /**
   * @param last the last entry, or null for all
   * @param effort the allowance that visited entries are taken from
   */
  public FilteredCursor(
      EntryCursor entries, Selection selection, @Nullable Entry last, WorkBudget effort) {
    this.entries = entries;
    this.selection = selection;
    this.last = last;
    this.effort = effort;
    this.price = selection.effort();
  }

  @Override
  public @Nullable Entry next() {
    Entry next = peek();
    found = null;
    if (next != null && next == last) {
      ended = true;
    }
    return next;
  }

  /** Whether the last call returned null only because the effort was spent: there may be more. */
  public boolean paused() {
    return paused;
  }

  @Override
  public @Nullable Entry peek() {
    paused = false;
    while (found == null && !ended) {
      if (effort.isSpent()) {
        paused = true;
        return null;
      }
      effort.spend(price);
      Entry entry = entries.next();
      if (entry == null) {
        ended = true;
      } else if (selection.matches(entry)) {
        found = entry;
      }
    }
    return found;
  }
}
