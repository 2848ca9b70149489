package dev.rheo.resource.defaults;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.Defaults;
import org.jspecify.annotations.Nullable;

/**
 * The defaults of a built-in type, which kube-apiserver sets when it decodes an object.
 *
 * <p>A default belongs to a Go type and applies wherever the type occurs: the spec of a pod
 * template has the defaults of a pod's spec. Constant defaults are in {@code defaults.txt};
 * computed ones are functions of {@link CoreDefaults} and {@link GroupDefaults}.
 *
 * <p>Compiled on first use to shorten startup. Thread-safe: two threads may both compile them,
 * which does no harm.
 */
public final class BuiltInDefaults implements Defaults {
  private final ObjectType type;
  private volatile @Nullable DefaultPlan plan;

  public BuiltInDefaults(ObjectType type) {
    this.type = type;
  }

  @Override
  public void apply(ObjectNode object) {
    DefaultPlan compiled = plan;
    if (compiled == null) {
      compiled = DefaultPlan.of(type);
      plan = compiled;
    }
    Meter.Tally tally = Meter.tally();
    compiled.apply(object, tally);
    tally.settle();
  }
}
