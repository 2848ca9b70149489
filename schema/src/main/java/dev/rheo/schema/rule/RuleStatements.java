package dev.rheo.schema.rule;

import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How rules are stated: what must be there, what must be one line, which field is blamed. */
public final class RuleStatements {
  /** What may be given as the reason of a refusal. */
  public static final List<String> REASONS =
      List.of(
          "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");

  private RuleStatements() {}

  /**
   * Checks how the rules of a schema are stated.
   *
   * @param schema which fields rules may blame; null if it cannot be read, which is said elsewhere
   * @param fieldPath of the schema
   * @return whether nothing is wrong
   */
  public static boolean check(
      List<Rule> rules, @Nullable Structural schema, String fieldPath, FieldErrors errors) {
    boolean sound = true;
    for (int i = 0; i < rules.size(); i++) {
      String at = fieldPath + ".x-kubernetes-validations[" + i + "].";
      sound &= checkTexts(rules.get(i), at, errors);
      sound &= checkField(rules.get(i), schema, at, errors);
    }
    return sound;
  }

  /** As {@link #check(List, Structural, String, FieldErrors)}, of one below an {@code allOf}. */
  public static boolean check(Restrictions.Nested nested, String fieldPath, FieldErrors errors) {
    return nested.rules().isEmpty() || check(nested.rules(), structural(nested), fieldPath, errors);
  }

  private static boolean checkTexts(Rule rule, String at, FieldErrors errors) {
    String text = GoText.trim(rule.rule());
    String message = GoText.trim(rule.message());
    FieldError fault = null;
    if (text.isEmpty()) {
      fault = FieldError.required(at + "rule", "rule is not specified");
    } else if (!rule.message().isEmpty() && message.isEmpty()) {
      fault = empty(at + "message", rule.message());
    } else if (hasLines(message)) {
      fault = lines(at + "message", rule.message());
    } else if (hasLines(text) && message.isEmpty()) {
      fault =
          FieldError.required(
              at + "message", "message must be specified if rule contains line breaks");
    }
    boolean sound = add(fault, errors);
    if (!rule.messageExpression().isEmpty() && GoText.trim(rule.messageExpression()).isEmpty()) {
      sound =
          add(
              FieldError.required(
                  at + "messageExpression", "messageExpression must be non-empty if specified"),
              errors);
    }
    if (!rule.reason().isEmpty() && !REASONS.contains(rule.reason())) {
      sound = add(FieldError.notSupported(at + "reason", rule.reason(), REASONS), errors);
    }
    return sound;
  }

  private static boolean checkField(
      Rule rule, @Nullable Structural schema, String at, FieldErrors errors) {
    String path = rule.fieldPath();
    if (path.isEmpty()) {
      return true;
    }
    boolean sound = true;
    if (GoText.trim(path).isEmpty()) {
      sound = add(empty(at + "fieldPath", path), errors);
    }
    if (hasLines(path)) {
      sound = add(lines(at + "fieldPath", path), errors);
    }
    if (schema != null && RulePath.normalize(path, schema) == null) {
      sound = add(FieldError.invalid(at + "fieldPath", path, "must be a valid path"), errors);
    }
    return sound;
  }

  private static FieldError empty(String path, String text) {
    return FieldError.invalid(path, text, "must be non-empty if specified");
  }

  private static FieldError lines(String path, String text) {
    return FieldError.invalid(path, text, "must not contain line breaks");
  }

  /** Whether nothing was added. */
  private static boolean add(@Nullable FieldError fault, FieldErrors errors) {
    if (fault == null) {
      return true;
    }
    errors.add(fault);
    return false;
  }

  private static boolean hasLines(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  }

  /** The fields that one below an {@code allOf} names, of which paths may consist. */
  private static Structural structural(Restrictions.Nested nested) {
    Map<String, Structural> properties = new LinkedHashMap<>();
    nested.properties().forEach((name, field) -> properties.put(name, structural(field)));
    Restrictions.Nested values = nested.additional();
    return Structural.ofTypes(
        nested.type(),
        properties,
        values == null
            ? Structural.Additional.NONE
            : new Structural.Additional(true, true, structural(values)));
  }
}
