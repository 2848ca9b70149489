package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import java.util.List;

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

  /**
   * Whether somebody outside is asked, such as a webhook: a conversion may then take half a minute
   * and may be refused, and nothing of an object but its name is sure to stay the same.
   */
  default boolean isOutside() {
    return false;
  }

  /**
   * Converts an object to the stored version, and returns it: the given one, modified, or another.
   *
   * @throws ApiException if it is converted {@linkplain #isOutside outside}, and that failed
   */
  ObjectNode toStored(ObjectNode object);

  /**
   * Converts a stored object to the served version, and returns it: the given one, modified, or
   * another.
   *
   * @throws ApiException if it is converted {@linkplain #isOutside outside}, and that failed
   */
  ObjectNode fromStored(ObjectNode stored);

  /**
   * Converts stored objects as {@link #fromStored(ObjectNode)} does, with one question for all if
   * they are converted {@linkplain #isOutside outside}.
   *
   * @return the objects in the same order
   */
  default List<ObjectNode> fromStored(List<ObjectNode> stored) {
    return stored.stream().map(this::fromStored).toList();
  }
}
