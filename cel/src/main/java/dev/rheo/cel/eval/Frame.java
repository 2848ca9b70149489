package dev.rheo.cel.eval;

import dev.rheo.codec.io.Meter;
import org.jspecify.annotations.Nullable;

/** The state of one evaluation. Not thread-safe. */
final class Frame {
  /** Iterations of a loop after which it is asked whether anybody waits for the result. */
  private static final int CHECKED_EVERY = 100;

  final Variables variables;

  /** Values of the variables of loops; an exception is the value of what has none. */
  final @Nullable Object[] locals;

  private final long limit;
  private long cost;
  private int iterations;

  Frame(Variables variables, int locals, long limit) {
    this.variables = variables;
    this.locals = new @Nullable Object[locals];
    this.limit = limit;
  }

  void charge(long amount) {
    cost += amount;
    if (cost > limit || cost < 0) {
      throw new CostExceededException();
    }
  }

  void iterate() {
    if (++iterations % CHECKED_EVERY == 0) {
      Meter.check();
    }
  }

  long cost() {
    return cost;
  }
}
