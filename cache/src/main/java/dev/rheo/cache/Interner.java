package dev.rheo.cache;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * Lets equal values share one object, without keeping track of who uses it: a fixed table of four
 * candidates a hash, of which a new value displaces the last and a value that is found again moves
 * up. What is common stays, what is unique passes through, and nothing leaks. A value that was
 * displaced merely is not shared with its next equal. Used by one thread at a time.
 */
final class Interner<T> {
  private static final int WAYS = 4;

  private final @Nullable T[] table;
  private final int mask;

  /**
   * @param slots a power of two: how many values are remembered
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
