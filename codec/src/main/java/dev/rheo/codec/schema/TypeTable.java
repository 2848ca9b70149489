package dev.rheo.codec.schema;

import org.jspecify.annotations.Nullable;

/** The types of one Kubernetes release. */
public final class TypeTable {
  /** The types of the release that this build serves. */
  public static TypeTable builtIn() {
    throw new UnsupportedOperationException();
  }

  /** The type of a kind, or null: {@code type("apps/v1", "Deployment")}. */
  public @Nullable ObjectType type(String apiVersion, String kind) {
    throw new UnsupportedOperationException();
  }

  /** The type of that Go name, such as {@code k8s.io/api/core/v1.PodSpec}, or null. */
  public @Nullable ObjectType byGoName(String goName) {
    throw new UnsupportedOperationException();
  }
}
