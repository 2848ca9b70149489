package dev.rheo.resource.type;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The registry in force, which is swapped as a whole: a request that has taken it sees one set of
 * types to its end. Thread-safe.
 */
public final class ServedTypes implements Supplier<ResourceRegistry> {
  private volatile ResourceRegistry current;

  public ServedTypes(ResourceRegistry first) {
    current = first;
  }

  /** The registry in force now. */
  @Override
  public ResourceRegistry get() {
    return current;
  }

  /** Replaces the registry by what {@code change} makes of it. One change is made at a time. */
  public synchronized void update(UnaryOperator<ResourceRegistry> change) {
    current = change.apply(current);
  }
}
