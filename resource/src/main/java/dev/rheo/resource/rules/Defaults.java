package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.ResourceType;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The defaults of the built-in types: what kube-apiserver fills in when an object is decoded,
 * before anything else looks at it. Idempotent: the defaults of a defaulted object change nothing.
 *
 * <p>A default belongs to a Go type and holds wherever that type stands: a pod template has those
 * of a pod. Most are values of {@code defaults.txt}; those that depend on something are functions
 * of {@link CoreDefaults} and {@link GroupDefaults}. A tree whose values have the wrong JSON type
 * gets no sense out of this; have it checked first.
 */
public final class Defaults {
  private static final ConcurrentMap<String, DefaultPlan> PLANS = new ConcurrentHashMap<>();

  private Defaults() {}

  /** Fills in, in place, what the object, given in the version of {@code type}, leaves open. */
  public static void apply(ObjectNode object, ResourceType type) {
    apply(object, type.objectType());
  }

  /** The same for an object that is no resource: what a subresource takes. */
  public static void apply(ObjectNode object, ObjectType type) {
    Meter.Tally tally = Meter.tally();
    PLANS.computeIfAbsent(type.goName(), any -> DefaultPlan.of(type)).apply(object, tally);
    tally.settle();
  }
}
