package dev.rheo.cel.cost;

import static dev.rheo.cel.cost.Prices.NEW_LIST;
import static dev.rheo.cel.cost.Prices.NEW_MAP;
import static dev.rheo.cel.cost.Prices.NEW_OBJECT;
import static dev.rheo.cel.cost.Prices.PER_CHARACTER;
import static dev.rheo.cel.cost.Prices.PER_REGEX_CHARACTER;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.rheo.cel.Expression;
import dev.rheo.cel.type.TypeNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates what an expression costs at least and at most, from the sizes that its input can have,
 * as cel-go's checker does. One unit is about the time that it takes to read a variable.
 */
public final class CostEstimator {
  private static final String ACCUMULATOR = "__result__";
  private static final String HIDDEN_ACCUMULATOR = "@result";

  /** What is known of the elements of a list or a map. */
  private record Entries(CelKind container, Range key, Range value) {
    private @Nullable Entries union(@Nullable Entries other) {
      return other == null
          ? null
          : new Entries(container, key.union(other.key), value.union(other.value));
    }
  }

  /** A variable of a comprehension. */
  private record Local(List<String> path, @Nullable Range size, @Nullable Entries entries) {}

  private final CelAbstractSyntaxTree ast;
  private final Sizes sizes;
  private final FunctionCosts functions;
  private final Map<Long, List<String>> paths = new HashMap<>();
  private final Map<Long, Range> computedSizes = new HashMap<>();
  private final Map<Long, Entries> computedEntries = new HashMap<>();
  private final Map<String, Deque<Local>> locals = new HashMap<>();

  private CostEstimator(CelAbstractSyntaxTree ast, Sizes sizes) {
    this.ast = ast;
    this.sizes = sizes;
    this.functions = new FunctionCosts(sizes);
  }

  public static Range estimate(Expression expression, Sizes sizes) {
    return new CostEstimator(expression.ast(), sizes).cost(expression.ast().getExpr());
  }

  private Range cost(CelExpr expr) {
    return switch (expr.getKind()) {
      case IDENT -> ofIdentifier(expr);
      case SELECT -> ofSelect(expr);
      case CALL -> ofCall(expr, expr.call());
      case LIST -> ofList(expr);
      case MAP -> ofMap(expr);
      case STRUCT -> ofObject(expr);
      case COMPREHENSION ->
          isLet(expr.comprehension())
              ? ofLet(expr, expr.comprehension())
              : ofComprehension(expr, expr.comprehension());
      default -> Range.ZERO;
    };
  }

  private Range ofIdentifier(CelExpr expr) {
    String name = expr.ident().name();
    Local local = local(name);
    paths.put(expr.id(), local == null ? List.of(name) : local.path);
    return Range.ONE;
  }

  private Range ofSelect(CelExpr expr) {
    CelExpr operand = expr.select().operand();
    Range cost = cost(operand);
    if (expr.select().testOnly()) {
      return cost;
    }
    switch (typeOf(operand).kind()) {
      case MAP, STRUCT, TYPE_PARAM -> cost = cost.plus(Range.ONE);
      default -> {}
    }
    paths.put(expr.id(), plus(pathOf(operand), expr.select().field()));
    return cost;
  }

  // calls

  private Range ofCall(CelExpr expr, CelCall call) {
    if (call.function().equals("dyn")) {
      CelExpr arg = call.args().get(0);
      Range cost = Range.ONE.plus(cost(arg));
      setSize(expr, sizeOf(arg));
      setEntries(expr, entriesOf(arg));
      return cost;
    }
    List<Operand> args = new ArrayList<>();
    List<Range> costs = new ArrayList<>();
    for (CelExpr arg : call.args()) {
      costs.add(cost(arg));
      args.add(operand(arg));
    }
    List<String> overloads =
        ast.getReference(expr.id()).map(CelReference::overloadIds).orElse(null);
    if (overloads == null || overloads.isEmpty()) {
      return Range.ZERO;
    }
    Range sum = Range.ZERO;
    Operand target = null;
    if (call.target().isPresent()) {
      sum = cost(call.target().get());
      target = operand(call.target().get());
    }
    Range ofFunction = new Range(Range.UNBOUNDED, 0);
    Range size = null;
    for (String overload : overloads) {
      CallCost each = ofFunction(expr, call.function(), overload, target, args, costs);
      ofFunction = ofFunction.union(each.cost());
      if (each.size() != null) {
        size = size == null ? each.size() : size.union(each.size());
      }
      if (overload.equals("index_list") || overload.equals("index_map")) {
        CelExpr indexed = call.args().get(0);
        Entries entries = entriesOf(indexed);
        size = entries == null ? null : entries.value;
        String step = overload.equals("index_list") ? "@items" : "@values";
        paths.put(expr.id(), plus(pathOf(indexed), step));
      }
      if (size == null) {
        size = sizeOf(expr);
      }
    }
    setSize(expr, size);
    return sum.plus(ofFunction);
  }

