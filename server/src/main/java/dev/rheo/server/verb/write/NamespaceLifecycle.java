package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.store.RevisionStore.Op;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Refuses creates in a namespace that does not exist or is being deleted: upstream's admission
 * plugin NamespaceLifecycle, made exact by a condition on the namespace's revision.
 */
final class NamespaceLifecycle {
  private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

  /** Namespaces to remember. Most writes are to a few. */
  private static final int REMEMBERED = 256;

  private final Versions versions;
  private final StoredResource namespaces;

  /** Versions of namespaces that are not being deleted, by the hash of the key. */
  private final AtomicReferenceArray<@Nullable Alive> alive =
      new AtomicReferenceArray<>(REMEMBERED);

  private record Alive(String key, long revision) {}

  NamespaceLifecycle(ResourceRegistry registry, Versions versions) {
    this.versions = versions;
    this.namespaces = Objects.requireNonNull(registry.stored("namespaces"));
  }

  /**
   * Checks that an object may be created in its namespace.
   *
   * @param fresh whether to read the store, and to rely on nothing that is remembered
   * @return the conditions under which to commit it
   * @throws ApiException 404 if the namespace does not exist, 403 if it is being deleted
   */
  List<Op> admitCreate(ObjectPath path, boolean fresh) {
    if (!path.type().namespaced()) {
      return List.of();
    }
    String namespace = path.namespace();
    String key = namespaces.key(null, namespace);
    int slot = Math.floorMod(key.hashCode(), REMEMBERED);
    Alive known = fresh ? null : alive.get(slot);
    if (known != null
        && known.key().equals(key)
        && known.revision() == versions.cachedRevision(namespaces, key)) {
      return List.of(new Op.Check(key, known.revision()));
    }
    Version version = versions.current(namespaces, key);
    if (version == null) {
      throw ApiException.notFound(namespaces.groupResource(), namespace);
    }
    if (isTerminating(version)) {
      throw ApiException.forbidden(
              path.groupResource(),
              path.name(),
              "unable to create new content in namespace "
                  + namespace
                  + " because it is being terminated")
          .withCause(
              new Cause(
                  "NamespaceTerminating",
                  "namespace " + namespace + " is being terminated",
                  "metadata.namespace"));
    }
    alive.set(slot, new Alive(key, version.revision()));
    return List.of(new Op.Check(key, version.revision()));
  }

  /**
   * @throws ApiException 403 for a namespace that every cluster needs
   */
  static void admitDelete(ObjectPath path) {
    if (path.isNamespace() && IMMORTAL.contains(path.name())) {
      throw ApiException.forbidden(
          path.groupResource(), path.name(), "this namespace may not be deleted");
    }
  }

  private static boolean isTerminating(Version version) {
    // Not by status.phase, which clients may write.
    return Meta.of(version.tree()).isDeleting();
  }
}
