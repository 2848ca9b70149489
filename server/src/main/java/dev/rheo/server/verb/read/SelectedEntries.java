package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import org.jspecify.annotations.Nullable;

/**
 * The entries that are selected, up to the last one of a page. After passing over many others it
 * pauses, so that nobody's event loop is held up.
 */
final class SelectedEntries implements EntryCursor {

  /** Entries that one call passes over at most. */
  private static final int PATIENCE = 1024;

  private final EntryCursor entries;
  private final Selection selection;
  private final @Nullable String lastKey;
  private @Nullable Entry found;
  private boolean ended;
  private boolean paused;

  /**
   * @param lastKey the last key, or null for all
   */
  SelectedEntries(EntryCursor entries, Selection selection, @Nullable String lastKey) {
    this.entries = entries;
    this.selection = selection;
    this.lastKey = lastKey;
  }

  @Override
  public @Nullable Entry next() {
    Entry next = peek();
    found = null;
    if (next != null && lastKey != null && next.key().equals(lastKey)) {
      ended = true;
    }
    return next;
  }

  /** Whether the last call gave null only because it had passed over many: there may be more. */
  boolean paused() {
    return paused;
  }

  @Override
  public @Nullable Entry peek() {
    paused = false;
    for (int passed = 0; found == null && !ended; passed++) {
      if (passed == PATIENCE) {
        paused = true;
        return null;
      }
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
