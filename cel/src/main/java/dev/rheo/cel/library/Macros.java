package dev.rheo.cel.library;

import dev.cel.common.CelIssue;
import dev.cel.common.Operator;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The macros of expressions: what looks like a call and is written out by the parser. They are
 * written out as cel-go does, because what an expression costs and what is said of its faults
 * follows from it.
 */
public final class Macros {
  private static final String ACCUMULATOR = "__result__";
  private static final String UNUSED = "#unused";
  private static final String SORT_INPUT = "@__sortBy_input__";
  private static final String NO_NAME = "argument must be a simple name";
  private static final Set<Kind> SORTABLE =
      Set.of(Kind.LIST, Kind.SELECT, Kind.IDENT, Kind.COMPREHENSION, Kind.CALL);

  /** {@code cel.bind(variable, value, expression)}, which only some environments have. */
  public static final CelMacro BIND = CelMacro.newReceiverMacro("bind", 3, Macros::bind);

  /** What a loop collects. */
  private enum Collection {
    LIST,
    ENTRIES,
    MAPS
  }

  /** The parts of a loop besides its range and its variables. */
  private record Loop(CelExpr start, CelExpr condition, CelExpr step, CelExpr result) {}

  /** Of how many elements a predicate must be true. */
  private enum Quantifier {
    ALL,
    SOME,
    ONE;

    Loop loop(CelMacroExprFactory f, CelExpr predicate) {
      return switch (this) {
        case ALL -> every(f, predicate);
        case SOME -> some(f, predicate);
        case ONE -> one(f, predicate);
      };
    }
  }

  private Macros() {}

  /** The macros that every expression may use. */
  public static List<CelMacro> all() {
    return List.of(
        CelMacro.newGlobalMacro("has", 1, Macros::has),
        quantifier("all", 1, Quantifier.ALL),
        quantifier("all", 2, Quantifier.ALL),
        quantifier("exists", 1, Quantifier.SOME),
        quantifier("exists", 2, Quantifier.SOME),
        quantifier("exists_one", 1, Quantifier.ONE),
        quantifier("exists_one", 2, Quantifier.ONE),
        quantifier("existsOne", 2, Quantifier.ONE),
        collection("map", 1, false, Collection.LIST),
        collection("map", 1, true, Collection.LIST),
        CelMacro.newReceiverMacro("filter", 2, Macros::filter),
        collection("transformList", 2, false, Collection.LIST),
        collection("transformList", 2, true, Collection.LIST),
        collection("transformMap", 2, false, Collection.ENTRIES),
        collection("transformMap", 2, true, Collection.ENTRIES),
        collection("transformMapEntry", 2, false, Collection.MAPS),
        collection("transformMapEntry", 2, true, Collection.MAPS),
        CelMacro.newReceiverMacro("optMap", 2, (f, target, args) -> optMap(f, target, args, false)),
        CelMacro.newReceiverMacro(
            "optFlatMap", 2, (f, target, args) -> optMap(f, target, args, true)),
        CelMacro.newReceiverMacro("sortBy", 2, Macros::sortBy));
  }

  private static Optional<CelExpr> has(CelMacroExprFactory f, CelExpr target, List<CelExpr> args) {
    CelExpr arg = args.get(0);
    return arg.getKind() == Kind.SELECT
        ? Optional.of(f.newSelect(arg.select().operand(), arg.select().field(), true))
        : fault(f, arg, "invalid argument to has() macro");
  }

  // all, exists, exists_one

  private static CelMacro quantifier(String name, int variables, Quantifier quantifier) {
    return CelMacro.newReceiverMacro(
        name,
        variables + 1,
        (f, range, args) -> {
          Optional<CelExpr> fault = checkVariables(f, args, variables, NO_NAME);
          return fault.isPresent()
              ? fault
              : fold(f, range, args, variables, quantifier.loop(f, args.get(variables)));
        });
  }

