package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;
import org.jspecify.annotations.Nullable;

/**
 * A write that is to be admitted.
 *
 * @param namespace empty for a cluster-scoped resource
 * @param subresource empty for the object itself
 * @param object in the stored API version, defaulted
 * @param old the object before an update, null for a create; not changed
 */
public record AdmissionRequest(
    ResourceType type,
    String namespace,
    String name,
    String subresource,
    ObjectNode object,
    @Nullable ObjectNode old) {

  /** Whether the resource with this name in the store is written, not a part of it. */
  boolean isOf(String resource) {
    return subresource.isEmpty() && type.storage().name().equals(resource);
  }

  boolean isCreate() {
    return old == null;
  }

  /** The refusal of a plugin. */
  ApiException forbidden(String why) {
    String own = Trees.name(object);
    String generated = Trees.text(object, "metadata", "generateName");
    // An object whose name is yet to be made is called by its prefix, as upstream does.
    return ApiException.forbidden(
        type.groupResource(), !own.isEmpty() ? own : generated.isEmpty() ? name : generated, why);
  }
}
