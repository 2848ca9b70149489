package dev.rheo.cache;

import dev.rheo.codec.json.SelectableField;
import java.util.List;

/**
 * A resource that the cache serves.
 *
 * @param name the group resource: {@code secrets}, {@code deployments.apps}
 * @param keyPrefix prefix of its keys in the store, ending in {@code /}, for example {@code
 *     /registry/secrets/}; the rest of a key is {@code namespace/name} or {@code name}
 * @param namespaced whether the keys contain a namespace
 * @param fields the fields that field selectors may use; {@code metadata.name} and {@code
 *     metadata.namespace} may be left out
 */
public record CachedResource(
    String name, String keyPrefix, boolean namespaced, List<SelectableField> fields) {
  public CachedResource {
    fields = List.copyOf(fields);
    if (!keyPrefix.endsWith("/")) {
      throw new IllegalArgumentException("a key prefix ends in '/': " + keyPrefix);
    }
  }

  /** The names of the fields by which the cache has an index. */
  public List<String> indexed() {
    return fields.stream().filter(SelectableField::indexed).map(SelectableField::name).toList();
  }
}
