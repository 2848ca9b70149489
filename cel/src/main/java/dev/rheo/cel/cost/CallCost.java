package dev.rheo.cel.cost;

import org.jspecify.annotations.Nullable;

/**
 * What a call costs, without its arguments.
 *
 * @param size of its result; null if it is not known
 */
record CallCost(Range cost, @Nullable Range size) {
  static final CallCost ONE = of(Range.ONE);

  static CallCost of(Range cost) {
    return new CallCost(cost, null);
  }
}
