package dev.rheo.cache;

import dev.rheo.api.select.LabelSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The labels of an object. Immutable, and shared by objects with equal labels. */
public final class LabelSet implements LabelSource {
  static final LabelSet EMPTY = new LabelSet(new String[0]);

  /** Key, value, key, value, ... ordered by key. */
  private final String[] pairs;

  LabelSet(String[] pairs) {
    this.pairs = pairs;
  }

  /** The label's value, or null if the object does not have it. */
  @Override
  public @Nullable String get(String key) {
    int low = 0;
    int high = pairs.length / 2 - 1;
    while (low <= high) {
      int mid = (low + high) >>> 1;
      int order = pairs[2 * mid].compareTo(key);
      if (order == 0) {
        return pairs[2 * mid + 1];
      }
      if (order < 0) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return null;
  }

  public int size() {
    return pairs.length / 2;
  }

  /** Key, value, key, value, ... ordered by key. */
  public List<String> pairs() {
    return List.of(pairs);
  }

  String[] array() {
    return pairs;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LabelSet that && Arrays.equals(pairs, that.pairs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pairs);
  }

  @Override
  public String toString() {
    return Arrays.toString(pairs);
  }
}
