package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.store.RevisionStore.Op;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Refuses creates in a namespace that does not exist or is being deleted: upstream's admission
 * plugin NamespaceLifecycle, made exact by a condition on the namespace's revision.
 */
final class NamespaceLifecycle {
  private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

  private final Versions versions;
  private final StoredResource namespaces;

  NamespaceLifecycle(ResourceRegistry registry, Versions versions) {
    this.versions = versions;
    this.namespaces = Objects.requireNonNull(registry.stored("namespaces"));
  }

  /**
   * Checks that an object may be created in its namespace.
   *
   * @param fresh whether to read the store instead of the cache
   * @return the conditions under which to commit it
   * @throws ApiException 404 if the namespace does not exist, 403 if it is being deleted
   */
  List<Op> admitCreate(ObjectPath path, boolean fresh) {
    if (!path.type().namespaced()) {
      return List.of();
    }
    String namespace = path.namespace();
    String key = namespaces.key(null, namespace);
    Version version = fresh ? null : versions.cachedOrCurrent(namespaces, key).version();
    if (version == null || isTerminating(version)) {
      version = versions.current(namespaces, key);
    }
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
