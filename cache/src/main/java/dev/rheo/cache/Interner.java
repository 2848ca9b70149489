package dev.rheo.cache;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * Lets equal values share one object, without tracking its users. A fixed four-way associative
 * table: a new value displaces the last of the four candidates of its hash, and a value that is
 * found again moves up. Common values stay, unique ones pass through, and nothing leaks. A
 * displaced value is merely not shared with later equal ones. Used by one thread at a time.
 */
final class Interner<T> {
  private static final int WAYS = 4;

  private final @Nullable T[] table;
  private final int mask;

  /**
   * @param slots how many values are remembered: a power of two
   */
  @SuppressWarnings("unchecked")
  Interner(Class<T> type, int slots) {
    table = (@Nullable T[]) Array.newInstance(type, slots);
    mask = slots / WAYS - 1;
  }

  T intern(T value) {
    int hash = value.hashCode() * 0x9E3779B9;
    int first = ((hash >>> 12) & mask) * WAYS;
    for (int i = first; i < first + WAYS; i++) {
      T known = table[i];
      if (known == null) {
        table[i] = value;
        return value;
      }
      if (known.equals(value)) {
        if (i > first) {
          table[i] = table[i - 1];
          table[i - 1] = known;
        }
        return known;
      }
    }
    table[first + WAYS - 1] = value;
    return value;
  }
}
