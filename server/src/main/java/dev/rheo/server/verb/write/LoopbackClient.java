package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The verbs for the server's own controllers, who use them like upstream's loopback client: every
 * rule for objects applies, but there is neither HTTP nor a user. Objects are trees in the stored
 * API version.
 *
 * <p>Thread-safe. Calls block and belong on virtual threads. They throw an {@link ApiException}
 * with the Status of a refusal, as {@link Writes} does.
 */
public final class LoopbackClient {
  private static final DeleteOptions IN_BACKGROUND =
      new DeleteOptions(null, DeleteOptions.BACKGROUND, null, null, null, false);

  private final Writes writes;

  public LoopbackClient(Writes writes) {
    this.writes = writes;
  }

  /** The object in the store, or null. The tree is the caller's. */
  public @Nullable ObjectNode get(ObjectPath path) {
    Version version = writes.committer().current(path);
    return version == null ? null : version.tree();
  }

  /**
   * The metadata of the object in the store, or null. Without the managed fields, and with the
   * resourceVersion. Takes less memory than {@link #get}. The tree is the caller's.
   */
  public @Nullable ObjectNode metadata(ObjectPath path) {
    Version version = writes.committer().current(path);
    if (version == null) {
      return null;
    }
    Meta meta = MetadataEdit.ofMetadata(version, path.type()).meta();
    meta.resourceVersion(Long.toString(version.revision()));
    return meta.tree();
  }

  /**
   * Deletes an object, as a request with these options does.
   *
   * @throws ApiException 404 if there is no such object, 409 if a precondition fails
   */
  public void delete(ObjectPath path, DeleteOptions options) {
    writes.delete(path, options);
  }

  /**
   * Creates an object.
   *
   * @param path of the collection
   * @param object modified
   */
  public void create(ObjectPath path, ObjectNode object) {
    writes.createObject(path, object, WriteOptions.none(), context());
  }

  /**
   * Changes an object, or the part of it that a subresource exposes. Repeated until no other write
   * comes in between.
   *
   * @param change changes the tree and returns true, or returns false to leave the object as it is;
   *     may be called several times, each time with another tree
   * @throws ApiException 404 if there is no such object
   */
  public void update(ObjectPath path, Predicate<ObjectNode> change) {
    writes.changes().change(path, change, context());
  }

  /**
   * Deletes an object, its dependents in the background. Does nothing if there is no such object.
   */
  public void delete(ObjectPath path) {
    writes.collections().delete(path, IN_BACKGROUND);
  }

  /**
   * Deletes all objects of a collection, their dependents in the background. Objects with
   * finalizers or a grace period remain until these are over.
   *
   * @throws ApiException the first refusal; deletions made before it stay
   */
  public void deleteCollection(ObjectPath path) {
    writes.collections().run(path, ListOptions.none(), IN_BACKGROUND);
  }

  /** Waits until the watch cache reflects every write acknowledged before the call. */
  public void awaitCurrent() {
    writes.collections().awaitCurrent();
  }

  private WriteContext context() {
    return WriteContext.at(writes.clock().instant());
  }
}
