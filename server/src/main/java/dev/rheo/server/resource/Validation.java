package dev.rheo.server.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Refuses objects that must not be stored: metadata, required fields, and the immutability on which
 * clients depend. Objects are in the stored version, defaulted and prepared.
 */
public final class Validation {
  private Validation() {}

  /**
   * @throws dev.rheo.api.status.ApiException 422 Invalid with a cause for each fault
   */
  public static void create(ObjectNode object, ResourceType type) {
    // next
  }

  /**
   * @param subresource {@code ""} for a main write
   * @throws dev.rheo.api.status.ApiException 422 Invalid with a cause for each fault
   */
  public static void update(
      ObjectNode object, ObjectNode old, ResourceType type, String subresource) {
    // next
  }
}
