package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.api.status.Untyped;
import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.eval.Program;
import dev.rheo.cel.eval.Variables;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the rules for one object, as far as their cost allows.
 *
 * <p>See {@code k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel.Validator}. Not
 * thread-safe.
 */
final class Judge {
  private static final int MESSAGE_BYTES_MAX = 5 << 10;
  private static final String NO_FURTHER = "no further validation rules will be run";
  private static final String OUT_OF_BUDGET =
      "validation failed due to running out of cost budget, " + NO_FURTHER;

  private final FieldErrors errors;
  private final Consumer<String> warnings;
  private long budget;

  Judge(FieldErrors errors, Consumer<String> warnings, long budget) {
    this.errors = errors;
    this.warnings = warnings;
    this.budget = budget;
  }

  /** What is left of the budget; negative if it was exceeded. */
  long left() {
    return budget;
  }

  /**
   * Judges a value by the rules of its schema and those of what is in it.
   *
   * @param path empty if it is a whole resource
   * @return whether to go on
   */
  boolean judge(
      RuleNode node, String path, JsonNode value, @Nullable JsonNode old, Ratchet ratchet) {
    if (value.isNull()) {
      return true;
    }
    if (!node.rules.isEmpty() && !rules(node, path, value, old, ratchet)) {
      return false;
    }
    for (RuleNode each : node.allOf) {
      if (!judge(each, path, value, old, ratchet.ofParent())) {
        return false;
      }
    }
    return value.isArray()
        ? elements(node, path, value, old, ratchet)
        : !(value instanceof ObjectNode object) || fields(node, path, object, old, ratchet);
  }

