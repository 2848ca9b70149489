package dev.rheo.cache;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One build of the cache, and what following the store has added to it. */
final class Generation {
  final Table[] tables;
  private final TreeMap<String, Table> byPrefix = new TreeMap<>();

  /** Revision of the state at which the logs begin; rises as history is trimmed. */
  volatile long floor;

  /** Every change up to this revision is applied to the tables, though perhaps not published. */
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

  /** The table of the resource to which a store key belongs, or null. */
  @Nullable Table of(String storeKey) {
    Map.Entry<String, Table> entry = byPrefix.floorEntry(storeKey);
    return entry != null && storeKey.startsWith(entry.getKey()) ? entry.getValue() : null;
  }
}
