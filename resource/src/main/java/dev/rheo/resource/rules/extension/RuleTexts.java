package dev.rheo.resource.rules.extension;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Checks of the rules of a schema, but for their expressions. */
final class RuleTexts {
  private static final List<String> REASONS =
      List.of(
          "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");
  private static final String ONE_LINE = "must not contain line breaks";
  private static final String SOMETHING = "must be non-empty if specified";

  private RuleTexts() {}

  static void check(Field schema) {
    for (Field rule : schema.at("x-kubernetes-validations").items()) {
      texts(rule);
      Field messageExpression = rule.at("messageExpression");
      if (!messageExpression.isEmpty() && isBlank(messageExpression)) {
        messageExpression.required("messageExpression must be non-empty if specified");
      }
      if (rule.at("reason").present()) {
        rule.at("reason").oneOf(REASONS);
      }
      if (!rule.at("fieldPath").isEmpty()) {
        path(rule.at("fieldPath"), schema);
      }
    }
  }

  private static void texts(Field rule) {
    Field expression = rule.at("rule");
    Field message = rule.at("message");
    if (isBlank(expression)) {
      expression.required("rule is not specified");
    } else if (!message.isEmpty() && isBlank(message)) {
      message.invalid(SOMETHING);
    } else if (hasLines(trimmed(message))) {
      message.invalid(ONE_LINE);
    } else if (hasLines(trimmed(expression)) && message.isEmpty()) {
      message.required("message must be specified if rule contains line breaks");
    }
  }

  private static void path(Field path, Field schema) {
    if (isBlank(path)) {
      path.invalid(SOMETHING);
    }
    if (hasLines(path.text())) {
      path.invalid(ONE_LINE);
    }
    if (!StructuralChecks.unreadable(schema.node()).isEmpty()) {
      return; // said elsewhere
    }
    try {
      SchemaPath.parse(path.text(), schema.node(), true);
    } catch (SchemaPath.SyntaxException e) {
      path.invalid("must be a valid path");
    }
  }

  private static boolean isBlank(Field text) {
    return trimmed(text).isEmpty();
  }

  /** Without Unicode's white space at both ends. */
  private static String trimmed(Field text) {
    return Syntax.trimmed(text.text());
  }

  private static boolean hasLines(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  }
}
