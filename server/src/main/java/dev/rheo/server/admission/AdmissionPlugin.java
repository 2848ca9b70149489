package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.ResourceType;

/** Changes or refuses objects that are created. Thread-safe. */
@FunctionalInterface
public interface AdmissionPlugin {

  /**
   * Admits an object before the rules of its kind are applied. May be called several times for one
   * request, each time with another copy.
   *
   * @param object in the stored version, defaulted; changed
   * @param namespace empty at cluster scope
   * @throws ApiException to refuse, with 403 as a rule
   */
  void create(ObjectNode object, ResourceType type, String namespace);
}
