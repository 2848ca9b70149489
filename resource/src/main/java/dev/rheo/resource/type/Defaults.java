package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The defaults of a kind in one API version. They are idempotent: they change nothing in a
 * defaulted object. Thread-safe.
 */
@FunctionalInterface
public interface Defaults {
  /**
   * Sets the defaults of an object, in place. Values must have the JSON types of their fields; the
   * caller checks that first. What is added is charged to the thread's meter.
   */
  void apply(ObjectNode object);
}
