package dev.rheo.resource.type;

import dev.rheo.api.name.GroupResource;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.codec.schema.ObjectType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One collection of the store. Each served resource whose objects are stored is a view of one
 * collection: HorizontalPodAutoscaler v1 and v2 share one, as do the Events of the core group and
 * of {@code events.k8s.io}.
 *
 * @param name {@code pods}, {@code deployments.apps}
 * @param groupResource the name, split into group and plural
 * @param keyPrefix prefix of the objects' keys, with a slash at the end: {@code
 *     /registry/deployments/}. The layout is kube-apiserver's, so that both could serve one etcd
 * @param apiVersion of the stored objects
 * @param kind of the stored objects
 * @param schema of the stored objects
 * @param namespaced whether keys are {@code prefix + namespace + "/" + name}, else {@code prefix +
 *     name}
 * @param fields what field selectors may name besides {@code metadata.name} and {@code
 *     metadata.namespace}, as paths in the stored objects
 * @param rules what writes must fulfil
 */
public record StoredResource(
    String name,
    GroupResource groupResource,
    String keyPrefix,
    String apiVersion,
    String kind,
    Schema schema,
    boolean namespaced,
    List<SelectableField> fields,
    WriteRules rules) {

  /** The fields of the stored objects. */
  public ObjectType objectType() {
    return schema.object();
  }

  /** The defaults of the stored objects. */
  public Defaults defaults() {
    return schema.defaults();
  }

  /**
   * The key of one object.
   *
   * @param namespace null or empty for a cluster-scoped resource
   */
  public String key(@Nullable String namespace, String name) {
    return namespaced ? keyPrefix + namespace + "/" + name : keyPrefix + name;
  }

  @Override
  public String toString() {
    return name;
  }
}
