package dev.rheo.cel.eval;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A comprehension: {@code [1, 2].all(x, x > 1)}. Its accumulator may have no value for a while:
 * {@code [0, 1].exists(x, 1 / x == 1)} is true.
 *
 * @param second the slot of the second variable; negative if there is none
 * @param accumulator the slot of the accumulator
 */
record Loop(
    Node range,
    int first,
    int second,
    int accumulator,
    Node start,
    Node condition,
    Node step,
    Node result)
    implements Node {

  /** A start that is evaluated when it is read, as a variable that {@code cel.bind} declares. */
  static final class Lazy {
    private final Node start;
    private final Frame frame;
    private final int slot;

    private Lazy(Node start, Frame frame, int slot) {
      this.start = start;
      this.frame = frame;
      this.slot = slot;
    }

    Object get() throws EvaluationException {
      try {
        Object value = start.eval(frame);
        frame.locals[slot] = value;
        return value;
      } catch (EvaluationException e) {
        frame.locals[slot] = e;
        throw e;
      }
    }
  }

  @Override
  public Object eval(Frame frame) throws EvaluationException {
    Object over = range.eval(frame);
    frame.locals[accumulator] = new Lazy(start, frame, accumulator);
    switch (over) {
      case List<?> list -> overList(frame, list);
      case Map<?, ?> map -> overMap(frame, map);
      default ->
          throw new EvaluationException(
              "got '" + Values.typeOf(over) + "', expected iterable type");
    }
    frame.locals[first] = null;
    return result.eval(frame);
  }

  private void overList(Frame frame, List<?> list) {
    for (int i = 0; i < list.size(); i++) {
      Object element = list.get(i);
      if (!iterate(frame, second < 0 ? element : (Object) (long) i, element)) {
        return;
      }
    }
  }

  private void overMap(Frame frame, Map<?, ?> map) {
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      if (!iterate(frame, entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  private boolean iterate(Frame frame, Object one, @Nullable Object other) {
    frame.iterate();
    frame.locals[first] = one;
    if (second >= 0) {
      frame.locals[second] = other;
    }
    try {
      if (condition.eval(frame) instanceof Boolean go && !go) {
        return false;
      }
    } catch (EvaluationException e) {
      // as cel-go: only a condition that is false ends the loop
    }
    try {
      frame.locals[accumulator] = step.eval(frame);
    } catch (EvaluationException e) {
      frame.locals[accumulator] = e;
    }
    return true;
  }
}
