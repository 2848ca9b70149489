package dev.rheo.cel.eval;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A map that was made by adding an entry to another, as {@link AppendedList}. */
final class AppendedMap extends AbstractMap<Object, Object> {
  /** An entry, and how many were there before it. */
  private record Numbered(int before, Object value) {}

  private final Map<Object, Numbered> shared;
  private final int size;

  private AppendedMap(Map<Object, Numbered> shared) {
    this.shared = shared;
    this.size = shared.size();
  }

  /** The map with one entry more, whose key it does not have. */
  static Map<Object, Object> with(Map<?, ?> map, Object key, Object value) {
    Map<Object, Numbered> entries;
    if (map instanceof AppendedMap appended && appended.shared.size() == appended.size) {
      entries = appended.shared;
    } else {
      entries = new LinkedHashMap<>();
      map.forEach((k, v) -> entries.put(k, new Numbered(entries.size(), v)));
    }
    entries.put(key, new Numbered(entries.size(), value));
    return new AppendedMap(entries);
  }

  @Override
  public @Nullable Object get(Object key) {
    Numbered found = shared.get(key);
    return found == null || found.before >= size ? null : found.value;
  }

  @Override
  public boolean containsKey(Object key) {
    return get(key) != null;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Set<Map.Entry<Object, Object>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<Object, Object>> iterator() {
        return shared.entrySet().stream()
            .limit(size)
            .map(entry -> Map.entry(entry.getKey(), entry.getValue().value()))
            .iterator();
      }

      @Override
      public int size() {
        return size;
      }
    };
  }
}
