package dev.rheo.cel.admission;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Environment;
import dev.rheo.cel.Expression;
import dev.rheo.cel.eval.Program;
import dev.rheo.cel.type.DeclType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the expressions of one policy, or of a configuration of webhooks, in their order: what a
 * variable of the policy evaluates to is known to those after it.
 *
 * <pre>{@code
 * AdmissionExpressions expressions = AdmissionExpressions.withVariables(false);
 * expressions.variable("replicas", "object.spec.replicas");
 * expressions.compile(VALIDATION, "variables.replicas < 5");
 * }</pre>
 *
 * <p>See {@code k8s.io/apiserver/pkg/admission/plugin/cel}. Not thread-safe, and cheap: what does
 * not depend on the policy is built once and shared.
 */
public final class AdmissionExpressions {
  /** What an expression is for, and so which variables it has, and what it must evaluate to. */
  public enum Purpose {
    /** Whether a policy or a webhook is asked about a request. */
    MATCH_CONDITION(Scope.AUTHORIZED, List.of("bool")),
    VALIDATION(Scope.AUTHORIZED, List.of("bool")),
    /** The message of a refusal. */
    MESSAGE(Scope.PLAIN, List.of("string")),
    AUDIT_ANNOTATION(Scope.AUTHORIZED, List.of("string", "null_type")),
    JSON_PATCH(Scope.MUTATION, List.of("list(JSONPatch)")),
    APPLY_CONFIGURATION(Scope.MUTATION, List.of("Object"));

    private final Scope scope;
    private final List<String> results;

    Purpose(Scope scope, List<String> results) {
      this.scope = scope;
      this.results = results;
    }
  }

  /** Expressions with the same variables and functions share an environment. */
  private enum Scope {
    PLAIN,
    /** They can ask whether the user may do something. */
    AUTHORIZED,
    /** They can build patches, too. */
    MUTATION
  }

  private static final String VARIABLES = "variables";
  private static final Environments PLAIN = new Environments(false, null);
  private static final Environments WITH_PARAMETERS = new Environments(true, null);

  private final Environments environments;

  /** The types of the variables so far; changed while expressions that use them are compiled. */
  private final Map<String, DeclType> variables;

  private AdmissionExpressions(Environments environments, Map<String, DeclType> variables) {
    this.environments = environments;
    this.variables = variables;
  }

  /**
   * For expressions that can use the variables of their policy, of which there are none yet.
   *
   * @param parameters whether there are {@code params}
   */
  public static AdmissionExpressions withVariables(boolean parameters) {
    Map<String, DeclType> variables = new HashMap<>();
    return new AdmissionExpressions(
        new Environments(parameters, DeclType.object("kubernetes.variables", variables)),
        variables);
  }

  /**
   * For expressions that cannot.
   *
   * @param parameters whether there are {@code params}
   */
  public static AdmissionExpressions withoutVariables(boolean parameters) {
    return new AdmissionExpressions(parameters ? WITH_PARAMETERS : PLAIN, new HashMap<>());
  }

  /**
   * Compiles the expression of a variable, which the expressions after it can use, even if it
   * cannot be compiled: then it may be anything.
   *
   * @throws CompileException if it cannot be compiled
   */
  public Program variable(String name, String text) throws CompileException {
    variables.remove(name);
    DeclType type = DeclType.DYN;
    try {
      Expression expression = environments.of(Scope.AUTHORIZED).compile(text);
      Program program = Program.of(expression);
      type = DeclType.of(expression.ast().getResultType());
      return program;
    } finally {
      variables.put(name, type);
    }
  }

  /**
   * Compiles an expression.
   *
   * @throws CompileException if it cannot be compiled, or does not evaluate to what it must
   */
  public Program compile(Purpose purpose, String text) throws CompileException {
    Expression expression = environments.of(purpose.scope).compile(text);
    expression.demand(purpose.results);
    return Program.of(expression);
  }

  /** The environments of expressions with the same policy, built when they are first used. */
  private static final class Environments {
    private final boolean parameters;
    private final @Nullable DeclType variables;
    private final Map<Scope, Environment> built = new EnumMap<>(Scope.class);

    Environments(boolean parameters, @Nullable DeclType variables) {
      this.parameters = parameters;
      this.variables = variables;
    }

    synchronized Environment of(Scope scope) {
      return built.computeIfAbsent(scope, this::build);
    }

    private Environment build(Scope scope) {
      Environment.Builder builder =
          Environment.builder()
              .variable("object", DeclType.DYN)
              .variable("oldObject", DeclType.DYN)
              .variable("namespaceObject", AdmissionTypes.NAMESPACE)
              .variable("request", AdmissionTypes.REQUEST);
      if (parameters) {
        builder.variable("params", DeclType.DYN);
      }
      if (variables != null) {
        builder.variable(VARIABLES, variables);
      }
      if (scope != Scope.PLAIN) {
        builder.opaqueVariable("authorizer", "kubernetes.authorization.Authorizer");
        builder.opaqueVariable(
            "authorizer.requestResource", "kubernetes.authorization.ResourceCheck");
      }
      if (scope == Scope.MUTATION) {
        builder.mutations();
      }
      return builder.build();
    }
  }
}
