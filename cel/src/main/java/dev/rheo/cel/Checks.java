package dev.rheo.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.rheo.cel.library.FormatClauses;
import dev.rheo.cel.library.FormatClauses.FormatException;
import dev.rheo.cel.type.TypeNames;
import dev.rheo.cel.value.Regex;
import dev.rheo.cel.value.Rfc3339;
import dev.rheo.codec.value.GoDuration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks of an expression whose types are right: literals that cannot be converted, lists and maps
 * of several types, formats that do not fit their arguments.
 */
final class Checks {
  private static final String FORMAT = "format";
  private static final Set<CelKind> WRITABLE =
      EnumSet.of(
          CelKind.LIST,
          CelKind.MAP,
          CelKind.INT,
          CelKind.UINT,
          CelKind.DOUBLE,
          CelKind.BOOL,
          CelKind.STRING,
          CelKind.TIMESTAMP,
          CelKind.BYTES,
          CelKind.DURATION,
          CelKind.TYPE,
          CelKind.NULL_TYPE);

  private final CelAbstractSyntaxTree ast;
  private final Faults faults;

  private Checks(CelAbstractSyntaxTree ast, Faults faults) {
    this.ast = ast;
    this.faults = faults;
  }

  static void check(CelAbstractSyntaxTree ast, Faults faults) {
    new Checks(ast, faults).check(ast.getExpr(), false);
  }

  /** What a parsed expression consists of. */
  static final class Size {
    int nodes;

    /** Type variables that the type checker makes of them, roughly. */
    int variables;
  }

  /** Counts the nodes of a parsed expression, and reports the numbers that are not finite. */
  static void parsed(CelExpr expr, Size size, Faults faults) {
    size.nodes++;
    size.variables += variables(expr);
    if (expr.getKind() == Kind.CONSTANT
        && expr.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE
        && Double.isInfinite(expr.constant().doubleValue())) {
      faults.add(expr.id(), "invalid double literal");
    }
    Trees.children(expr).forEach(child -> parsed(child, size, faults));
  }

  private static int variables(CelExpr expr) {
    return switch (expr.getKind()) {
      case CALL ->
          switch (expr.call().function()) {
            case "_&&_", "_||_", "!_" -> 0;
            case "_[_]", "_[?_]" -> 6; // of lists, of maps, of optional ones
            default -> 1;
          };
      case LIST -> expr.list().elements().isEmpty() ? 1 : 0;
      case MAP -> expr.map().entries().isEmpty() ? 2 : 0;
      default -> 0;
    };
  }

  /**
   * @param formatted whether it is within a call of format, whose arguments may have several types
   */
  private void check(CelExpr expr, boolean formatted) {
    boolean within = formatted;
    switch (expr.getKind()) {
      case IDENT -> identifier(expr);
      case CALL -> {
        call(expr, expr.call());
        within |= expr.call().function().equals(FORMAT);
      }
      case LIST -> {
        if (!formatted) {
          list(expr);
        }
      }
      case MAP -> {
        if (!formatted) {
          map(expr);
        }
      }
      default -> {}
    }
    for (CelExpr child : Trees.children(expr)) {
      check(child, within);
    }
  }

  /** The type checker takes {@code dyn} for the name of a type, which only is one of a function. */
  private void identifier(CelExpr expr) {
    CelType type = typeOf(expr);
    if (expr.ident().name().equals("dyn")
        && type.kind() == CelKind.TYPE
        && type.parameters().get(0).kind() == CelKind.DYN) {
      faults.add(expr.id(), "undeclared reference to 'dyn' (in container '')");
    }
  }

  // literals

  private void call(CelExpr expr, CelCall call) {
    switch (call.function()) {
      case "duration" -> literal(call, "duration");
      case "timestamp" -> literal(call, "timestamp");
      case "matches" -> literal(call, "matches");
      case FORMAT -> format(expr, call);
      default -> {}
    }
  }

  private void literal(CelCall call, String function) {
    if (call.args().isEmpty() || call.args().get(0).getKind() != Kind.CONSTANT) {
      return;
    }
    CelExpr arg = call.args().get(0);
    CelConstant value = arg.constant();
    boolean valid =
        switch (value.getKind()) {
          case STRING_VALUE -> isValid(function, value.stringValue());
          case INT64_VALUE ->
              !function.equals("timestamp") || Rfc3339.isInRange(value.int64Value());
          default -> true;
        };
    if (!valid) {
      faults.add(arg, "invalid " + function + " argument");
    }
  }

  private static boolean isValid(String function, String text) {
    return switch (function) {
      case "duration" -> GoDuration.parse(text) != null;
      case "timestamp" -> Rfc3339.parse(text) != null;
      default -> Regex.compile(text) != null;
    };
  }

  // lists and maps

