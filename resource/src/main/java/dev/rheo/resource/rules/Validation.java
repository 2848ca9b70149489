package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;

/**
 * Refuses objects that must not be stored: metadata, the fields without which controllers cannot
 * work, and the immutability on which clients depend, with upstream's causes. It is far from all
 * that upstream checks. Objects are in the stored version, defaulted and prepared.
 */
public final class Validation {
  private Validation() {}

  /**
   * A new object.
   *
   * @throws ApiException 422 Invalid with a cause for each fault
   */
  public static void create(ObjectNode object, ResourceType type) {
    FieldErrors errors = new FieldErrors();
    MetadataRules.create(object, type, errors);
    SpecRules.validate(object, type.storage().name(), errors);
    refuse(object, type, errors);
  }

  /**
   * An object that replaces another. Whether a resourceVersion must be given is for the caller to
   * see.
   *
   * @param subresource empty for a main write
   * @throws ApiException 422 Invalid with a cause for each fault
   */
  public static void update(
      ObjectNode object, ObjectNode old, ResourceType type, String subresource) {
    FieldErrors errors = new FieldErrors();
    String resource = type.storage().name();
    MetadataRules.update(object, old, errors);
    if (subresource.isEmpty()) {
      SpecRules.validate(object, resource, errors);
      ImmutableFields.validate(object, old, resource, errors);
      UpdateRules.validate(object, old, resource, errors);
    } else if (subresource.equals("status")) {
      UpdateRules.validateStatus(object, resource, errors);
    } else if (resource.equals("pods")) {
      SpecRules.validate(object, resource, errors);
      PodSubresourceRules.validate(object, old, subresource, errors);
    }
    refuse(object, type, errors);
  }

  private static void refuse(ObjectNode object, ResourceType type, FieldErrors errors) {
    errors.refuse(type.group(), type.kind(), Trees.name(object));
  }
}
