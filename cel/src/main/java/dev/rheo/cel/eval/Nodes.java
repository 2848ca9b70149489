package dev.rheo.cel.eval;

import static dev.rheo.cel.cost.Prices.NEW_LIST;
import static dev.rheo.cel.cost.Prices.NEW_MAP;
import static dev.rheo.cel.cost.Prices.NEW_OBJECT;

import dev.rheo.cel.value.ObjectValue;
import dev.rheo.cel.value.Uint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps of a plan that are neither attributes nor loops. */
final class Nodes {
  private Nodes() {}

  /**
   * A call of a function with all its arguments.
   *
   * @param inOrder whether the first argument without a value ends it, and nothing is paid
   */
  record Call(
      String function,
      String overload,
      Implementation implementation,
      List<Node> args,
      boolean inOrder)
      implements Node {
    /**
     * Of calls with so many arguments, all are evaluated, and paid for, whether the first fails.
     */
    private static final int EVALUATED_ALL = 2;

    /** Stands for an argument without a value when a call is paid for. */
    private static final Long NO_VALUE = 0L;

    @Override
    public Object eval(Frame frame) throws EvaluationException {
      Object[] values = new Object[args.size()];
      EvaluationException fault = null;
      for (int i = 0; i < values.length; i++) {
        try {
          values[i] = args.get(i).eval(frame);
        } catch (EvaluationException e) {
          if ((inOrder || values.length > EVALUATED_ALL) && i < values.length - 1) {
            throw e;
          }
          fault = fault == null ? e : fault;
          values[i] = NO_VALUE;
        }
      }
      boolean ofResult = RuntimeCosts.isOfResult(function, overload);
      if (!ofResult) {
        frame.charge(RuntimeCosts.ofArguments(function, overload, values));
      }
      if (fault != null) {
        if (ofResult) {
          frame.charge(RuntimeCosts.ofResult(function, NO_VALUE));
        }
        throw fault;
      }
      if (!ofResult) {
        return implementation.apply(values);
      }
      Object result = NO_VALUE;
      try {
        result = implementation.apply(values);
        return result;
      } finally {
        frame.charge(RuntimeCosts.ofResult(function, result));
      }
    }
  }

  /** {@code &&} and {@code ||}: one operand that decides makes up for another without a value. */
  record Logical(boolean decisive, Node left, Node right) implements Node {
    @Override
    public Object eval(Frame frame) throws EvaluationException {
      EvaluationException fault = null;
      for (Node operand : List.of(left, right)) {
        try {
          if (Arithmetic.asBool(operand.eval(frame)) == decisive) {
            return decisive;
          }
        } catch (EvaluationException e) {
          fault = fault == null ? e : fault;
        }
      }
      if (fault != null) {
        throw fault;
      }
      return !decisive;
    }
  }

  /** Whether the accumulator of a loop is anything but false. */
  record NotStrictlyFalse(Node operand) implements Node {
    @Override
    public Object eval(Frame frame) {
      frame.charge(1);
      try {
        return !(operand.eval(frame) instanceof Boolean bool) || bool;
      } catch (EvaluationException e) {
        return true;
      }
    }
  }

  /** {@code x in ['a', 'b']}, where all elements are constants. */
  static final class Membership implements Node {
    private final Node element;
    private final Set<Object> members = new HashSet<>();

    Membership(Node element, List<?> list) {
      this.element = element;
      for (Object each : list) {
        members.add(key(each));
        switch (each) {
          case Double number -> {
            if (number == (double) (long) (double) number) {
              members.add((long) (double) number);
            }
            if (number >= 0 && number < 0x1p63 && number == Math.rint(number)) {
              members.add(new Uint((long) (double) number));
            }
          }
          case Long number -> {
            members.add(key((double) number));
            if (number >= 0) {
              members.add(new Uint(number));
            }
          }
          case Uint number -> {
            members.add(key(number.toDouble()));
            if (number.isSigned()) {
              members.add(number.bits());
            }
          }
          default -> {
            // Only numbers are equal to others.
          }
        }
      }
    }

    /** Zeros are equal, and what is no number is equal to nothing. */
    private static Object key(Object member) {
      if (member instanceof Double number) {
        return number.isNaN() ? new Object() : number + 0.0;
      }
      return member;
    }

    @Override
    public Object eval(Frame frame) throws EvaluationException {
      return members.contains(key(element.eval(frame)));
    }
  }

  /** A list, whose optional elements may be missing. */
  record NewList(List<Node> elements, Set<Integer> optional) implements Node {
    @Override
    public Object eval(Frame frame) throws EvaluationException {
      List<Object> list = new ArrayList<>(elements.size());
      try {
        for (int i = 0; i < elements.size(); i++) {
          Object value = elements.get(i).eval(frame);
          if (optional.contains(i)) {
            Lists.optional(value).ifPresent(list::add);
          } else {
            list.add(value);
          }
        }
        return list;
      } finally {
        frame.charge(NEW_LIST); // also of what has no value
      }
    }
  }

  /** An entry of a map or a field of an object. */
  record Entry(Node key, Node value, boolean optional) {
    private @Nullable Object evalValue(Frame frame) throws EvaluationException {
      Object evaluated = value.eval(frame);
      return optional ? Lists.optional(evaluated).orElse(null) : evaluated;
    }
  }

  record NewMap(List<Entry> entries) implements Node {
    @Override
    public Object eval(Frame frame) throws EvaluationException {
      Map<Object, Object> map = new LinkedHashMap<>();
      try {
        for (Entry entry : entries) {
          Object key = entry.key.eval(frame);
          Object value = entry.evalValue(frame);
          if (value == null) {
            map.remove(key);
          } else {
            map.put(key, value);
          }
        }
        return map;
      } finally {
        frame.charge(NEW_MAP);
      }
    }
  }

  record NewObject(String type, List<Entry> fields) implements Node {
    @Override
    public Object eval(Frame frame) throws EvaluationException {
      Map<String, Object> values = new HashMap<>();
      try {
        for (Entry field : fields) {
          Object value = field.evalValue(frame);
          if (value != null) {
            values.put((String) field.key.eval(frame), value);
          }
        }
        return new ObjectValue(type, values);
      } finally {
        frame.charge(NEW_OBJECT);
      }
    }
  }

  /** {@code a.or(b)} and {@code a.orValue(b)}. */
  record OptionalOr(Node first, Node second, boolean unwrapped) implements Node {
    @Override
    public Object eval(Frame frame) throws EvaluationException {
      Object value = first.eval(frame);
      if (value instanceof Optional<?> optional) {
        if (optional.isEmpty()) {
          return second.eval(frame);
        }
        return unwrapped ? optional.get() : optional;
      }
      return value;
    }
  }
}
