package dev.rheo.cel.eval;

import dev.rheo.cel.value.ObjectValue;
import dev.rheo.cel.value.Uint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value and what is selected of it: {@code object.spec.containers[0].name}. It is evaluated as a
 * whole, and each step costs as much as the variable.
 */
final class Attribute implements Node {
  /** Where the first value comes from. */
  private sealed interface Base {}

  private record Variable(String name) implements Base {}

  private record Local(int slot) implements Base {}

  private record Operand(Node node) implements Base {}

  /** {@code a ? b : c}, of which what is selected is selected of both. */
  private record Choice(Node condition, Attribute yes, Attribute no) implements Base {}

  /**
   * One step.
   *
   * @param key a constant, or what is evaluated; an attribute costs nothing as a whole here
   * @param optional whether what it selects may be missing
   */
  private record Step(Node key, boolean optional) {}

  private final Base base;
  private final List<Step> steps = new ArrayList<>();

  /** Whether it only tells whether the last step selects anything. */
  private boolean presence;

  private Attribute(Base base) {
    this.base = base;
  }

  static Attribute variable(String name) {
    return new Attribute(new Variable(name));
  }

  static Attribute local(int slot) {
    return new Attribute(new Local(slot));
  }

  static Attribute of(Node node) {
    return node instanceof Attribute attribute ? attribute : new Attribute(new Operand(node));
  }

  static Attribute choice(Node condition, Node yes, Node no) {
    return new Attribute(new Choice(condition, of(yes), of(no)));
  }

  Attribute select(Node key, boolean optional) {
    if (base instanceof Choice choice) {
      choice.yes.select(key, optional);
      choice.no.select(key, optional);
    } else {
      steps.add(new Step(key, optional));
    }
    return this;
  }

  Attribute presence() {
    presence = true;
    if (base instanceof Choice choice) {
      choice.yes.presence();
      choice.no.presence();
    }
    return this;
  }

  @Override
  public Object eval(Frame frame) throws EvaluationException {
    try {
      return resolve(frame);
    } finally {
      if (!presence && !(base instanceof Choice)) {
        frame.charge(1); // also of what is not there
      }
    }
  }

  private Object resolve(Frame frame) throws EvaluationException {
    return switch (base) {
      case Variable variable -> steps(frame, read(frame, variable.name));
      case Local local -> steps(frame, read(frame.locals[local.slot]));
      case Operand operand -> steps(frame, operand.node.eval(frame));
      case Choice choice ->
          Arithmetic.asBool(choice.condition.eval(frame))
              ? choice.yes.resolve(frame)
              : choice.no.resolve(frame);
    };
  }

  private static Object read(Frame frame, String name) throws EvaluationException {
    Object value = frame.variables.find(name);
    if (value == null) {
      throw new EvaluationException("no such attribute(s): " + name);
    }
    return value;
  }

  private static Object read(@Nullable Object local) throws EvaluationException {
    if (local instanceof Loop.Lazy lazy) {
      return lazy.get();
    }
    if (local instanceof EvaluationException e) {
      throw e;
    }
    if (local == null) {
      throw new EvaluationException("no such attribute(s)");
    }
    return local;
  }

  private Object steps(Frame frame, Object first) throws EvaluationException {
    Object value = first;
    boolean optional = false;
    if (value instanceof Optional<?> some && !steps.isEmpty()) {
      if (some.isEmpty()) {
        return presence ? false : some;
      }
      value = some.get();
      optional = true;
    }
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Object key =
          step.key instanceof Attribute attribute ? attribute.resolve(frame) : step.key.eval(frame);
      optional |= step.optional;
      Object selected = find(value, key);
      boolean tested = presence && i == steps.size() - 1;
      if (selected instanceof EvaluationException e) {
        // An element without a value is found, and only then not to have what is looked for in it.
        frame.charge(value instanceof List && i + 1 < steps.size() ? 2 : 1);
        throw e;
      }
      if (tested) {
        frame.charge(1);
        return selected != null;
      }
      if (selected == null && optional) {
        return presence ? false : Optional.empty();
      }
      frame.charge(1);
      if (selected == null) {
        throw missing(value, key);
      }
      value = selected;
    }
    return optional ? Optional.of(value) : value;
  }

  private static EvaluationException missing(Object value, Object key) {
    return new EvaluationException(
        (value instanceof List ? "index out of bounds: " : "no such key: ") + key);
  }

  private static @Nullable Object find(Object value, Object key) throws EvaluationException {
    return switch (value) {
      case Map<?, ?> map -> Values.find(map, key);
      case List<?> list -> {
        long index = index(key);
        yield index >= 0 && index < list.size() ? list.get((int) index) : null;
      }
      case ObjectValue object -> object.fields().get(key);
      default -> null;
    };
  }

  private static long index(Object key) throws EvaluationException {
    if (key instanceof Long index) {
      return index;
    }
    if (key instanceof Uint index && index.isSigned()) {
      return index.bits();
    }
    if (key instanceof Double index) {
      if (index == Math.rint(index)) {
        return (long) (double) index;
      }
      throw new EvaluationException(
          "unsupported index value " + Conversions.doubleText(index) + " in list");
    }
    throw new EvaluationException("unsupported index type '" + Values.typeOf(key) + "' in list");
  }
}
