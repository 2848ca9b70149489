package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.ResourceType;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The defaults of the built-in types, which kube-apiserver sets when it decodes an object. They are
 * idempotent: they change nothing in a defaulted object.
 *
 * <p>A default belongs to a Go type and applies wherever the type occurs: the spec of a pod
 * template has the defaults of a pod's spec. Constant defaults are in {@code defaults.txt};
 * computed ones are functions of {@link CoreDefaults} and {@link GroupDefaults}. Values must have
 * the JSON types of their fields; the caller checks that first.
 */
public final class Defaults {
  private static final ConcurrentMap<String, DefaultPlan> PLANS = new ConcurrentHashMap<>();

  private Defaults() {}

  /** Sets the defaults of an object in the version of {@code type}, in place. */
  public static void apply(ObjectNode object, ResourceType type) {
    apply(object, type.objectType());
  }

  /** Sets the defaults of an object that is not a resource, such as a subresource's, in place. */
  public static void apply(ObjectNode object, ObjectType type) {
    Meter.Tally tally = Meter.tally();
    PLANS.computeIfAbsent(type.goName(), any -> DefaultPlan.of(type)).apply(object, tally);
    tally.settle();
  }
}
