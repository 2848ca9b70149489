package dev.rheo.server.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The defaulting functions of the built-in types: what kube-apiserver fills in when an object is
 * decoded, before anything else looks at it. Idempotent: defaults of a defaulted object change
 * nothing.
 */
public final class Defaults {
  private Defaults() {}

  /** Fills in what the object, given in the version of {@code type}, leaves open. In place. */
  public static void apply(ObjectNode object, ResourceType type) {
    throw new UnsupportedOperationException();
  }
}
