package dev.rheo.merge.manager;

import org.jspecify.annotations.Nullable;

/** Converts objects between the API versions of their kind. */
@FunctionalInterface
public interface VersionConverter {
  /**
   * @param object in any version; not changed
   * @return the object in {@code apiVersion}; null if there is no such version
   */
  @Nullable Typed convert(Typed object, String apiVersion);
}
