package dev.rheo.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.CelVarDecl;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.common.types.TypeType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.rheo.cel.library.Functions;
import dev.rheo.cel.library.Macros;
import dev.rheo.cel.type.DeclType;
import dev.rheo.cel.type.DeclTypes;
import dev.rheo.cel.type.TypeNames;
import dev.rheo.codec.io.Meter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What expressions may use, and the compiler for them: the CEL standard, the libraries that
 * Kubernetes 1.36 enables, and variables. Lists and maps have elements of one type; numbers of
 * different types compare; the time zone is UTC.
 *
 * <p>An expression is bounded as by cel-go: 100,000 code points, a nesting of 250. Where cel-go
 * takes minutes or more, there are further bounds: {@value #NODES_MAX} nodes of the syntax tree,
 * which each {@code optMap} doubles, and {@value #TYPE_VARIABLES_MAX} type variables, one or a few
 * for each call. What the compiler takes is charged to the {@link Meter} and given back.
 *
 * <p>Immutable and thread-safe. Building one takes a millisecond, and the first one loads and warms
 * up the compiler, which takes some tenths of a second and some megabytes; nothing of it is loaded
 * before.
 */
public final class Environment {
  private static final int CODE_POINTS_MAX = 100_000;
  private static final int DEPTH_MAX = 250;
  private static final int NODES_MAX = 50_000;

  /** The type checker's time grows with the square of them; these take some tenths of a second. */
  private static final int TYPE_VARIABLES_MAX = 2_500;

  private static final int BAD_CHARACTERS_MAX = 100;

  /** Heap for each token of an expression: what the parser's trees have, measured. */
  private static final int BYTES_PER_TOKEN = 800;

  /** Heap for each character: the texts of the tokens, and what the lexer reads. */
  private static final int BYTES_PER_CHARACTER = 16;

  /** Heap for each node of a syntax tree and what the type checker knows of it. */
  private static final int BYTES_PER_NODE = 500;

  private static final String NO_FIELDS = "does not support field selection";
  private static final String NO_OVERLOAD = "found no matching overload for '";
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableOptionalSyntax(true)
          .enableHeterogeneousNumericComparisons(true)
          .enableHiddenAccumulatorVar(true)
          .enableQuotedIdentifierSyntax(false)
          .maxExpressionCodePointSize(CODE_POINTS_MAX)
          .maxParseRecursionDepth(DEPTH_MAX)
          .maxParseExpressionNodeCount(NODES_MAX)
          .build();

  private final CelCompiler compiler;
  private final Map<String, DeclType> variables;

  private Environment(CelCompiler compiler, Map<String, DeclType> variables) {
    this.compiler = compiler;
    this.variables = variables;
  }

  /** Collects what an environment has. Not thread-safe. */
  public static final class Builder {
    private final Map<String, DeclType> variables = new LinkedHashMap<>();
    private final Map<String, CelType> opaque = new LinkedHashMap<>();
    private final Map<String, CelType> optional = new LinkedHashMap<>();
    private final List<String> libraries = new ArrayList<>();
    private boolean mutations;
    private boolean bindings;

    private Builder() {}

    /** Declares a variable; its type and those of its fields get known by their names. */
    public Builder variable(String name, DeclType type) {
      variables.put(name, type);
      return this;
    }

    /** Declares a variable that may have no value; its type is one of another variable. */
    public Builder optionalVariable(String name, DeclType type) {
      optional.put(name, OptionalType.create(type.celType()));
      return this;
    }

    /** Declares a variable that only functions can read. */
    public Builder opaqueVariable(String name, String type) {
      opaque.put(name, TypeNames.parse(type));
      return this;
    }

    /** Adds what policies that mutate have: types of patches and of objects, and a function. */
    public Builder mutations() {
      mutations = true;
      libraries.add(Functions.JSON_PATCH);
      return this;
    }

    /** Adds {@code cel.bind}. */
    public Builder bindings() {
      bindings = true;
      return this;
    }

    public Environment build() {
      CelCompilerBuilder builder =
          CelCompilerFactory.standardCelCompilerBuilder()
              .setOptions(OPTIONS)
              .addMacros(Macros.all())
              .addFunctionDeclarations(Functions.declarations(libraries))
              .addVarDeclarations(types());
      if (bindings) {
        builder.addMacros(Macros.BIND);
      }
      variables.forEach((name, type) -> builder.addVar(name, type.celType()));
      opaque.forEach(builder::addVar);
      optional.forEach(builder::addVar);
      return new Environment(
          withTypes(builder, new DeclTypes(variables.values(), mutations)).build(),
          Map.copyOf(variables));
    }

    /** The names of types that the standard has not. */
    private static List<CelVarDecl> types() {
      return List.of(
          type("net.IP", TypeNames.parse("net.IP")),
          type("net.CIDR", TypeNames.parse("net.CIDR")),
          type("google.protobuf.Duration", SimpleType.DURATION),
          type("google.protobuf.Timestamp", SimpleType.TIMESTAMP),
          type(OptionalType.NAME, OptionalType.create(TypeParamType.create("V"))));
    }

    private static CelVarDecl type(String name, CelType type) {
      return CelVarDecl.newVarDeclaration(name, TypeType.create(type));
    }

    /** Its successor knows no types with fields that are not listed beforehand. */
    @SuppressWarnings("deprecation")
    private static CelCompilerBuilder withTypes(CelCompilerBuilder builder, DeclTypes types) {
      return builder.setTypeProvider(types);
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The types of the variables by name, without those that only functions can read. */
  public Map<String, DeclType> variables() {
    return variables;
  }

  /**
   * Compiles an expression.
   *
   * @throws CompileException if it cannot be compiled
   * @throws RuntimeException if the {@link Meter} refuses the memory
   */
  public Expression compile(String text) throws CompileException {
    Meter.check();
    int size = text.codePointCount(0, text.length());
    if (size > CODE_POINTS_MAX) {
      throw refusal(
          "expression code point size exceeds limit: size: " + size + ", limit " + CODE_POINTS_MAX);
    }
    long mark = Meter.mark();
    Meter.charge(
        (long) text.length() * BYTES_PER_CHARACTER + (long) Tokens.atMost(text) * BYTES_PER_TOKEN);
    try {
      return compileCharged(text);
    } finally {
      Meter.release(mark);
    }
  }

  private Expression compileCharged(String text) throws CompileException {
    if (BadCharacters.moreThan(BAD_CHARACTERS_MAX, text)) {
      throw refusal("More than " + BAD_CHARACTERS_MAX + " syntax errors");
    }
    CelAbstractSyntaxTree parsed = parse(text);
    CelAbstractSyntaxTree checked = check(parsed);
    Faults faults = new Faults(checked.getSource());
    Checks.check(checked, faults);
    throwIfAny(faults);
    return new Expression(checked);
  }

  /** Of an expression that is not even parsed. */
  private static CompileException refusal(String message) {
    Faults faults = new Faults(CelSource.newBuilder("").setDescription("<input>").build());
    faults.add(message);
    return faults.exception();
  }

  private CelAbstractSyntaxTree parse(String text) throws CompileException {
    CelValidationResult result = compiler.parse(text);
    Faults faults = new Faults(result.getSource());
    try {
      CelAbstractSyntaxTree ast = result.getAst();
      Checks.Size size = new Checks.Size();
      Checks.parsed(ast.getExpr(), size, faults);
      throwIfAny(faults);
      if (size.variables > TYPE_VARIABLES_MAX) {
        throw refusal("expression exceeds limit of " + TYPE_VARIABLES_MAX + " type variables");
      }
      Meter.charge((long) size.nodes * BYTES_PER_NODE);
      return ast;
    } catch (CelValidationException e) {
      if (isTooDeep(result)) {
        faults.add(depthFault(e.getCause()));
      } else {
        result.getErrors().forEach(issue -> addParserFault(faults, issue, text));
      }
      throw faults.exception();
    }
  }

  private static void addParserFault(Faults faults, CelIssue issue, String text) {
    CelSourceLocation place = issue.getSourceLocation();
    String line = text.lines().skip(Math.max(place.getLine() - 1L, 0)).findFirst().orElse("");
    String rest = line.substring(Math.min(Math.max(place.getColumn(), 0), line.length()));
    String message = Messages.ofParser(issue.getMessage(), rest, text.contains("\n"));
    if (text.isEmpty()) {
      faults.add(1, -1, message); // as cel-go, which has no place in an empty expression
    } else {
      faults.add(issue, message);
    }
  }

  private static boolean isTooDeep(CelValidationResult result) {
    return result.getErrors().stream()
        .anyMatch(issue -> issue.getMessage().startsWith("Expression recursion limit"));
  }

  /** The parser stops at rules in each other, and later at operators after each other. */
  private static String depthFault(@Nullable Throwable cause) {
    boolean inRules =
        cause == null
            || List.of(cause.getStackTrace()).stream()
                .limit(1)
                .anyMatch(frame -> frame.getMethodName().startsWith("enter"));
    return inRules
        ? "expression recursion limit exceeded: " + DEPTH_MAX
        : "max recursion depth exceeded";
  }

  private CelAbstractSyntaxTree check(CelAbstractSyntaxTree parsed) throws CompileException {
    CelValidationResult result = compiler.check(parsed);
    try {
      return result.getAst();
    } catch (CelValidationException e) {
      Faults faults = new Faults(parsed.getSource());
      // What has no fields is taken for dyn by cel-go when one is selected.
      boolean noFields =
          result.getErrors().stream().anyMatch(issue -> issue.getMessage().contains(NO_FIELDS));
      for (CelIssue issue : result.getErrors()) {
        String message = Messages.ofChecker(issue.getMessage());
        if (noFields) {
          message = message.replace("optional_type(!error!)", "optional_type(dyn)");
        }
        if (!message.isEmpty() && !addFaultsOfOperands(faults, parsed, issue, message)) {
          faults.add(issue, message);
        }
      }
      throw faults.exception();
    }
  }

  /** Of {@code &&} and {@code ||}, cel-go names each operand that is no bool. */
  private static boolean addFaultsOfOperands(
      Faults faults, CelAbstractSyntaxTree parsed, CelIssue issue, String message) {
    if (!message.startsWith(NO_OVERLOAD + "_&&_'") && !message.startsWith(NO_OVERLOAD + "_||_'")) {
      return false;
    }
    Optional<CelExpr> call = find(parsed.getExpr(), issue.getExprId());
    String signature =
        message.substring(message.indexOf("applied to '(") + 13, message.length() - 2);
    List<String> types = TypeNames.split(signature);
    if (call.isEmpty() || call.get().call().args().size() != types.size()) {
      return false;
    }
    for (int i = 0; i < types.size(); i++) {
      String type = types.get(i);
      if (!List.of("bool", "dyn", "!error!").contains(type)) {
        faults.add(
            call.get().call().args().get(i).id(), "expected type 'bool' but found '" + type + "'");
      }
    }
    return true;
  }

  private static Optional<CelExpr> find(CelExpr expr, long id) {
    if (expr.id() == id) {
      return Optional.of(expr);
    }
    for (CelExpr child : Trees.children(expr)) {
      Optional<CelExpr> found = find(child, id);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static void throwIfAny(Faults faults) throws CompileException {
    if (!faults.isEmpty()) {
      throw faults.exception();
    }
  }
}
