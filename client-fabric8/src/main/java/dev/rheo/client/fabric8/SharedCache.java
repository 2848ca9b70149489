package dev.rheo.client.fabric8;

import dev.rheo.client.store.LiveStore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The store of an informer as fabric8's {@link Cache}. It can be asked before the informer is
 * started, and has nothing then. Safe for use by many threads.
 */
final class SharedCache<T extends HasMetadata> implements Cache<T> {

  /** Stands for an index value that is null, such as the namespace of a cluster-wide object. */
  private static final String NULL_VALUE = "\u0000";

  /** Guarded by this. */
  private final Map<String, Function<T, List<String>>> indexers = new LinkedHashMap<>();

  private volatile @Nullable ItemStore<T> items;
  private volatile @Nullable LiveStore<T> store;

  SharedCache() {
    indexers.put(NAMESPACE_INDEX, Cache::metaNamespaceIndexFunc);
  }

  void keepIn(ItemStore<T> itemStore) {
    items = itemStore;
  }

  @Nullable ItemStore<T> itemStore() {
    return items;
  }

  /** Connects the cache with the store of the informer, and gives that the indexes. */
  synchronized void begin(LiveStore<T> live) {
    indexers.forEach((name, function) -> live.addIndex(name, values(function)));
    store = live;
  }

  @Override
  public List<T> list() {
    ItemStore<T> kept = items;
    LiveStore<T> live = store;
    if (kept != null) {
      return kept.values().collect(Collectors.toCollection(ArrayList::new));
    }
    return live == null ? new ArrayList<>() : live.list();
  }

  @Override
  public List<String> listKeys() {
    ItemStore<T> kept = items;
    LiveStore<T> live = store;
    if (kept != null) {
      return kept.keySet().collect(Collectors.toCollection(ArrayList::new));
    }
    return live == null ? new ArrayList<>() : new ArrayList<>(live.keys());
  }

  @Override
  public @Nullable T get(T object) {
    return getByKey(getKey(object));
  }

  @Override
  public @Nullable T getByKey(String key) {
    ItemStore<T> kept = items;
    LiveStore<T> live = store;
    if (kept != null) {
      return kept.get(key);
    }
    return live == null || key == null ? null : live.get(key);
  }

  @Override
  public String getKey(T object) {
    ItemStore<T> kept = items;
    String key = kept != null ? kept.getKey(object) : Cache.metaNamespaceKeyFunc(object);
    return key == null ? "" : key;
  }

  @Override
  public List<T> index(String indexName, T object) {
    Map<String, T> found = new TreeMap<>();
    for (String value : values(indexer(indexName)).apply(object)) {
      for (T match : byIndex(indexName, value)) {
        found.put(getKey(match), match);
      }
    }
    return new ArrayList<>(found.values());
  }

  @Override
  public List<String> indexKeys(String indexName, String indexKey) {
    return byIndex(indexName, indexKey).stream()
        .map(this::getKey)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  @Override
  public List<T> byIndex(String indexName, @Nullable String indexKey) {
    indexer(indexName);
    LiveStore<T> live = store;
    return live == null
        ? new ArrayList<>()
        : live.byIndex(indexName, indexKey == null ? NULL_VALUE : indexKey);
  }

  @Override
  public synchronized Map<String, Function<T, List<String>>> getIndexers() {
    return Map.copyOf(indexers);
  }

  @Override
  public synchronized void addIndexers(Map<String, Function<T, List<String>>> added) {
    for (String name : added.keySet()) {
      if (indexers.containsKey(name)) {
        throw new IllegalArgumentException("There is an indexer '" + name + "' already");
      }
    }
    LiveStore<T> live = store;
    added.forEach(
        (name, function) -> {
          if (live != null) {
            live.addIndex(name, values(function));
          }
          indexers.put(name, function);
        });
  }

  @Override
  public synchronized void removeIndexer(String name) {
    LiveStore<T> live = store;
    indexers.remove(name);
    if (live != null) {
      live.removeIndex(name);
    }
  }

  private synchronized Function<T, List<String>> indexer(String name) {
    Function<T, List<String>> function = indexers.get(name);
    if (function == null) {
      throw new IllegalArgumentException(
          "There is no indexer '" + name + "', only " + indexers.keySet());
    }
    return function;
  }

  /** fabric8 allows an index function to return null, and null values. */
  private static <T> Function<T, Collection<String>> values(Function<T, List<String>> function) {
    return object -> {
      List<String> values = function.apply(object);
      if (values == null) {
        return List.of();
      }
      List<String> known = new ArrayList<>(values.size());
      for (String value : values) {
        known.add(value == null ? NULL_VALUE : value);
      }
      return known;
    };
  }
}
