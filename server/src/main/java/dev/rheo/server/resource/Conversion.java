package dev.rheo.server.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Between the version in which a resource is served and the one in which it is stored. Both are the
 * same for all but HorizontalPodAutoscaler v1 and the Events of {@code events.k8s.io}.
 */
public final class Conversion {
  private Conversion() {}

  /** Whether the stored form can be served as it is. */
  public static boolean isIdentity(ResourceType type) {
    throw new UnsupportedOperationException();
  }

  /** The object in the stored version; the same instance, changed in place. */
  public static ObjectNode toStored(ObjectNode object, ResourceType from) {
    throw new UnsupportedOperationException();
  }

  /** The stored object in the version of {@code to}; the same instance, changed in place. */
  public static ObjectNode fromStored(ObjectNode stored, ResourceType to) {
    throw new UnsupportedOperationException();
  }

  /**
   * A stored form in the version of {@code to}, canonical. An empty resourceVersion stays in its
   * place, empty; another is kept.
   */
  public static byte[] convert(byte[] storedForm, ResourceType to) {
    throw new UnsupportedOperationException();
  }
}
