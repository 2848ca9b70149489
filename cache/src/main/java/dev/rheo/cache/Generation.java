package dev.rheo.cache;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything that one build of the cache made, and what following the store added to it. */
final class Generation {
  final Table[] tables;
  private final TreeMap<String, Table> byPrefix = new TreeMap<>();

  /** The revision of the state that the logs begin with, raised as history is given up. */
  volatile long floor;

  /** Every change up to here is applied to the tables, though perhaps not published. */
  long applied;

  Generation(List<CachedResource> resources, long floor) {
    tables = new Table[resources.size()];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = new Table(resources.get(i), i);
      byPrefix.put(resources.get(i).keyPrefix(), tables[i]);
    }
    this.floor = floor;
    this.applied = floor;
  }

  /** The resource to which a key of the store belongs. */
  @Nullable Table of(String storeKey) {
    Map.Entry<String, Table> entry = byPrefix.floorEntry(storeKey);
    return entry != null && storeKey.startsWith(entry.getKey()) ? entry.getValue() : null;
  }
}
