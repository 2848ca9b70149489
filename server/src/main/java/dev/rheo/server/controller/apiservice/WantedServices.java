package dev.rheo.server.controller.apiservice;

import dev.rheo.resource.type.GroupVersionPriority;
import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The APIServices that there must be, by name, and which of them are to be looked at because that
 * has changed. Thread-safe.
 */
final class WantedServices {
  /**
   * One of them.
   *
   * @param always whether it is kept as it must be, or only made so once, at the start
   */
  record Wanted(GroupVersion of, GroupVersionPriority priority, boolean always) {}

  private final Map<String, Wanted> wanted = new HashMap<>();
  private final Map<String, Set<GroupVersion>> byDefinition = new HashMap<>();

  /** How many definitions serve a group version. */
  private final Map<GroupVersion, Integer> definitions = new HashMap<>();

  private final Set<String> changed = new LinkedHashSet<>();

  WantedServices() {
    GroupVersionPriority.builtIn()
        .forEach((of, priority) -> wanted.put(of.apiService(), new Wanted(of, priority, false)));
  }

  synchronized @Nullable Wanted get(String name) {
    return wanted.get(name);
  }

  synchronized List<String> names() {
    return List.copyOf(wanted.keySet());
  }

  /** Those that are to be looked at, once. */
  synchronized List<String> takeChanged() {
    List<String> taken = new ArrayList<>(changed);
    changed.clear();
    return taken;
  }

  /**
   * Takes over what a definition wants. As upstream, a definition of versions of a built-in group
   * version takes its place.
   *
   * @return whether anything has changed
   */
  synchronized boolean define(String definition, Set<GroupVersion> served) {
    Set<GroupVersion> before =
        served.isEmpty() ? byDefinition.remove(definition) : byDefinition.put(definition, served);
    Set<GroupVersion> old = before == null ? Set.of() : before;
    if (old.equals(served)) {
      return false;
    }
    Set<GroupVersion> concerned = new HashSet<>(old);
    concerned.addAll(served);
    for (GroupVersion each : concerned) {
      int more = (served.contains(each) ? 1 : 0) - (old.contains(each) ? 1 : 0);
      if (more != 0) {
        count(each, definitions.merge(each, more, Integer::sum));
      }
    }
    return true;
  }

  private void count(GroupVersion version, int by) {
    String name = version.apiService();
    if (by == 0) {
      definitions.remove(version);
      wanted.remove(name);
      changed.add(name);
    } else if (wanted.put(name, new Wanted(version, GroupVersionPriority.CUSTOM, true)) == null
        || by == 1) {
      changed.add(name);
    }
  }
}
