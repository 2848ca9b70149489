package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.MetadataValidation;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.resource.type.WriteRules;
import dev.rheo.resource.type.WriteRules.MetadataTurn;

/**
 * Refuses objects that must not be stored, with upstream's causes. What is demanded of metadata is
 * the same for all kinds; the rest is said by the {@link WriteRules} of the kind. Objects are in
 * the version in which they are checked, defaulted and prepared.
 */
public final class Validation {
  private Validation() {}

  /**
   * Validates a new object.
   *
   * @throws ApiException 422 Invalid with a cause for each fault, up to a limit
   */
  public static void create(ObjectNode object, ResourceType type, WriteContext context) {
    FieldErrors errors = new FieldErrors();
    WriteRules rules = type.rules();
    MetadataTurn turn = rules.metadataTurn();
    if (turn == MetadataTurn.FIRST) {
      MetadataValidation.create(object, type, errors);
    }
    rules.create(object, errors);
    if (turn == MetadataTurn.LAST || (turn == MetadataTurn.ALONE && errors.isEmpty())) {
      MetadataValidation.create(object, type, errors);
    }
    refuse(object, type, errors);
    rules.warn(object, null, "", context::warn);
  }

  /**
   * Validates an object that replaces another. The caller checks whether a resourceVersion is
   * required.
   *
   * @param subresource empty for a main write
   * @throws ApiException 422 Invalid with a cause for each fault, up to a limit
   */
  public static void update(
      ObjectNode object,
      ObjectNode old,
      ResourceType type,
      String subresource,
      WriteContext context) {
    FieldErrors errors = new FieldErrors();
    WriteRules rules = type.rules();
    MetadataValidation.update(object, old, type, errors);
    rules.update(object, old, subresource, errors, context::warn);
    refuse(object, type, errors);
    rules.warn(object, old, subresource, context::warn);
  }

  private static void refuse(ObjectNode object, ResourceType type, FieldErrors errors) {
    // As upstream, by the group in which the kind is stored: that of Events is the core group.
    errors.refuse(type.storage().groupResource().group(), type.kind(), Trees.name(object));
  }
}