  private CallCost ofFunction(
      CelExpr expr,
      String function,
      String overload,
      @Nullable Operand target,
      List<Operand> args,
      List<Range> costs) {
    Range ofArgs = costs.stream().reduce(Range.ZERO, Range::plus);
    CallCost known = functions.of(function, overload, target, args);
    if (known == null) {
      known = ofStandard(overload, target, args);
    }
    if (known != null) {
      return new CallCost(known.cost().plus(ofArgs), known.size());
    }
    return switch (overload) {
      case "logical_or", "logical_and" ->
          CallCost.of(new Range(costs.get(0).min(), costs.get(0).plus(costs.get(1)).max()));
      case "conditional" -> ofConditional(expr, args, costs);
      case "add_string", "add_bytes", "add_list" -> ofAddition(expr, overload, args, ofArgs);
      default -> CallCost.of(Range.ONE.plus(ofArgs));
    };
  }

  /** What functions of the standard cost whose cost depends on sizes alone. */
  private static @Nullable CallCost ofStandard(
      String overload, @Nullable Operand target, List<Operand> args) {
    switch (overload) {
      case "string_format":
        return target == null ? null : CallCost.of(sizeOf(target).times(PER_CHARACTER));
      case "string_to_bytes":
        {
          Range size = sizeOf(args.get(0));
          return new CallCost(size.times(PER_CHARACTER), new Range(size.min(), size.max() * 4));
        }
      case "bytes_to_string":
        {
          Range size = sizeOf(args.get(0));
          return new CallCost(size.times(PER_CHARACTER), new Range(size.min() / 4, size.max()));
        }
      case "strings_quote":
        {
          Range size = sizeOf(args.get(0));
          return new CallCost(
              size.times(PER_CHARACTER), new Range(size.min() + 2, size.max() * 2 + 2));
        }
      case "starts_with_string", "ends_with_string":
        return CallCost.of(sizeOf(args.get(0)).times(PER_CHARACTER));
      case "in_list":
        return CallCost.of(sizeOf(args.get(1)).times(1.0));
      case "matches_string":
        return target == null
            ? null
            : CallCost.of(
                sizeOf(target)
                    .plus(Range.ONE)
                    .times(PER_CHARACTER)
                    .times(sizeOf(args.get(0)).times(PER_REGEX_CHARACTER)));
      case "contains_string":
        return target == null
            ? null
            : CallCost.of(
                sizeOf(target)
                    .times(PER_CHARACTER)
                    .times(sizeOf(args.get(0)).times(PER_CHARACTER)));
      case "less_string", "greater_string", "less_equals_string", "greater_equals_string":
      case "less_bytes", "greater_bytes", "less_equals_bytes", "greater_equals_bytes":
      case "equals", "not_equals":
        {
          long left = sizeOf(args.get(0)).max();
          long right = sizeOf(args.get(1)).max();
          long smaller = Long.compareUnsigned(right, left) < 0 ? right : left;
          return CallCost.of(new Range(smaller == 0 ? 0 : 1, smaller).times(PER_CHARACTER));
        }
      default:
        return null;
    }
  }

  private CallCost ofConditional(CelExpr expr, List<Operand> args, List<Range> costs) {
    Entries first = entriesOf(args.get(1));
    setEntries(expr, first == null ? null : first.union(entriesOf(args.get(2))));
    return new CallCost(
        costs.get(0).plus(costs.get(1).union(costs.get(2))),
        sizeOf(args.get(1)).union(sizeOf(args.get(2))));
  }

