package dev.rheo.api.name;

/**
 * A resource, independent of its version.
 *
 * @param group empty for the core group
 * @param resource the plural
 */
public record GroupResource(String group, String resource) {

  public boolean isEmpty() {
    return group.isEmpty() && resource.isEmpty();
  }

  /** {@code secrets} or {@code deployments.apps}. */
  @Override
  public String toString() {
    return group.isEmpty() ? resource : resource + "." + group;
  }
}
