package dev.rheo.cel.eval;

import dev.rheo.cel.value.Uint;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;

/** The functions of lists, maps and optional values. */
final class Lists {
  private Lists() {}

  static void register(Map<String, Implementation> functions) {
    functions.put("@in", args -> contains(args[1], args[0]));
    functions.put("isSorted", args -> isSorted(Texts.list(args[0])));
    functions.put("sum", summing(""));
    functions.put("max", args -> extreme(Texts.list(args[0]), "max", 1));
    functions.put("min", args -> extreme(Texts.list(args[0]), "min", -1));
    functions.put("indexOf", Lists::indexOf);
    functions.put("lastIndexOf", Lists::lastIndexOf);
    functions.put("slice", Lists::slice);
    functions.put("flatten", Lists::flatten);
    functions.put("lists.range", args -> range(Texts.number(args[0])));
    functions.put("reverse", args -> Texts.list(args[0]).reversed());
    functions.put("distinct", args -> distinct(Texts.list(args[0])));
    functions.put("sort", args -> sort(Texts.list(args[0]), Texts.list(args[0])));
    functions.put("@sortByAssociatedKeys", args -> sort(Texts.list(args[0]), Texts.list(args[1])));
    functions.put("sets.contains", args -> containsAll(args[0], args[1]));
    functions.put(
        "sets.equivalent", args -> containsAll(args[0], args[1]) && containsAll(args[1], args[0]));
    functions.put("sets.intersects", args -> intersects(args[0], args[1]));
    functions.put("first", args -> end(Texts.list(args[0]), true));
    functions.put("last", args -> end(Texts.list(args[0]), false));
    functions.put("cel.@mapInsert", Lists::insert);
    functions.put("optional.of", args -> Optional.of(args[0]));
    functions.put("optional.none", args -> Optional.empty());
    functions.put(
        "optional.ofNonZeroValue",
        args -> Values.isZero(args[0]) ? Optional.empty() : Optional.of(args[0]));
    functions.put("hasValue", args -> optional(args[0]).isPresent());
    functions.put("value", args -> value(optional(args[0])));
    functions.put("optional.unwrap", args -> unwrap(Texts.list(args[0])));
    functions.put("unwrapOpt", args -> unwrap(Texts.list(args[0])));
  }

  private static boolean contains(Object container, Object element) throws EvaluationException {
    if (container instanceof Map<?, ?> map) {
      Object found = Values.find(map, element);
      if (found instanceof EvaluationException e) {
        throw e;
      }
      return found != null;
    }
    // A list with a schema says why it cannot tell; another one does not.
    boolean tells = container instanceof Values.Own;
    EvaluationException fault = null;
    for (Object each : Texts.list(container)) {
      try {
        if (tells ? sameElement(each, element) : sameElement(element, each)) {
          return true;
        }
      } catch (EvaluationException e) {
        fault = fault == null ? e : fault;
      }
    }
    if (tells && fault != null) {
      throw fault;
    }
    return false;
  }

  /** Of two elements, of which the first decides even if the other is null. */
  static boolean sameElement(Object a, Object b) throws EvaluationException {
    if (a instanceof EvaluationException e) {
      throw e;
    }
    return a instanceof Values.Own own ? own.same(b) : Values.same(a, b);
  }

  private static boolean containsAll(Object list, Object other) throws EvaluationException {
    for (Object each : Texts.list(other)) {
      if (!contains(Texts.list(list), each)) {
        return false;
      }
    }
    return true;
  }

