package dev.rheo.cache;

import dev.rheo.codec.json.SelectableField;
import java.util.List;

/**
 * A resource that the cache serves.
 *
 * @param name the group resource: {@code secrets}, {@code deployments.apps}
 * @param keyPrefix the store's prefix of its keys, ending in {@code /}, for example {@code
 *     /registry/secrets/}. What follows it in a key is {@code namespace/name} or {@code name}
 * @param namespaced whether the keys carry a namespace
 * @param fields what a field selector may name; {@code metadata.name} and {@code
 *     metadata.namespace} need not be among them
 */
public record CachedResource(
    String name, String keyPrefix, boolean namespaced, List<SelectableField> fields) {
  public CachedResource {
    fields = List.copyOf(fields);
    if (!keyPrefix.endsWith("/")) {
      throw new IllegalArgumentException("a key prefix ends in '/': " + keyPrefix);
    }
  }
}
