package dev.rheo.resource.type;

import dev.rheo.api.name.GroupResource;
import dev.rheo.codec.json.SelectableField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One collection of the store. Each resource that is served, in whatever version or group, is a
 * view of one of these: HorizontalPodAutoscaler v1 and v2 share one, as do the Events of the core
 * group and of {@code events.k8s.io}.
 *
 * @param name {@code pods}, {@code deployments.apps}
 * @param groupResource the same in parts
 * @param keyPrefix where its objects stand, with a slash at the end: {@code
 *     /registry/deployments/}. kube-apiserver's own layout, so that both could serve one etcd
 * @param apiVersion of the stored form
 * @param kind of the stored form
 * @param namespaced whether keys are {@code prefix + namespace + "/" + name}, else {@code prefix +
 *     name}
 * @param fields what field selectors may name besides {@code metadata.name} and {@code
 *     metadata.namespace}, as paths in the stored form
 */
public record StoredResource(
    String name,
    GroupResource groupResource,
    String keyPrefix,
    String apiVersion,
    String kind,
    boolean namespaced,
    List<SelectableField> fields) {

  /**
   * The key of one object.
   *
   * @param namespace null or empty for a resource of the cluster
   */
  public String key(@Nullable String namespace, String name) {
    return namespaced ? keyPrefix + namespace + "/" + name : keyPrefix + name;
  }

  /** The prefix of the keys of a namespace; of all keys if the namespace is null or empty. */
  public String prefix(@Nullable String namespace) {
    return !namespaced || namespace == null || namespace.isEmpty()
        ? keyPrefix
        : keyPrefix + namespace + "/";
  }

  @Override
  public String toString() {
    return name;
  }
}
