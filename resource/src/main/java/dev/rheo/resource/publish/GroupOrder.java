package dev.rheo.resource.publish;

import dev.rheo.resource.type.ApiVersions;
import dev.rheo.resource.type.GroupVersionPriority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The order of groups and of their versions. It differs between the two kinds of discovery. */
final class GroupOrder {
  private GroupOrder() {}

  /**
   * The order of the list of groups: by the APIService of the highest group priority, and among
   * those of the same by its name, in which the version comes first.
   */
  static Map<String, List<Registration>> ofRegistrations(List<Registration> all) {
    List<Registration> sorted = new ArrayList<>(all);
    sorted.sort(
        Comparator.comparingInt((Registration each) -> -each.priority().group())
            .thenComparing(Registration::name));
    Map<String, List<Registration>> groups = new LinkedHashMap<>();
    for (Registration each : sorted) {
      groups.computeIfAbsent(each.group(), any -> new ArrayList<>()).add(each);
    }
    groups
        .values()
        .forEach(list -> list.sort(versions(Registration::priority, Registration::version)));
    return groups;
  }

  /** A group version, what it stands for, and its place. */
  record Placed<T>(String group, String version, GroupVersionPriority priority, T content) {}

  /** The order of aggregated discovery: by the highest priority in a group, then by its name. */
  static <T> Map<String, List<Placed<T>>> ofVersions(List<Placed<T>> all) {
    Map<String, Integer> priorities = new HashMap<>();
    Map<String, List<Placed<T>>> groups = new HashMap<>();
    for (Placed<T> each : all) {
      priorities.merge(each.group, each.priority.group(), Math::max);
      groups.computeIfAbsent(each.group, any -> new ArrayList<>()).add(each);
    }
    Map<String, List<Placed<T>>> sorted = new LinkedHashMap<>();
    groups.keySet().stream()
        .sorted(
            Comparator.comparingInt((String group) -> -priorities.getOrDefault(group, 0))
                .thenComparing(Comparator.naturalOrder()))
        .forEach(group -> sorted.put(group, groups.getOrDefault(group, List.of())));
    sorted.values().forEach(list -> list.sort(versions(Placed::priority, Placed::version)));
    return sorted;
  }

  private static <T> Comparator<T> versions(
      Function<T, GroupVersionPriority> priority, Function<T, String> version) {
    return Comparator.comparingInt((T each) -> -priority.apply(each).version())
        .thenComparing(version, ApiVersions.ORDER);
  }
}
