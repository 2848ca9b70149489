package dev.rheo.server.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What the server does to an object before it is validated and stored: upstream's {@code
 * BeforeCreate} and {@code BeforeUpdate} with the strategies of its registries. The objects are in
 * the stored version and defaulted; they are changed in place.
 *
 * <p>The caller has set name, namespace, uid and creationTimestamp of a new object.
 */
public final class Prepare {
  private Prepare() {}

  /** Before a create: status, generation, and what the server itself fills in. */
  public static void forCreate(ObjectNode object, ResourceType type, WriteContext context) {
    throw new UnsupportedOperationException();
  }

  /**
   * Before an update: what this write may not change is taken from {@code old}, the generation is
   * bumped when it must be.
   *
   * @param subresource {@code ""} for a main write, else {@code status}, {@code finalize}, {@code
   *     approval}, …
   */
  public static void forUpdate(
      ObjectNode object,
      ObjectNode old,
      ResourceType type,
      String subresource,
      WriteContext context) {
    throw new UnsupportedOperationException();
  }
}
