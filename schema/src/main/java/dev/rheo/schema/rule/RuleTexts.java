package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.GoText;
import dev.rheo.schema.Rule;

/** Rules in messages. */
final class RuleTexts {
  private RuleTexts() {}

  /** How faults of an evaluation name a rule. */
  static String name(Rule rule) {
    return GoText.trim(rule.message().isEmpty() ? rule.rule() : rule.message());
  }

  /** The message of a rule that is not fulfilled. */
  static String message(Rule rule) {
    return rule.message().isEmpty() ? "failed rule: " + name(rule) : GoText.trim(rule.message());
  }

  /** A rule as faults of a definition show it. */
  static ObjectNode json(Rule rule) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("Rule", rule.rule());
    node.put("Message", rule.message());
    node.put("MessageExpression", rule.messageExpression());
    node.put("Reason", rule.reason().isEmpty() ? null : rule.reason());
    node.put("FieldPath", rule.fieldPath());
    node.put("OptionalOldSelf", rule.optionalOldSelf());
    return node;
  }
}
