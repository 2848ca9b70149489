package dev.rheo.cel.eval;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.rheo.cel.type.TypeNames;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.CelNull;
import dev.rheo.cel.value.Timestamp;
import dev.rheo.cel.value.TypeValue;
import dev.rheo.cel.value.Uint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the plan of an expression. Lists, maps and conversions of constants are made now, and cost
 * nothing later, as with cel-go.
 */
final class Planner {
  private static final Map<String, Implementation> FUNCTIONS = new HashMap<>();

  static {
    Arithmetic.register(FUNCTIONS);
    Conversions.register(FUNCTIONS);
    Times.register(FUNCTIONS);
    Texts.register(FUNCTIONS);
    Lists.register(FUNCTIONS);
    KubernetesFunctions.register(FUNCTIONS);
    Authorization.register(FUNCTIONS);
  }

  private static final Variables NOTHING = name -> null;

  private final CelAbstractSyntaxTree ast;
  private final Map<String, Integer> slots = new HashMap<>();
  private int used;
  private int most;

  Planner(CelAbstractSyntaxTree ast) {
    this.ast = ast;
  }

  /** The number of variables of loops that there are at once. */
  int locals() {
    return most;
  }

  /**
   * @throws EvaluationException if a constant cannot be converted
   */
  Node plan(CelExpr expr) throws EvaluationException {
    return switch (expr.getKind()) {
      case CONSTANT -> new Node.Constant(constant(expr.constant()));
      case IDENT -> identifier(expr);
      case SELECT -> select(expr);
      case CALL -> call(expr, expr.call());
      case LIST -> list(expr.list());
      case MAP -> map(expr.map());
      case STRUCT -> object(expr.struct());
      case COMPREHENSION -> loop(expr.comprehension());
      default -> throw new IllegalArgumentException(expr.getKind().name());
    };
  }

  private static Object constant(CelConstant constant) {
    return switch (constant.getKind()) {
      case NULL_VALUE -> CelNull.NULL;
      case BOOLEAN_VALUE -> constant.booleanValue();
      case INT64_VALUE -> constant.int64Value();
      case UINT64_VALUE -> new Uint(constant.uint64Value().longValue());
      case DOUBLE_VALUE -> constant.doubleValue();
      case STRING_VALUE -> constant.stringValue();
      case BYTES_VALUE -> new Bytes(constant.bytesValue().toByteArray());
      default -> throw new IllegalArgumentException(constant.getKind().name());
    };
  }

  private Node identifier(CelExpr expr) {
    String name = expr.ident().name();
    Integer slot = slots.get(name);
    if (slot != null) {
      return Attribute.local(slot);
    }
    CelType type = ast.getType(expr.id()).orElseThrow();
    if (type.kind() == CelKind.TYPE) {
      if (name.equals("type")) {
        return new Node.Constant(new TypeValue(name));
      }
      String named = TypeNames.of(type.parameters().isEmpty() ? type : type.parameters().get(0));
      int open = named.indexOf('(');
      return new Node.Constant(new TypeValue(open < 0 ? named : named.substring(0, open)));
    }
    return Attribute.variable(name.startsWith(".") ? name.substring(1) : name);
  }

  private Node select(CelExpr expr) throws EvaluationException {
    Attribute attribute = Attribute.of(plan(expr.select().operand()));
    attribute.select(new Node.Constant(expr.select().field()), false);
    return expr.select().testOnly() ? attribute.presence() : attribute;
  }

  private Node call(CelExpr expr, CelCall call) throws EvaluationException {
    List<Node> args = new ArrayList<>();
    if (call.target().isPresent()) {
      args.add(plan(call.target().get()));
    }
    for (CelExpr arg : call.args()) {
      args.add(plan(arg));
    }
    List<String> overloads =
        ast.getReference(expr.id()).map(CelReference::overloadIds).orElse(null);
    String overload = overloads != null && overloads.size() == 1 ? overloads.get(0) : "";
    String function = call.function();
    switch (function) {
      case "_&&_":
        return new Nodes.Logical(false, args.get(0), args.get(1));
      case "_||_":
        return new Nodes.Logical(true, args.get(0), args.get(1));
      case "_?_:_":
        return Attribute.choice(args.get(0), args.get(1), args.get(2));
      case "_[_]":
        return Attribute.of(args.get(0)).select(qualifier(args.get(1)), false);
      case "_[?_]", "_?._":
        return Attribute.of(args.get(0)).select(qualifier(args.get(1)), true);
      case "@not_strictly_false":
        return new Nodes.NotStrictlyFalse(args.get(0));
      case "or":
        return new Nodes.OptionalOr(args.get(0), args.get(1), false);
      case "orValue":
        return new Nodes.OptionalOr(args.get(0), args.get(1), true);
      case "@in":
        if (overload.equals("in_list") && args.get(1) instanceof Node.Constant list) {
          Node known = membership(args.get(0), (List<?>) list.value());
          if (known != null) {
            return known;
          }
        }
        break;
      default:
        break;
    }
    Implementation implementation = FUNCTIONS.get(function);
    if (implementation == null) {
      throw new EvaluationException("no such overload: " + function);
    }
    if (Conversions.NAMES.contains(function)
        && args.size() == 1
        && args.get(0) instanceof Node.Constant constant) {
      return new Node.Constant(implementation.apply(new Object[] {constant.value()}));
    }
    boolean known = hasKnownRegex(function, args);
    return new Nodes.Call(
        function,
        overload,
        known
            ? Texts.compiled(function, Texts.text(((Node.Constant) args.get(1)).value()))
            : function.equals("sum") ? Lists.summing(overload) : implementation,
        args,
        known);
  }

