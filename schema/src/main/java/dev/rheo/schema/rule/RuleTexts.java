package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.schema.Rule;

/** Rules in messages. */
final class RuleTexts {
  private RuleTexts() {}

  /** A text without the white space around it that Unicode defines, as Go trims it. */
  static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return switch (c) {
      case '\t', '\n', 0x0b, '\f', '\r', ' ', 0x85, 0xa0 -> true;
      default -> c >= 0x1680 && Character.isSpaceChar(c);
    };
  }

  /** How faults of an evaluation name a rule. */
  static String name(Rule rule) {
    return trim(rule.message().isEmpty() ? rule.rule() : rule.message());
  }

  /** The message of a rule that is not fulfilled. */
  static String message(Rule rule) {
    return rule.message().isEmpty() ? "failed rule: " + name(rule) : trim(rule.message());
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
