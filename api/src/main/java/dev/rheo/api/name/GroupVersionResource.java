package dev.rheo.api.name;

/**
 * A resource in one version.
 *
 * @param group empty for the core group
 * @param resource the plural
 */
public record GroupVersionResource(String group, String version, String resource) {

  public GroupResource groupResource() {
    return new GroupResource(group, resource);
  }

  /** The {@code apiVersion} of objects: {@code v1} or {@code apps/v1}. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** As upstream prints it: {@code apps/v1, Resource=deployments}. */
  @Override
  public String toString() {
    return group + "/" + version + ", Resource=" + resource;
  }
}
