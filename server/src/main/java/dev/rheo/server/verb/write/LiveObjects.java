package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.Entry;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.security.token.BoundObjects;
import dev.rheo.store.RevisionStore;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Single objects for authentication and admission: from the watch cache, or from the store where
 * the cache may lag behind. Thread-safe.
 */
public final class LiveObjects implements BoundObjects {

  private final WatchCache cache;
  private final Versions versions;
  private final Map<Kind, StoredResource> resources = new EnumMap<>(Kind.class);

  public LiveObjects(RevisionStore store, WatchCache cache, ResourceRegistry registry) {
    this.cache = cache;
    this.versions = new Versions(store, cache);
    for (Kind kind : Kind.values()) {
      resources.put(kind, Objects.requireNonNull(registry.stored(kind.plural())));
    }
  }

  @Override
  public long revision(Key key) {
    if (!cache.ready()) {
      return -1;
    }
    StoredResource resource = resource(key.kind());
    String path = resource.key(key.namespace(), key.name());
    Entry entry =
        cache.resource(resource.name()).get(path.substring(resource.keyPrefix().length()));
    return entry == null ? 0 : entry.revision();
  }

  @Override
  public BoundObjects.@Nullable Seen read(Key key, String uid) {
    StoredResource resource = resource(key.kind());
    String path = resource.key(key.namespace(), key.name());
    Versions.Known known = versions.cachedOrCurrent(resource, path);
    BoundObjects.Seen found = seen(known.version());
    if (!known.fresh() && (found == null || !found.uid().equals(uid))) {
      found = seen(versions.current(resource, path));
    }
    return found;
  }

  private static BoundObjects.@Nullable Seen seen(@Nullable Version version) {
    if (version == null) {
      return null;
    }
    ObjectHeader header = ObjectHeader.scan(version.form(), List.of());
    return new BoundObjects.Seen(
        version.revision(),
        header.uid(),
        // Most objects are not being deleted and need no tree.
        header.deleting() ? Meta.of(version.tree()).deletionTimestamp() : null);
  }

  /** A service account by the cache, else by the store; null if there is none. */
  public @Nullable ObjectNode serviceAccount(String namespace, String name) {
    StoredResource resource = resource(Kind.SERVICE_ACCOUNT);
    String path = resource.key(namespace, name);
    Versions.Known known = versions.cachedOrCurrent(resource, path);
    Version version = known.version();
    if (version == null && !known.fresh()) {
      version = versions.current(resource, path);
    }
    return version == null ? null : version.tree();
  }

  /** An object in the store, or null. */
  @Nullable ObjectNode current(Key key) {
    StoredResource resource = resource(key.kind());
    Version version = versions.current(resource, resource.key(key.namespace(), key.name()));
    return version == null ? null : version.tree();
  }

  private StoredResource resource(Kind kind) {
    return Objects.requireNonNull(resources.get(kind));
  }
}
