package dev.rheo.resource.type;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The place of a group version in discovery. Groups and versions of higher priority come first.
 *
 * @param group the priority of the group; that of a group with several versions is the highest
 * @param version the priority of the version within the group
 */
public record GroupVersionPriority(int group, int version) {
  /** That of versions of custom resources. */
  public static final GroupVersionPriority CUSTOM = new GroupVersionPriority(1000, 100);

  /**
   * That of the group of the APIServices themselves: before all others, and above what an
   * APIService can say.
   */
  private static final GroupVersionPriority FIRST = new GroupVersionPriority(20_001, 0);

  /** That of a group version of which nothing is said. */
  private static final GroupVersionPriority DEFAULT = new GroupVersionPriority(1000, 15);

  /** A group version; the group is empty for the core group. */
  public record GroupVersion(String group, String version) {
    /** The name of its APIService. */
    public String apiService() {
      return version + "." + group;
    }
  }

  private static final Map<GroupVersion, GroupVersionPriority> BUILT_IN = read();

  /**
   * The built-in group versions that have an APIService, in the order of the table {@code
   * priorities.txt}: all but that of the APIServices themselves.
   */
  public static Map<GroupVersion, GroupVersionPriority> builtIn() {
    return BUILT_IN;
  }

  /** The priority of a group version with built-in resources. */
  public static GroupVersionPriority ofBuiltIn(String group, String version) {
    GroupVersionPriority priority = BUILT_IN.get(new GroupVersion(group, version));
    if (priority != null) {
      return priority;
    }
    return group.equals("apiregistration.k8s.io") ? FIRST : DEFAULT;
  }

  private static Map<GroupVersion, GroupVersionPriority> read() {
    Map<GroupVersion, GroupVersionPriority> all = new LinkedHashMap<>();
    FactTable.read(
        GroupVersionPriority.class,
        "priorities.txt",
        c ->
            all.put(
                new GroupVersion(FactTable.text(c[1]), c[2]),
                new GroupVersionPriority(Integer.parseInt(c[3]), Integer.parseInt(c[4]))));
    return Collections.unmodifiableMap(all);
  }
}
