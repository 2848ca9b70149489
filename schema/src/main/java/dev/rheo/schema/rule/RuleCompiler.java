package dev.rheo.schema.rule;

import dev.rheo.api.status.GoText;
import dev.rheo.cel.CompileException;
import dev.rheo.cel.Environment;
import dev.rheo.cel.Expression;
import dev.rheo.cel.eval.Program;
import dev.rheo.cel.type.DeclType;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the rules of one schema, which read {@code self} and {@code oldSelf}.
 *
 * <p>See {@code k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel.Compile}. Not thread-safe.
 */
final class RuleCompiler {
  static final String SELF = "self";
  static final String OLD_SELF = "oldSelf";

  /** Nobody may rely on the name of the type, so it differs from definition to definition. */
  private static final int NAMES = 1_000_000_000;

  private final Structural schema;
  private final DeclType type;
  private @Nullable Environment environment;
  private @Nullable Environment optional;

  /**
   * @param type of the schema
   */
  RuleCompiler(Structural schema, DeclType type) {
    this.schema = schema;
    this.type = type;
  }

  /** The name of the type of {@code self} in an environment for some rules. */
  static String typeName(List<Rule> rules) {
    return "selfType" + Math.floorMod(rules.hashCode(), NAMES);
  }

  private Environment environment(Rule rule) {
    if (Boolean.TRUE.equals(rule.optionalOldSelf())) {
      if (optional == null) {
        optional =
            Environment.builder().variable(SELF, type).optionalVariable(OLD_SELF, type).build();
      }
      return optional;
    }
    if (environment == null) {
      environment = Environment.builder().variable(SELF, type).variable(OLD_SELF, type).build();
    }
    return environment;
  }

  /**
   * @throws RuntimeException if the meter refuses the memory
   */
  CompiledRule compile(Rule rule) {
    if (GoText.trim(rule.rule()).isEmpty()) {
      return CompiledRule.EMPTY;
    }
    Environment used = environment(rule);
    Expression expression;
    try {
      expression = used.compile(rule.rule());
    } catch (CompileException e) {
      return CompiledRule.faulty(e.getMessage());
    }
    if (!expression.type().equals("bool")) {
      return CompiledRule.faulty("cel expression must evaluate to a bool");
    }
    boolean readsOld = expression.reads(OLD_SELF);
    Program program;
    try {
      program = Program.of(expression);
    } catch (CompileException e) {
      return new CompiledRule(
          null, e.getMessage(), readsOld, null, null, "", CompiledRule.Expressions.NONE);
    }
    return withMessage(rule, used, expression, program, readsOld);
  }

  private CompiledRule withMessage(
      Rule rule, Environment used, Expression expression, Program program, boolean readsOld) {
    Expression text = null;
    Program message = null;
    String fault = null;
    if (!rule.messageExpression().isEmpty()) {
      try {
        text = used.compile(rule.messageExpression());
        if (text.type().equals("string")) {
          message = Program.of(text);
        } else {
          fault = "messageExpression must evaluate to a string";
        }
      } catch (CompileException e) {
        fault = "messageExpression " + e.getMessage().replaceFirst("^program ", "");
      }
    }
    // As upstream, a message with a fault leaves the rule without its field.
    String path = fault == null ? path(rule) : "";
    return new CompiledRule(
        program,
        null,
        readsOld,
        message,
        fault,
        path,
        new CompiledRule.Expressions(expression, message == null ? null : text));
  }

  private String path(Rule rule) {
    if (rule.fieldPath().isEmpty()) {
      return "";
    }
    String path = RulePath.normalize(rule.fieldPath(), schema);
    return path == null ? "" : path;
  }
}
