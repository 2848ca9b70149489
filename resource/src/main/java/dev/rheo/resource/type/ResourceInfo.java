package dev.rheo.resource.type;

import dev.rheo.api.name.GroupResource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What discovery tells of one resource in one version.
 *
 * @param group empty for the core group
 * @param plural the name in paths
 * @param verbs a subset of {@code create delete deletecollection get list patch update watch}
 * @param storageVersionHash upstream's hash of the storage version; empty if objects are not stored
 * @param subresources by name, in the order of discovery
 */
public record ResourceInfo(
    String group,
    String version,
    String plural,
    String singular,
    String kind,
    boolean namespaced,
    Set<String> verbs,
    List<String> shortNames,
    List<String> categories,
    String storageVersionHash,
    Map<String, Subresource> subresources) {

  /** The {@code apiVersion} of objects: {@code v1}, {@code apps/v1}. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** The plural and the group, as in error messages: {@code deployments.apps}. */
  public GroupResource groupResource() {
    return new GroupResource(group, plural);
  }
}
