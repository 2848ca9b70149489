package dev.rheo.api.name;

/**
 * A kind in one version.
 *
 * @param group empty for the core group
 */
public record GroupVersionKind(String group, String version, String kind) {

  /**
   * @param apiVersion {@code v1} or {@code apps/v1}
   */
  public static GroupVersionKind of(String apiVersion, String kind) {
    int slash = apiVersion.indexOf('/');
    return slash < 0
        ? new GroupVersionKind("", apiVersion, kind)
        : new GroupVersionKind(
            apiVersion.substring(0, slash), apiVersion.substring(slash + 1), kind);
  }

  /** The {@code apiVersion} of objects: {@code v1} or {@code apps/v1}. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** As upstream prints it: {@code apps/v1, Kind=Deployment}. */
  @Override
  public String toString() {
    return group + "/" + version + ", Kind=" + kind;
  }
}