  private CallCost ofAddition(CelExpr expr, String overload, List<Operand> args, Range ofArgs) {
    Range size = sizeOf(args.get(0)).plus(sizeOf(args.get(1)));
    Entries first = entriesOf(args.get(0));
    setEntries(expr, first == null ? null : first.union(entriesOf(args.get(1))));
    Range cost = overload.equals("add_list") ? Range.ONE : size.times(PER_CHARACTER);
    return new CallCost(cost.plus(ofArgs), size);
  }

  // literals

  private Range ofList(CelExpr expr) {
    Range cost = Range.ZERO;
    Range element = none(expr.list().elements().isEmpty());
    for (CelExpr each : expr.list().elements()) {
      cost = cost.plus(cost(each));
      element = element.union(sizeOrUnknown(each));
    }
    setEntries(expr, new Entries(CelKind.LIST, Range.ONE, element));
    return cost.plus(Range.of(NEW_LIST));
  }

  private Range ofMap(CelExpr expr) {
    Range cost = Range.ZERO;
    Range key = none(expr.map().entries().isEmpty());
    Range value = key;
    for (CelExpr.CelMap.Entry entry : expr.map().entries()) {
      cost = cost.plus(cost(entry.key())).plus(cost(entry.value()));
      key = key.union(sizeOrUnknown(entry.key()));
      value = value.union(sizeOrUnknown(entry.value()));
    }
    setEntries(expr, new Entries(CelKind.MAP, key, value));
    return cost.plus(Range.of(NEW_MAP));
  }

  /** The range that becomes that of the first element. */
  private static Range none(boolean empty) {
    return new Range(empty ? 0 : Range.UNBOUNDED, 0);
  }

  private Range ofObject(CelExpr expr) {
    Range cost = Range.of(NEW_OBJECT);
    for (CelExpr.CelStruct.Entry entry : expr.struct().entries()) {
      cost = cost.plus(cost(entry.value()));
    }
    return cost;
  }

  // comprehensions

  private static boolean isLet(CelComprehension loop) {
    return loop.iterRange().getKind() == Kind.LIST
        && loop.iterRange().list().elements().isEmpty()
        && loop.loopCondition().getKind() == Kind.CONSTANT
        && loop.loopCondition().constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
        && !loop.loopCondition().constant().booleanValue()
        && !loop.accuVar().equals(ACCUMULATOR);
  }

  private Range ofLet(CelExpr expr, CelComprehension loop) {
    Range cost = cost(loop.iterRange()).plus(cost(loop.accuInit()));
    push(loop.accuVar(), variable(loop.accuInit()));
    cost = cost.plus(cost(loop.result()));
    pop(loop.accuVar());
    setSize(expr, sizeOf(loop.result()));
    setEntries(expr, entriesOf(loop.result()));
    return cost;
  }

  private Range ofComprehension(CelExpr expr, CelComprehension loop) {
    CelExpr range = loop.iterRange();
    Range cost = cost(range).plus(cost(loop.accuInit()));
    push(loop.accuVar(), variable(loop.accuInit()));
    boolean two = !loop.iterVar2().isEmpty();
    if (two) {
      push(loop.iterVar(), keyOf(range));
      push(loop.iterVar2(), valueOf(range));
    } else {
      push(loop.iterVar(), containerOf(range) == CelKind.LIST ? valueOf(range) : keyOf(range));
    }
    Range condition = cost(loop.loopCondition());
    Range step = cost(loop.loopStep());
    pop(loop.iterVar());
    if (two) {
      pop(loop.iterVar2());
    }
    cost = cost.plus(cost(loop.result()));
    pop(loop.accuVar());
    Range count = sizeOrUnknown(range);
    cost = cost.plus(count.times(step.plus(condition)));
    switch (loop.accuInit().getKind()) {
      case CONSTANT -> setSize(expr, sizeOf(loop.accuInit()));
      case LIST, MAP -> {
        setSize(expr, count);
        setEntries(expr, entriesOf(loop.loopStep()));
      }
      default -> {}
    }
    return cost;
  }

  private Local variable(CelExpr value) {
    return new Local(pathOf(value), sizeOf(value), entriesOf(value));
  }

