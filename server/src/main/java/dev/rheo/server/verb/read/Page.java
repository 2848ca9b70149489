package dev.rheo.server.verb.read;

import dev.rheo.api.options.ContinueToken;
import dev.rheo.api.options.ReadPlan;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.server.verb.item.Selection;
import org.jspecify.annotations.Nullable;

/**
 * The end of a page of a list.
 *
 * @param last the last entry of the page, null if the list ends with it
 * @param token the continue token, empty if the list ends with this page
 * @param remaining the number of entries after the page, 0 if it is not known
 */
public record Page(@Nullable Entry last, String token, long remaining) {
  static final Page LAST = new Page(null, "", 0);

  /** The key at which a list begins, null for the first one of its scope. */
  public static @Nullable String startAt(ReadPlan plan, Scope scope) {
    return plan instanceof ReadPlan.Continue(long _, String startKey, long _)
        ? scope.keyPrefix() + startKey
        : null;
  }

  /** The token for the rest of a list whose last entry was this one. */
  public static String tokenAfter(Entry last, Scope scope, Snapshot snapshot) {
    String key = last.key().substring(scope.keyPrefix().length());
    return ContinueToken.after(key, snapshot.revision()).encode();
  }

  /**
   * Finds the end of a page in the index alone, because the head of a list contains the continue
   * token. With a selector each entry in the scope is visited; without one the entries need not
   * even be counted.
   */
  static Page of(
      Snapshot snapshot, Scope scope, @Nullable String startAt, Selection selection, long limit) {
    if (limit <= 0) {
      return LAST;
    }
    if (selection.isEverything()) {
      String prefix = scope.keyPrefix();
      int begin = snapshot.rank(prefix);
      int end = begin + snapshot.size(prefix);
      int from = startAt == null ? begin : Math.clamp(snapshot.rank(startAt), begin, end);
      if (limit >= end - from) {
        return LAST;
      }
      int next = from + (int) limit;
      return cut(snapshot, scope, snapshot.at(next - 1), end - next);
    }
    EntryCursor all = snapshot.entries(scope, startAt);
    YieldingCursor entries = new YieldingCursor(all, selection);
    for (long selected = 1; ; selected++) {
      Entry entry = entries.next();
      if (entry == null) {
        return LAST;
      }
      if (selected == limit) {
        // How many more are selected is unknown; upstream does not tell either.
        return all.peek() == null ? LAST : cut(snapshot, scope, entry, 0);
      }
    }
  }

  private static Page cut(Snapshot snapshot, Scope scope, Entry last, long remaining) {
    return new Page(last, tokenAfter(last, scope, snapshot), remaining);
  }
}