  private void list(CelExpr expr) {
    List<CelExpr> elements = expr.list().elements();
    CelType first = null;
    for (int i = 0; i < elements.size(); i++) {
      CelType type = typeOf(elements.get(i));
      if (expr.list().optionalIndices().contains(i)) {
        type = type.parameters().get(0);
      }
      if (first == null) {
        first = type;
      } else if (!isEquivalent(first, type)) {
        mismatch(elements.get(i), first, type);
        return;
      }
    }
  }

  private void map(CelExpr expr) {
    CelType key = null;
    CelType value = null;
    for (CelExpr.CelMap.Entry entry : expr.map().entries()) {
      CelType entryKey = typeOf(entry.key());
      CelType entryValue = typeOf(entry.value());
      if (entry.optionalEntry()) {
        entryValue = entryValue.parameters().get(0);
      }
      if (key == null || value == null) {
        key = entryKey;
        value = entryValue;
        continue;
      }
      if (!isEquivalent(key, entryKey)) {
        mismatch(entry.key(), key, entryKey);
      }
      if (!isEquivalent(value, entryValue)) {
        mismatch(entry.value(), value, entryValue);
      }
    }
  }

  private static boolean isEquivalent(CelType one, CelType other) {
    if (one.kind() != other.kind()
        || !one.name().equals(other.name())
        || one.parameters().size() != other.parameters().size()) {
      return false;
    }
    for (int i = 0; i < one.parameters().size(); i++) {
      if (!isEquivalent(one.parameters().get(i), other.parameters().get(i))) {
        return false;
      }
    }
    return true;
  }

  private void mismatch(CelExpr at, CelType expected, CelType found) {
    faults.add(
        at,
        "expected type '"
            + TypeNames.inMessages(expected)
            + "' but found '"
            + TypeNames.inMessages(found)
            + "'");
  }

  private CelType typeOf(CelExpr expr) {
    return ast.getType(expr.id()).orElse(SimpleType.DYN);
  }

  // formats

  private void format(CelExpr expr, CelCall call) {
    CelExpr format = call.target().orElse(null);
    if (format == null
        || format.getKind() != Kind.CONSTANT
        || format.constant().getKind() != CelConstant.Kind.STRING_VALUE
        || call.args().size() != 1
        || call.args().get(0).getKind() != Kind.LIST) {
      return;
    }
    List<CelExpr> arguments = call.args().get(0).list().elements();
    ArgumentTypes types = new ArgumentTypes(arguments);
    try {
      int used = FormatClauses.walk(format.constant().stringValue(), types);
      if (used < arguments.size()) {
        faults.add(
            expr.id(),
            "too many arguments supplied to string.format (expected "
                + used
                + ", got "
                + arguments.size()
                + ")");
      }
    } catch (FormatException e) {
      faults.add(types.culprit == null ? expr.id() : types.culprit.id(), e.getMessage());
    }
  }

  /** Holds the clauses of a format against the types of its arguments. */
  private final class ArgumentTypes implements FormatClauses.Target {
    private final List<CelExpr> arguments;
    private @Nullable CelExpr culprit;

    ArgumentTypes(List<CelExpr> arguments) {
      this.arguments = arguments;
    }

    @Override
    public int size() {
      return arguments.size();
    }

    @Override
    public void literal(char c) {}

    @Override
    public void clause(char verb, int precision, int argument) throws FormatException {
      CelExpr arg = arguments.get(argument);
      switch (verb) {
        case 'd', 'o' -> demand(verb, arg, EnumSet.of(CelKind.INT, CelKind.UINT));
        case 'f', 'e' -> demand(verb, arg, EnumSet.of(CelKind.DOUBLE, CelKind.STRING));
        case 'b' -> demand(verb, arg, EnumSet.of(CelKind.INT, CelKind.UINT, CelKind.BOOL));
        case 'x', 'X' ->
            demand(verb, arg, EnumSet.of(CelKind.INT, CelKind.UINT, CelKind.STRING, CelKind.BYTES));
        default -> demandWritable(verb, arg);
      }
    }

    private void demandWritable(char verb, CelExpr arg) throws FormatException {
      demand(verb, arg, WRITABLE);
      if (arg.getKind() == Kind.LIST || arg.getKind() == Kind.MAP) {
        for (CelExpr child : Trees.children(arg)) {
          demandWritable(verb, child);
        }
      }
    }

    private void demand(char verb, CelExpr arg, Set<CelKind> kinds) throws FormatException {
      CelType type = typeOf(arg);
      if (type.kind() != CelKind.DYN && !kinds.contains(type.kind())) {
        culprit = arg;
        throw new FormatException(FormatClauses.mismatch(verb, nameOf(type)));
      }
    }

    /** The name without parameters, as it is at run time. */
    private static String nameOf(CelType type) {
      String name = TypeNames.of(type);
      int open = name.indexOf('(');
      return open < 0 ? name : name.substring(0, open);
    }
  }
}
