package dev.rheo.server.storage;

import dev.rheo.api.name.GroupResource;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose object a key is: {@code /registry/PREFIX/…} for kinds of Kubernetes, {@code
 * /registry/GROUP/PLURAL/…} for custom resources, as kube-apiserver lays them out. Immutable and
 * thread-safe.
 */
public final class KeyLayout {
  static final String ROOT = "/registry/";

  /** The most slashes of a key after {@link #ROOT} up to the end of a resource's prefix. */
  private static final int DEEPEST = 2;

  private final Map<String, StoredResource> byPrefix = new HashMap<>();

  /**
   * @param registry the kinds of Kubernetes; others need no table
   */
  public KeyLayout(ResourceRegistry registry) {
    for (StoredResource resource : registry.stored()) {
      byPrefix.put(resource.keyPrefix(), resource);
    }
  }

  /** The kind of Kubernetes to which a key belongs, or null. */
  @Nullable StoredResource builtIn(String key) {
    if (!key.startsWith(ROOT)) {
      return null;
    }
    int slash = key.indexOf('/', ROOT.length());
    for (int i = 0; i < DEEPEST && slash > 0; i++) {
      StoredResource found = byPrefix.get(key.substring(0, slash + 1));
      if (found != null) {
        return found;
      }
      slash = key.indexOf('/', slash + 1);
    }
    return null;
  }

  /** The resource to which a key belongs; null if it is no object's, such as a server's lease. */
  public @Nullable GroupResource resource(String key) {
    StoredResource builtIn = builtIn(key);
    if (builtIn != null) {
      return builtIn.groupResource();
    }
    int group = key.startsWith(ROOT) ? key.indexOf('/', ROOT.length()) : -1;
    int plural = group < 0 ? -1 : key.indexOf('/', group + 1);
    // The group of a definition has a dot; what servers keep for themselves has none.
    return plural < 0 || key.indexOf('.', ROOT.length()) > group
        ? null
        : new GroupResource(key.substring(ROOT.length(), group), key.substring(group + 1, plural));
  }
}
