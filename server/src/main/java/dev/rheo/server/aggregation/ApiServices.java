package dev.rheo.server.aggregation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The APIServices at one moment. Immutable: a change makes a new one, which takes its place. */
public final class ApiServices {
  public static final ApiServices NONE = new ApiServices(List.of());

  private final List<ApiService> all;
  private final Map<String, ApiService> byVersion = new HashMap<>();

  /**
   * @param all in the order of their names
   */
  public ApiServices(List<ApiService> all) {
    this.all = List.copyOf(all);
    for (ApiService each : this.all) {
      byVersion.put(key(each.group(), each.version()), each);
    }
  }

  /** All of them, in the order of their names. */
  public List<ApiService> all() {
    return all;
  }

  /** The one for a group version, or null if there is none. */
  public @Nullable ApiService of(String group, String version) {
    return byVersion.get(key(group, version));
  }

  private static String key(String group, String version) {
    return version + "." + group;
  }
}
