package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import java.util.List;

/**
 * Converts objects between the versions of a definition, for instance by asking a webhook.
 * Thread-safe.
 */
@FunctionalInterface
public interface ObjectConverter {

  /**
   * Converts objects. May take as long as somebody outside takes to answer.
   *
   * @param objects of one kind, each in another version than the desired one; not modified
   * @param apiVersion the desired version
   * @return as many objects in the same order, each of the same kind and with the same metadata,
   *     but for labels and annotations
   * @throws ApiException if they cannot be converted
   */
  List<ObjectNode> convert(List<ObjectNode> objects, String apiVersion);
}
