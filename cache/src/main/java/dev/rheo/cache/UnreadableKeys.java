package dev.rheo.cache;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the store whose values cannot be read. Changed under the cache's lock; {@link #first} and
 * {@link #count} are for any thread.
 */
final class UnreadableKeys {
  /**
   * Keys that are remembered, some 150 bytes each. With more, only a build tells which they are.
   */
  static final int MOST = 1000;

  private final TreeSet<String> keys = new TreeSet<>();
  private volatile @Nullable String first;
  private volatile long count;
  private boolean more;

  /** The first one; null if there is none. */
  @Nullable String first() {
    return first;
  }

  /** How many there are; a lower bound if there are more than are remembered. */
  long count() {
    return count;
  }

  /** Whether there are more than are remembered. */
  boolean isMore() {
    return more;
  }

  List<String> remembered() {
    return List.copyOf(keys);
  }

  boolean contains(String key) {
    return keys.contains(key);
  }

  /** Returns whether it is the first one. */
  boolean add(String key) {
    boolean none = keys.isEmpty();
    if (keys.size() >= MOST && !keys.contains(key)) {
      more = true;
    } else {
      keys.add(key);
    }
    told();
    return none;
  }

  /** Returns whether it was among them. */
  boolean remove(String key) {
    // Others may be unreadable still, so that the last one that is remembered stays.
    boolean removed = !(more && keys.size() == 1) && keys.remove(key);
    if (removed) {
      told();
    }
    return removed;
  }

  private void told() {
    first = keys.isEmpty() ? null : keys.first();
    count = keys.size();
  }
}
