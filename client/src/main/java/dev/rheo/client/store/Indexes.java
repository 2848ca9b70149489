package dev.rheo.client.store;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of a store: for each name a function from an object to values, and for each value the
 * keys of the objects that have it. One thread writes, any thread reads.
 */
final class Indexes<T> {
  /** Replaced as a whole, with the store's lock held. */
  private volatile Map<String, Function<T, ? extends Collection<String>>> functions;

  private final Map<String, Map<String, Set<String>>> keys = new ConcurrentHashMap<>();

  Indexes(Map<String, Function<T, ? extends Collection<String>>> functions) {
    this.functions = new LinkedHashMap<>(functions);
    functions.keySet().forEach(name -> keys.put(name, new ConcurrentHashMap<>()));
  }

  /** What the values that {@link #valuesOf} returns depend on. */
  Object state() {
    return functions;
  }

  /** Adds an index that is empty. */
  void open(String name, Function<T, ? extends Collection<String>> function) {
    if (functions.containsKey(name)) {
      throw new IllegalArgumentException("there is an index '" + name + "' already");
    }
    keys.put(name, new ConcurrentHashMap<>());
    Map<String, Function<T, ? extends Collection<String>>> more = new LinkedHashMap<>(functions);
    more.put(name, function);
    functions = more;
  }

  void drop(String name) {
    Map<String, Function<T, ? extends Collection<String>>> fewer = new LinkedHashMap<>(functions);
    fewer.remove(name);
    functions = fewer;
    keys.remove(name);
  }

  Set<String> names() {
    return Set.copyOf(keys.keySet());
  }

  /** The values that the object has in each index, to be computed before anything is changed. */
  Map<String, List<String>> valuesOf(T object) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    functions.forEach((name, function) -> values.put(name, values(function, object)));
    return values;
  }

  void add(String key, Map<String, List<String>> values) {
    values.forEach(
        (name, of) -> {
          Map<String, Set<String>> index = keys.get(name);
          if (index == null) {
            return;
          }
          for (String value : of) {
            index.compute(
                value,
                (any, before) -> {
                  Set<String> set = before == null ? ConcurrentHashMap.newKeySet() : before;
                  set.add(key);
                  return set;
                });
          }
        });
  }

  /**
   * Gives an object other values. A value that stays is never missing meanwhile.
   *
   * @param former the values so far; null if they are not known
   */
  void replace(
      String key, @Nullable Map<String, List<String>> former, Map<String, List<String>> values) {
    add(key, values);
    keys.forEach(
        (name, index) -> {
          List<String> now = values.getOrDefault(name, List.of());
          Collection<String> before =
              former == null ? List.copyOf(index.keySet()) : former.getOrDefault(name, List.of());
          for (String value : before) {
            if (!now.contains(value)) {
              remove(index, key, value);
            }
          }
        });
  }

  private static void remove(Map<String, Set<String>> index, String key, String value) {
    index.computeIfPresent(
        value,
        (any, set) -> {
          set.remove(key);
          return set.isEmpty() ? null : set;
        });
  }

  /** What a function gives for an object: no value for null, and none that is null. */
  static <T> List<String> values(Function<T, ? extends Collection<String>> function, T object) {
    Collection<String> values = function.apply(object);
    return values == null ? List.of() : values.stream().filter(Objects::nonNull).toList();
  }

  /** The keys of the objects that have the value. */
  Set<String> keys(String name, String value) {
    return index(name).getOrDefault(value, Set.of());
  }

  /** All values of an index. */
  Set<String> values(String name) {
    return index(name).keySet();
  }

  void clear() {
    keys.values().forEach(Map::clear);
  }

  private Map<String, Set<String>> index(String name) {
    Map<String, Set<String>> index = keys.get(name);
    if (index == null) {
      throw new IllegalArgumentException("there is no index '" + name + "', only " + keys.keySet());
    }
    return index;
  }
}
