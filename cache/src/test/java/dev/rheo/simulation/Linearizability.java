package dev.rheo.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records what tasks did to an object at the same time, and tells whether it behaved as if they had
 * done it one after the other (Wing and Gong's search). An operation that ended before another
 * began must come first. For tasks of one scheduler.
 *
 * @param <S> the state of the object in the sequential model: immutable, with equals
 */
public final class Linearizability<S> {
  /**
   * What an operation does to the model.
   *
   * @param result compared with what the real operation returned
   */
  public record Outcome<S>(S state, @Nullable Object result) {}

  /** Makes the real operation. */
  @FunctionalInterface
  public interface Call {
    @Nullable Object run() throws Throwable;
  }

  private record Operation<S>(
      String name, Function<S, Outcome<S>> model, @Nullable Object result, long began, long ended) {
    @Override
    public String toString() {
      return "%d..%d %s: %s".formatted(began, ended, name, result);
    }
  }

  private final List<Operation<S>> operations = new ArrayList<>();
  private final Set<List<Object>> tried = new HashSet<>();
  private long clock;

  /** Makes an operation and records it. */
  public void call(String name, Function<S, Outcome<S>> model, Call call) throws Throwable {
    long began = clock++;
    Object result = call.run();
    operations.add(new Operation<>(name, model, result, began, clock++));
  }

  /**
   * @throws BrokenPromise if no order of the operations explains their results
   */
  public void check(S initial) {
    if (!explained(new BitSet(), initial)) {
      StringBuilder all = new StringBuilder();
      operations.forEach(operation -> all.append("\n  ").append(operation));
      throw new BrokenPromise("linearizable", "no order explains" + all);
    }
  }

  private boolean explained(BitSet done, S state) {
    if (done.cardinality() == operations.size()) {
      return true;
    }
    if (!tried.add(List.of(done.clone(), state))) {
      return false;
    }
    long firstEnd = Long.MAX_VALUE;
    for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
      firstEnd = Math.min(firstEnd, operations.get(i).ended);
    }
    for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
      Operation<S> operation = operations.get(i);
      if (operation.began > firstEnd) {
        continue;
      }
      Outcome<S> outcome = operation.model.apply(state);
      if (java.util.Objects.equals(outcome.result, operation.result)) {
        done.set(i);
        if (explained(done, outcome.state)) {
          return true;
        }
        done.clear(i);
      }
    }
    return false;
  }
}
