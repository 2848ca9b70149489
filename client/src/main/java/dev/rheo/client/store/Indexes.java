package dev.rheo.client.store;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

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
    functions.forEach((name, function) -> values.put(name, List.copyOf(function.apply(object))));
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

  void remove(String key, Map<String, List<String>> values) {
    values.forEach(
        (name, of) -> {
          Map<String, Set<String>> index = keys.get(name);
          if (index == null) {
            return;
          }
          for (String value : of) {
            index.computeIfPresent(
                value,
                (any, set) -> {
                  set.remove(key);
                  return set.isEmpty() ? null : set;
                });
          }
        });
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