  private boolean elements(
      RuleNode node, String path, JsonNode list, @Nullable JsonNode old, Ratchet ratchet) {
    if (node.items == null) {
      return true;
    }
    OldItems oldItems = OldItems.of(node.schema, old);
    for (int i = 0; i < list.size(); i++) {
      JsonNode item = list.get(i);
      if (!judge(node.items, path + "[" + i + "]", item, oldItems.find(item), ratchet.element(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean fields(
      RuleNode node, String path, ObjectNode object, @Nullable JsonNode old, Ratchet ratchet) {
    String mapType = node.schema.mapType();
    boolean correlated =
        old != null
            && old.isObject()
            && (mapType.isEmpty() || mapType.equals("granular") || mapType.equals("atomic"));
    if (node.additional != null) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = field.getKey();
        JsonNode oldValue = correlated && old != null ? old.get(name) : null;
        if (!judge(
            node.additional,
            path + "[" + name + "]",
            field.getValue(),
            oldValue,
            ratchet.field(name))) {
          return false;
        }
      }
    }
    if (node.properties.isEmpty()) {
      return true;
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      RuleNode child = node.properties.get(name);
      if (child == null) {
        continue;
      }
      JsonNode oldValue = correlated && old != null ? old.get(name) : null;
      if (!judge(child, child(path, name), field.getValue(), oldValue, ratchet.field(name))) {
        return false;
      }
    }
    return true;
  }

  private static String child(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** As Go writes a path without elements. */
  private static String shown(String path) {
    return path.isEmpty() ? "<nil>" : path;
  }

  // the rules of one value

  private boolean rules(
      RuleNode node, String path, JsonNode value, @Nullable JsonNode oldValue, Ratchet ratchet) {
    JsonNode old = oldValue == null || oldValue.isNull() ? null : oldValue;
    Structural schema = node.schema;
    List<CompiledRule> compiled = node.compiled();
    if (compiled.isEmpty()) {
      invalid(
          path,
          schema,
          "rule compiler initialization error: failed to convert to declType for CEL validation"
              + " rules");
      return true;
    }
    if (budget <= 0) {
      invalid(path, schema, OUT_OF_BUDGET);
      return end();
    }
    boolean anyReadsOld = compiled.stream().anyMatch(CompiledRule::readsOld);
    Object self = SchemaValues.of(value, schema, node.root);
    Object oldSelf = old == null || !anyReadsOld ? null : SchemaValues.of(old, schema, node.root);
    for (int i = 0; i < compiled.size(); i++) {
      Rule rule = node.rules.get(i);
      CompiledRule each = compiled.get(i);
      if (each.fault() != null) {
        invalid(path, schema, "rule compile error: " + each.fault());
        continue;
      }
      boolean optional = Boolean.TRUE.equals(rule.optionalOldSelf());
      if (each.program() == null || (each.readsOld() && old == null && !optional)) {
        continue;
      }
      Variables variables = variables(self, oldSelf, optional && anyReadsOld);
      Program.Outcome outcome = each.program().run(variables, Program.COST_MAX);
      if (outcome.cost() > budget) {
        invalid(path, schema, OUT_OF_BUDGET);
        return end();
      }
      budget -= outcome.cost();
      if (outcome.fault() != null) {
        if (!fault(path, schema, rule, outcome)) {
          return end();
        }
      } else if (!Boolean.TRUE.equals(outcome.value())
          && !refuse(node, path, value, ratchet, rule, each, variables(self, oldSelf, false))) {
        return end();
      }
    }
    return true;
  }

  private boolean end() {
    budget = -1;
    return false;
  }

  private static Variables variables(Object self, @Nullable Object oldSelf, boolean optional) {
    return name -> {
      Object value =
          switch (name) {
            case RuleCompiler.SELF -> self;
            case RuleCompiler.OLD_SELF -> optional ? Optional.ofNullable(oldSelf) : oldSelf;
            default -> null;
          };
      if (value instanceof EvaluationException e) {
        throw e;
      }
      return value;
    };
  }

  private void invalid(String path, Structural schema, String detail) {
    errors.add(FieldError.invalid(shown(path), schema.type(), detail));
  }

  /** Of a rule without a value; whether to go on. */
  private boolean fault(String path, Structural schema, Rule rule, Program.Outcome outcome) {
    String fault = String.valueOf(outcome.fault());
    String name = RuleTexts.name(rule);
    if (outcome.exceeded()) {
      invalid(
          path,
          schema,
          "'" + fault + "': " + NO_FURTHER + " due to call cost exceeds limit for rule: " + name);
      return false;
    }
    invalid(
        path,
        schema,
        fault.startsWith("no such overload")
            ? "'"
                + fault
                + "': call arguments did not match a supported operator, function or macro"
                + " signature for rule: "
                + name
            : fault + " evaluating rule: " + name);
    return true;
  }

  /**
   * Of a rule that is not fulfilled; whether to go on.
   *
   * @param variables as upstream, without an optional {@code oldSelf}
   */
  private boolean refuse(
      RuleNode node,
      String path,
      JsonNode value,
      Ratchet ratchet,
      Rule rule,
      CompiledRule compiled,
      Variables variables) {
    String at = compiled.fieldPath().isEmpty() ? path : child(path, compiled.fieldPath());
    String type = node.schema.type();
    String detail = RuleTexts.message(rule);
    if (compiled.message() != null) {
      Program.Outcome outcome = compiled.message().run(variables, Program.COST_MAX);
      String expression = rule.messageExpression();
      if (outcome.cost() > budget) {
        String fault =
            "messageExpression evaluation failed due to running out of cost budget, " + NO_FURTHER;
        add(FieldError.invalid(shown(at), type, fault), compiled, ratchet);
        return false;
      }
      if (outcome.exceeded()) {
        String fault =
            NO_FURTHER
                + " due to call cost exceeds limit for messageExpression: "
                + Excerpt.quoted(expression);
        add(FieldError.invalid(shown(at), type, fault), compiled, ratchet);
        return false;
      }
      budget -= outcome.cost();
      String message = usable(outcome.value());
      detail = message == null ? detail : message;
    }
    boolean omitted = type.equals("object") || type.equals("array");
    add(error(shown(at), omitted ? null : value, detail, rule.reason()), compiled, ratchet);
    return true;
  }

  /** The message that an expression made; null if it cannot be used. */
  private static @Nullable String usable(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return null;
    }
    String message = GoText.trim(text);
    boolean tooLong = message.getBytes(StandardCharsets.UTF_8).length > MESSAGE_BYTES_MAX;
    return message.isEmpty() || tooLong || message.contains("\n") ? null : message;
  }

  private void add(FieldError error, CompiledRule compiled, Ratchet ratchet) {
    if (!compiled.readsOld() && ratchet.excuses()) {
      warnings.accept(error.message());
    } else {
      errors.add(error);
    }
  }

  private static FieldError error(
      String path, @Nullable JsonNode value, String detail, String reason) {
    return switch (reason) {
      case "FieldValueForbidden" -> FieldError.forbidden(path, detail);
      case "FieldValueRequired" -> FieldError.required(path, detail);
      case "FieldValueDuplicate" ->
          value == null
              ? FieldError.duplicate(path)
              : FieldError.duplicate(path, new Untyped(value));
      default ->
          value == null
              ? FieldError.invalid(path, detail)
              : FieldError.invalid(path, new Untyped(value), detail);
    };
  }
}
