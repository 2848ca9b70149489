package dev.rheo.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What happened to one resource, as the writers know it: every change and every state. */
final class History {
  /** One change. The forms are JSON; null before a creation and after a deletion. */
  record Change(long revision, String key, @Nullable String form, @Nullable String previous) {
    boolean admitted(Scope scope) {
      int slash = key.indexOf('/');
      return (scope.namespace() == null || key.substring(0, slash).equals(scope.namespace()))
          && (scope.name() == null || key.substring(slash + 1).equals(scope.name()))
          && (scope.fieldValue() == null
              || has(form, scope.fieldValue())
              || has(previous, scope.fieldValue()));
    }

    private static boolean has(@Nullable String form, String node) {
      return form != null && form.contains("\"nodeName\":\"" + node + "\"");
    }
  }

  final CachedResource resource;
  final List<Change> changes = new ArrayList<>();
  private final Map<String, Integer> indices = new HashMap<>();

  /** The state after each revision that changed it. */
  private final TreeMap<Long, Map<String, String>> states = new TreeMap<>();

  private final Map<String, String> state = new TreeMap<>();

  History(CachedResource resource) {
    this.resource = resource;
    states.put(0L, Map.of());
  }

  boolean exists(String key) {
    return state.containsKey(key);
  }

  /**
   * @param form null if the key is deleted
   */
  void change(long revision, String key, @Nullable String form) {
    String previous = form == null ? state.remove(key) : state.put(key, form);
    indices.put(revision + " " + key, changes.size());
    changes.add(new Change(revision, key, form, previous));
    states.put(revision, new TreeMap<>(state));
  }

  Map<String, String> at(long revision) {
    return states.floorEntry(revision).getValue();
  }

  /** The index of a change; -1 if there was no such change. */
  int index(long revision, String key) {
    return indices.getOrDefault(revision + " " + key, -1);
  }

  /** The index of the first change above a revision. */
  int after(long revision) {
    int index = changes.size();
    while (index > 0 && changes.get(index - 1).revision() > revision) {
      index--;
    }
    return index;
  }
}