  /** Upstream cannot plan an index that is a constant of any other type. */
  private static Node qualifier(Node index) throws EvaluationException {
    if (index instanceof Node.Constant constant
        && !(constant.value() instanceof String
            || constant.value() instanceof Boolean
            || Values.isNumber(constant.value()))) {
      String type =
          switch (constant.value()) {
            case Bytes ignored -> "types.Bytes";
            case CelNull ignored -> "types.Null";
            case Timestamp ignored -> "types.Timestamp";
            case Duration ignored -> "types.Duration";
            case List<?> ignored -> "*types.baseList";
            case Map<?, ?> ignored -> "*types.baseMap";
            case TypeValue ignored -> "*types.Type";
            default -> Values.typeOf(constant.value()).toString();
          };
      throw new EvaluationException("invalid qualifier type: " + type);
    }
    return index;
  }

  /** Whether it is a call with a regular expression that is constant, and compiled now. */
  private static boolean hasKnownRegex(String function, List<Node> args) {
    return switch (function) {
      case "matches", "find", "findAll" -> args.get(1) instanceof Node.Constant;
      default -> false;
    };
  }

  private static @Nullable Node membership(Node element, List<?> list) {
    if (list.isEmpty()) {
      return new Node.Constant(false);
    }
    for (Object each : list) {
      boolean simple = each instanceof String || each instanceof Boolean || Values.isNumber(each);
      if (!simple) {
        return null;
      }
    }
    return new Nodes.Membership(element, list);
  }

  private static boolean isConstant(Node node) {
    return node instanceof Node.Constant;
  }

  private static Node evaluated(Node node) throws EvaluationException {
    return new Node.Constant(node.eval(new Frame(NOTHING, 0, Long.MAX_VALUE)));
  }

  private Node list(CelExpr.CelList list) throws EvaluationException {
    List<Node> elements = new ArrayList<>();
    for (CelExpr element : list.elements()) {
      elements.add(plan(element));
    }
    Node node = new Nodes.NewList(elements, new HashSet<>(list.optionalIndices()));
    return elements.stream().allMatch(Planner::isConstant) ? evaluated(node) : node;
  }

  private Node map(CelExpr.CelMap map) throws EvaluationException {
    List<Nodes.Entry> entries = new ArrayList<>();
    boolean constant = true;
    for (CelExpr.CelMap.Entry entry : map.entries()) {
      Node key = plan(entry.key());
      Node value = plan(entry.value());
      constant &= isConstant(key) && isConstant(value);
      entries.add(new Nodes.Entry(key, value, entry.optionalEntry()));
    }
    Node node = new Nodes.NewMap(entries);
    return constant ? evaluated(node) : node;
  }

  private Node object(CelExpr.CelStruct object) throws EvaluationException {
    List<Nodes.Entry> fields = new ArrayList<>();
    for (CelExpr.CelStruct.Entry entry : object.entries()) {
      Node key = new Node.Constant(entry.fieldKey());
      fields.add(new Nodes.Entry(key, plan(entry.value()), entry.optionalEntry()));
    }
    return new Nodes.NewObject(object.messageName(), fields);
  }

  private Node loop(CelComprehension loop) throws EvaluationException {
    Node range = plan(loop.iterRange());
    Node start = plan(loop.accuInit());
    Integer shadowed = slots.get(loop.accuVar());
    int accumulator = declare(loop.accuVar());
    Integer shadowedFirst = slots.get(loop.iterVar());
    Integer shadowedSecond = slots.get(loop.iterVar2());
    int first = declare(loop.iterVar());
    int second = loop.iterVar2().isEmpty() ? -1 : declare(loop.iterVar2());
    Node condition = plan(loop.loopCondition());
    Node step = plan(loop.loopStep());
    restore(loop.iterVar(), shadowedFirst);
    restore(loop.iterVar2(), shadowedSecond);
    Node result = plan(loop.result());
    restore(loop.accuVar(), shadowed);
    return new Loop(range, first, second, accumulator, start, condition, step, result);
  }

  private int declare(String name) {
    slots.put(name, used++);
    most = Math.max(most, used);
    return used - 1;
  }

  private void restore(String name, @Nullable Integer slot) {
    if (slot == null) {
      slots.remove(name);
    } else {
      slots.put(name, slot);
    }
  }
}