  private static Loop every(CelMacroExprFactory f, CelExpr predicate) {
    return new Loop(
        f.newBoolLiteral(true),
        call(f, Operator.NOT_STRICTLY_FALSE, accumulator(f)),
        call(f, Operator.LOGICAL_AND, accumulator(f), predicate),
        accumulator(f));
  }

  private static Loop some(CelMacroExprFactory f, CelExpr predicate) {
    return new Loop(
        f.newBoolLiteral(false),
        call(f, Operator.NOT_STRICTLY_FALSE, call(f, Operator.LOGICAL_NOT, accumulator(f))),
        call(f, Operator.LOGICAL_OR, accumulator(f), predicate),
        accumulator(f));
  }

  private static Loop one(CelMacroExprFactory f, CelExpr predicate) {
    return new Loop(
        f.newIntLiteral(0),
        f.newBoolLiteral(true),
        call(
            f,
            Operator.CONDITIONAL,
            predicate,
            call(f, Operator.ADD, accumulator(f), f.newIntLiteral(1)),
            accumulator(f)),
        call(f, Operator.EQUALS, accumulator(f), f.newIntLiteral(1)));
  }

  // map, filter, transformList, transformMap, transformMapEntry

  private static CelMacro collection(
      String name, int variables, boolean filtered, Collection collection) {
    return CelMacro.newReceiverMacro(
        name,
        variables + (filtered ? 2 : 1),
        (f, range, args) -> {
          Optional<CelExpr> fault = checkVariables(f, args, variables, noVariable(variables));
          if (fault.isPresent()) {
            return fault;
          }
          CelExpr start = collection == Collection.LIST ? f.newList() : f.newMap();
          CelExpr added = added(f, collection, args.get(0), args.get(args.size() - 1));
          CelExpr step = filtered ? onlyIf(f, args.get(variables), added) : added;
          return fold(
              f,
              range,
              args,
              variables,
              new Loop(start, f.newBoolLiteral(true), step, accumulator(f)));
        });
  }

  private static String noVariable(int variables) {
    return variables == 1 ? "argument is not an identifier" : NO_NAME;
  }

  /** The accumulator with one value more. */
  private static CelExpr added(
      CelMacroExprFactory f, Collection collection, CelExpr variable, CelExpr value) {
    String insert = "cel.@mapInsert";
    return switch (collection) {
      case LIST -> call(f, Operator.ADD, accumulator(f), f.newList(value));
      case ENTRIES ->
          f.newGlobalCall(insert, accumulator(f), f.newIdentifier(variable.ident().name()), value);
      case MAPS -> f.newGlobalCall(insert, accumulator(f), value);
    };
  }

  private static Optional<CelExpr> filter(
      CelMacroExprFactory f, CelExpr range, List<CelExpr> args) {
    Optional<CelExpr> fault = checkVariables(f, args, 1, noVariable(1));
    return fault.isPresent()
        ? fault
        : fold(
            f,
            range,
            args,
            1,
            new Loop(
                f.newList(),
                f.newBoolLiteral(true),
                onlyIf(
                    f, args.get(1), call(f, Operator.ADD, accumulator(f), f.newList(args.get(0)))),
                accumulator(f)));
  }

  private static CelExpr onlyIf(CelMacroExprFactory f, CelExpr predicate, CelExpr step) {
    return call(f, Operator.CONDITIONAL, predicate, step, accumulator(f));
  }

  private static Optional<CelExpr> fold(
      CelMacroExprFactory f, CelExpr range, List<CelExpr> args, int variables, Loop loop) {
    String first = args.get(0).ident().name();
    String accumulator = f.getAccumulatorVarName();
    return Optional.of(
        variables == 1
            ? f.fold(first, range, accumulator, loop.start, loop.condition, loop.step, loop.result)
            : f.fold(
                first,
                args.get(1).ident().name(),
                range,
                accumulator,
                loop.start,
                loop.condition,
                loop.step,
                loop.result));
  }

