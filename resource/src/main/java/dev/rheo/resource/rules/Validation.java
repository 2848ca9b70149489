package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;

/**
 * Refuses objects that must not be stored, with upstream's causes. It checks metadata, the fields
 * without which controllers cannot work, and the immutability on which clients depend; upstream
 * checks far more. Objects are in the stored version, defaulted and prepared.
 */
public final class Validation {
  private Validation() {}

  /**
   * Validates a new object.
   *
   * @throws ApiException 422 Invalid with a cause for each fault, up to a limit
   */
  public static void create(ObjectNode object, ResourceType type) {
    FieldErrors errors = new FieldErrors();
    MetadataValidation.create(object, type, errors);
    SpecValidation.validate(object, type.storage().name(), errors);
    if (type.storage().name().equals(SigningRequestRules.RESOURCE)) {
      SigningRequestRules.create(object, errors);
    }
    refuse(object, type, errors);
  }

  /**
   * Validates an object that replaces another. The caller checks whether a resourceVersion is
   * required.
   *
   * @param subresource empty for a main write
   * @throws ApiException 422 Invalid with a cause for each fault, up to a limit
   */
  public static void update(
      ObjectNode object, ObjectNode old, ResourceType type, String subresource) {
    FieldErrors errors = new FieldErrors();
    String resource = type.storage().name();
    MetadataValidation.update(object, old, errors);
    if (subresource.isEmpty()) {
      SpecValidation.validate(object, resource, errors);
      ImmutableFields.validate(object, old, resource, errors);
      UpdateValidation.validate(object, old, resource, errors);
    } else if (subresource.equals("status")) {
      UpdateValidation.validateStatus(object, resource, errors);
    } else if (resource.equals("pods")) {
      SpecValidation.validate(object, resource, errors);
      PodSubresourceRules.validate(object, old, subresource, errors);
    }
    if (resource.equals(SigningRequestRules.RESOURCE)) {
      SigningRequestRules.update(object, old, subresource, errors);
    }
    refuse(object, type, errors);
  }

  private static void refuse(ObjectNode object, ResourceType type, FieldErrors errors) {
    errors.refuse(type.group(), type.kind(), Trees.name(object));
  }
}
