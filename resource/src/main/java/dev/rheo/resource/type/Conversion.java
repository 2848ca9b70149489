package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Converts objects between the version in which a resource is served and the version in which it is
 * stored; {@link ResourceType#conversion()} has that of a type. Immutable and thread-safe.
 */
public interface Conversion {
  /** For a resource that is served as it is stored, or not stored at all. */
  Conversion IDENTITY =
      new Conversion() {
        @Override
        public boolean isIdentity() {
          return true;
        }

        @Override
        public ObjectNode toStored(ObjectNode object) {
          return object;
        }

        @Override
        public ObjectNode fromStored(ObjectNode stored) {
          return stored;
        }
      };

  /** Whether stored objects are served without conversion. */
  boolean isIdentity();

  /**
   * Whether stored and served objects are the same from {@code metadata} on, so that they share
   * their forms: the versions differ in nothing but their name.
   */
  default boolean sharesForms() {
    return isIdentity();
  }

  /** Converts an object to the stored version, in place, and returns it. */
  ObjectNode toStored(ObjectNode object);

  /** Converts a stored object to the served version, in place, and returns it. */
  ObjectNode fromStored(ObjectNode stored);
}
