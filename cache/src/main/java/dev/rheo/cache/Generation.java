package dev.rheo.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One build of the cache, and what following the store has added to it. Used under the cache's
 * lock, except for the floor.
 */
final class Generation {
  private final TreeMap<String, Table> byPrefix = new TreeMap<>();

  /** Tables of removed resources whose records are not yet all counted as dead. */
  final List<Table> departing = new ArrayList<>();

  /** The name of the store's history that its revisions are of; empty if none is known. */
  final String history;

  /** Revision of the state at which the logs begin; rises as history is trimmed. */
  volatile long floor;

  /** Every change up to this revision is applied to the tables, though perhaps not published. */
  long applied;

  Generation(List<Resource> resources, long floor, String history) {
    this.history = history;
    this.floor = floor;
    this.applied = floor;
    for (Resource resource : resources) {
      add(new Table(this, resource));
    }
  }

  /** Applies the changes of a table's keys to it from now on. */
  void add(Table table) {
    byPrefix.put(table.resource.keyPrefix(), table);
  }

  void remove(Table table) {
    byPrefix.remove(table.resource.keyPrefix(), table);
  }

  /** The tables to which changes are applied. */
  Collection<Table> tables() {
    return byPrefix.values();
  }

  boolean isLoading() {
    return byPrefix.values().stream().anyMatch(Table::isLoading);
  }

  /** The table of the resource to which a store key belongs, or null. */
  @Nullable Table of(String storeKey) {
    Map.Entry<String, Table> entry = byPrefix.floorEntry(storeKey);
    return entry != null && storeKey.startsWith(entry.getKey()) ? entry.getValue() : null;
  }
}