  private static boolean intersects(Object list, Object other) throws EvaluationException {
    for (Object each : Texts.list(other)) {
      if (contains(Texts.list(list), each)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSorted(List<?> list) throws EvaluationException {
    for (int i = 1; i < list.size(); i++) {
      if (Values.compare(list.get(i - 1), list.get(i)) > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The function that adds up a list.
   *
   * @param overload which tells what the sum of an empty list is; empty if nothing does
   */
  static Implementation summing(String overload) {
    Object zero =
        switch (overload) {
          case "list_uint_sum_uint" -> new Uint(0);
          case "list_double_sum_double" -> 0.0;
          case "list_duration_sum_duration" -> Duration.ZERO;
          default -> 0L;
        };
    return args -> sum(Texts.list(args[0]), zero);
  }

  private static Object sum(List<?> list, Object zero) throws EvaluationException {
    if (list.isEmpty()) {
      return zero;
    }
    demandFirst(list, "sum");
    Object sum =
        switch (list.get(0)) {
          case Uint first -> new Uint(0);
          case Double first -> 0.0;
          case Duration first -> Duration.ZERO;
          default -> 0L;
        };
    for (Object each : list) {
      if (each instanceof EvaluationException e) {
        throw e;
      }
      sum = Arithmetic.add(sum, each);
    }
    return sum;
  }

  /** Without a first element, upstream does not know what the others should be. */
  private static void demandFirst(List<?> list, String function) throws EvaluationException {
    if (list.get(0) instanceof EvaluationException) {
      throw new EvaluationException("no such overload: " + function + "(list)");
    }
  }

  private static Object extreme(List<?> list, String name, int sign) throws EvaluationException {
    if (list.isEmpty()) {
      throw new EvaluationException(name + " called on empty list");
    }
    demandFirst(list, name);
    Object found = list.get(0);
    for (Object each : list) {
      if (Values.compare(each, found) * sign > 0) {
        found = each;
      }
    }
    return found;
  }

  private static Object indexOf(Object[] args) throws EvaluationException {
    if (!(args[0] instanceof List<?> list)) {
      return Texts.indexOf(args);
    }
    for (int i = 0; i < list.size(); i++) {
      if (Values.same(list.get(i), args[1])) {
        return (long) i;
      }
    }
    return -1L;
  }

  private static Object lastIndexOf(Object[] args) throws EvaluationException {
    if (!(args[0] instanceof List<?> list)) {
      return Texts.lastIndexOf(args);
    }
    for (int i = list.size() - 1; i >= 0; i--) {
      if (Values.same(list.get(i), args[1])) {
        return (long) i;
      }
    }
    return -1L;
  }

  private static Object slice(Object[] args) throws EvaluationException {
    List<?> list = Texts.list(args[0]);
    long from = Texts.number(args[1]);
    long to = Texts.number(args[2]);
    String call = "cannot slice(" + from + ", " + to + "), ";
    if (from < 0 || to < 0) {
      throw new EvaluationException(call + "negative indexes not supported");
    }
    if (from > to) {
      throw new EvaluationException(call + "start index must be less than or equal to end index");
    }
    if (to > list.size()) {
      throw new EvaluationException(call + "list is length " + list.size());
    }
    return list.subList((int) from, (int) to);
  }

  private static Object flatten(Object[] args) throws EvaluationException {
    long depth = args.length > 1 ? Texts.number(args[1]) : 1;
    if (depth < 0) {
      throw new EvaluationException("level must be non-negative");
    }
    List<Object> flat = new ArrayList<>();
    flatten(Texts.list(args[0]), depth, flat);
    return flat;
  }

  private static void flatten(List<?> list, long depth, List<Object> into) {
    for (Object each : list) {
      if (each instanceof List<?> inner && depth > 0) {
        flatten(inner, depth - 1, into);
      } else {
        into.add(each);
      }
    }
  }

  /** A list that takes no memory, however long it is; its cost is its length. */
  private static Object range(long size) {
    int length = (int) Math.clamp(size, 0, Integer.MAX_VALUE);
    return new Numbers(length);
  }

  private static final class Numbers extends AbstractList<Object> implements RandomAccess {
    private final int length;

    Numbers(int length) {
      this.length = length;
    }

    @Override
    public Object get(int index) {
      if (index < 0 || index >= length) {
        throw new IndexOutOfBoundsException(index);
      }
      return (long) index;
    }

    @Override
    public int size() {
      return length;
    }
  }

  private static Object distinct(List<?> list) throws EvaluationException {
    List<Object> distinct = new ArrayList<>();
    for (Object each : list) {
      if (!contains(distinct, each)) {
        distinct.add(each);
      }
    }
    return distinct;
  }

  private static Object sort(List<?> list, List<?> keys) throws EvaluationException {
    if (list.size() != keys.size()) {
      throw new EvaluationException(
          "@sortByAssociatedKeys() expected a list of the same size as the associated keys list,"
              + " but got "
              + list.size()
              + " and "
              + keys.size()
              + " elements respectively");
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      int ignored = Values.compare(keys.get(i), keys.get(i)); // whether they have an order
      if (!Values.typeOf(keys.get(i)).equals(Values.typeOf(keys.get(0)))) {
        throw new EvaluationException("list elements must have the same type");
      }
      order.add(i);
    }
    order.sort(Comparator.comparing(keys::get, Lists::compare));
    List<Object> sorted = new ArrayList<>();
    for (int each : order) {
      sorted.add(list.get(each));
    }
    return sorted;
  }

  private static int compare(Object a, Object b) {
    try {
      return Values.compare(a, b);
    } catch (EvaluationException e) {
      return 0;
    }
  }

  private static Object end(List<?> list, boolean first) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list.get(first ? 0 : list.size() - 1));
  }

  private static Object insert(Object[] args) throws EvaluationException {
    if (!(args[0] instanceof Map<?, ?> map)) {
      throw Implementation.noOverload();
    }
    if (args.length == 3) {
      return insert(map, args[1], args[2]);
    }
    if (!(args[1] instanceof Map<?, ?> added)) {
      throw Implementation.noOverload();
    }
    Map<?, ?> all = map;
    for (Map.Entry<?, ?> entry : added.entrySet()) {
      all = insert(all, entry.getKey(), entry.getValue());
    }
    return all;
  }

  private static Map<?, ?> insert(Map<?, ?> map, Object key, Object value)
      throws EvaluationException {
    if (Values.find(map, key) != null) {
      throw new EvaluationException("insert failed: key " + key + " already exists");
    }
    return AppendedMap.with(map, key, value);
  }

  static Optional<?> optional(Object value) throws EvaluationException {
    if (value instanceof Optional<?> optional) {
      return optional;
    }
    throw Implementation.noOverload();
  }

  private static Object value(Optional<?> optional) throws EvaluationException {
    if (optional.isEmpty()) {
      throw new EvaluationException("optional.none() dereference");
    }
    return optional.get();
  }

  private static Object unwrap(List<?> list) throws EvaluationException {
    List<Object> values = new ArrayList<>();
    for (Object each : list) {
      optional(each).ifPresent(values::add);
    }
    return values;
  }
}