  private CelKind containerOf(CelExpr range) {
    Entries entries = entriesOf(range);
    return entries == null ? typeOf(range).kind() : entries.container;
  }

  private Local keyOf(CelExpr range) {
    Entries entries = entriesOf(range);
    String step = containerOf(range) == CelKind.LIST ? "@indices" : "@keys";
    return new Local(plus(pathOf(range), step), entries == null ? null : entries.key, null);
  }

  private Local valueOf(CelExpr range) {
    Entries entries = entriesOf(range);
    String step = containerOf(range) == CelKind.LIST ? "@items" : "@values";
    return new Local(plus(pathOf(range), step), entries == null ? null : entries.value, null);
  }

  private void push(String name, Local local) {
    locals.computeIfAbsent(name, any -> new ArrayDeque<>()).push(local);
  }

  private void pop(String name) {
    locals.getOrDefault(name, new ArrayDeque<>()).poll();
  }

  private @Nullable Local local(String name) {
    Deque<Local> stack = locals.get(name);
    return stack == null ? null : stack.peek();
  }

  // what is known of an expression

  private CelType typeOf(CelExpr expr) {
    return ast.getType(expr.id()).orElse(SimpleType.DYN);
  }

  private List<String> pathOf(CelExpr expr) {
    if (expr.getKind() == Kind.IDENT) {
      Local local = local(expr.ident().name());
      if (local != null) {
        return local.path;
      }
    }
    return paths.getOrDefault(expr.id(), List.of());
  }

  private static List<String> plus(List<String> path, String step) {
    List<String> longer = new ArrayList<>(path);
    longer.add(step);
    return longer;
  }

  private Operand operand(CelExpr expr) {
    List<String> path = pathOf(expr);
    boolean ofAccumulator =
        !path.isEmpty()
            && (path.get(0).equals(ACCUMULATOR) || path.get(0).equals(HIDDEN_ACCUMULATOR));
    return new Operand(ofAccumulator ? List.of() : path, typeOf(expr), expr, sizeOf(expr));
  }

  private void setSize(CelExpr expr, @Nullable Range size) {
    if (size != null) {
      computedSizes.put(expr.id(), size);
    }
  }

  private static Range sizeOf(Operand operand) {
    return operand.size() == null ? Range.UNKNOWN : operand.size();
  }

  private Range sizeOrUnknown(CelExpr expr) {
    Range size = sizeOf(expr);
    return size == null ? Range.UNKNOWN : size;
  }

  private @Nullable Range sizeOf(CelExpr expr) {
    Range size = computedSizes.get(expr.id());
    if (size != null) {
      return size;
    }
    size = sizeOfLiteral(expr);
    if (size != null) {
      return size;
    }
    size = sizes.size(pathOf(expr), typeOf(expr));
    if (size != null) {
      computedSizes.put(expr.id(), size);
      return size;
    }
    if (TypeNames.isScalar(typeOf(expr))) {
      return Range.ONE;
    }
    if (expr.getKind() == Kind.IDENT) {
      Local local = local(expr.ident().name());
      return local == null ? null : local.size;
    }
    return null;
  }

  private static @Nullable Range sizeOfLiteral(CelExpr expr) {
    return switch (expr.getKind()) {
      case CONSTANT ->
          switch (expr.constant().getKind()) {
            case STRING_VALUE -> {
              String text = expr.constant().stringValue();
              yield Range.of(text.codePointCount(0, text.length()));
            }
            case BYTES_VALUE -> Range.of(expr.constant().bytesValue().size());
            default -> Range.ONE;
          };
      case LIST -> Range.of(expr.list().elements().size());
      case MAP -> Range.of(expr.map().entries().size());
      default -> null;
    };
  }

  private void setEntries(CelExpr expr, @Nullable Entries entries) {
    if (entries != null) {
      computedEntries.put(expr.id(), entries);
    }
  }

  private @Nullable Entries entriesOf(Operand operand) {
    return operand.expr() == null ? null : entriesOf(operand.expr());
  }

  private @Nullable Entries entriesOf(CelExpr expr) {
    Entries entries = computedEntries.get(expr.id());
    if (entries != null) {
      return entries;
    }
    Local local = expr.getKind() == Kind.IDENT ? local(expr.ident().name()) : null;
    return local == null ? null : local.entries;
  }
}