  /** The fault of a loop's variables, if they have one. */
  private static Optional<CelExpr> checkVariables(
      CelMacroExprFactory f, List<CelExpr> args, int variables, String noName) {
    for (int i = 0; i < variables; i++) {
      if (args.get(i).getKind() != Kind.IDENT) {
        return fault(f, args.get(i), noName);
      }
    }
    if (variables > 1 && name(args.get(0)).equals(name(args.get(1)))) {
      return fault(f, args.get(1), "duplicate variable name: " + name(args.get(0)));
    }
    for (int i = 0; i < variables; i++) {
      String name = name(args.get(i));
      if (name.equals(f.getAccumulatorVarName()) || name.equals(ACCUMULATOR)) {
        return fault(f, args.get(i), "iteration variable overwrites accumulator variable");
      }
    }
    return Optional.empty();
  }

  // optMap, optFlatMap, bind, sortBy

  private static Optional<CelExpr> optMap(
      CelMacroExprFactory f, CelExpr target, List<CelExpr> args, boolean flat) {
    CelExpr variable = args.get(0);
    if (variable.getKind() != Kind.IDENT) {
      return fault(
          f,
          variable,
          (flat ? "optFlatMap" : "optMap") + "() variable name must be a simple identifier");
    }
    CelExpr hasValue = f.newReceiverCall("hasValue", target);
    CelExpr mapped =
        let(f, name(variable), f.newReceiverCall("value", f.copy(target)), args.get(1));
    return Optional.of(
        call(
            f,
            Operator.CONDITIONAL,
            hasValue,
            flat ? mapped : f.newGlobalCall("optional.of", mapped),
            f.newGlobalCall("optional.none")));
  }

  private static Optional<CelExpr> bind(CelMacroExprFactory f, CelExpr target, List<CelExpr> args) {
    if (target.getKind() != Kind.IDENT || !name(target).equals("cel")) {
      return Optional.empty();
    }
    CelExpr variable = args.get(0);
    return variable.getKind() == Kind.IDENT
        ? Optional.of(let(f, name(variable), args.get(1), args.get(2)))
        : fault(f, variable, "cel.bind() variable names must be simple identifiers");
  }

  private static Optional<CelExpr> sortBy(
      CelMacroExprFactory f, CelExpr target, List<CelExpr> args) {
    if (!SORTABLE.contains(target.getKind())) {
      return fault(
          f,
          target,
          "sortBy can only be applied to a list, identifier, comprehension, call or select"
              + " expression");
    }
    Optional<CelExpr> fault = checkVariables(f, args, 1, noVariable(1));
    if (fault.isPresent()) {
      return fault;
    }
    CelExpr keys =
        f.fold(
            name(args.get(0)),
            f.newIdentifier(SORT_INPUT),
            f.getAccumulatorVarName(),
            f.newList(),
            f.newBoolLiteral(true),
            call(f, Operator.ADD, accumulator(f), f.newList(args.get(1))),
            accumulator(f));
    return Optional.of(
        let(
            f,
            SORT_INPUT,
            target,
            f.newReceiverCall("@sortByAssociatedKeys", f.newIdentifier(SORT_INPUT), keys)));
  }

  /** A variable for an expression: a loop over nothing, whose accumulator is the variable. */
  private static CelExpr let(
      CelMacroExprFactory f, String variable, CelExpr value, CelExpr expression) {
    return f.fold(
        UNUSED,
        f.newList(),
        variable,
        value,
        f.newBoolLiteral(false),
        f.newIdentifier(variable),
        expression);
  }

  private static String name(CelExpr identifier) {
    return identifier.ident().name();
  }

  private static CelExpr accumulator(CelMacroExprFactory f) {
    return f.newIdentifier(f.getAccumulatorVarName());
  }

  private static CelExpr call(CelMacroExprFactory f, Operator operator, CelExpr... args) {
    return f.newGlobalCall(operator.getFunction(), args);
  }

  private static Optional<CelExpr> fault(CelMacroExprFactory f, CelExpr at, String message) {
    return Optional.of(f.reportError(CelIssue.formatError(f.getSourceLocation(at), message)));
  }
}
