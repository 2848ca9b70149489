package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.FactTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses updates of the immutable fields that {@code immutable.txt} lists. */
final class ImmutableFields {
  /**
   * @param path dotted path of the field
   * @param except members of the field that may change
   * @param wording message of a Forbidden cause; empty for an Invalid cause
   */
  private record Rule(String path, List<String> except, String wording) {}

  private static final Map<String, List<Rule>> RULES = new HashMap<>();

  static {
    FactTable.read(
        ImmutableFields.class,
        "immutable.txt",
        column -> {
          List<String> rest = Arrays.asList(column).subList(3, column.length);
          int bar = rest.indexOf("|");
          Rule rule =
              switch (column[0]) {
                case "I" -> new Rule(column[2], List.of(), "");
                case "F" -> new Rule(column[2], List.of(), String.join(" ", rest));
                case "O" ->
                    new Rule(
                        column[2],
                        List.copyOf(rest.subList(0, bar)),
                        String.join(" ", rest.subList(bar + 1, rest.size())));
                default -> throw new IllegalStateException(column[0]);
              };
          RULES.computeIfAbsent(column[1], any -> new ArrayList<>()).add(rule);
        });
  }

  private ImmutableFields() {}

  static void validate(ObjectNode object, ObjectNode old, String resource, FieldErrors errors) {
    for (Rule rule : RULES.getOrDefault(resource, List.of())) {
      String[] path = rule.path.split("\\.");
      JsonNode now = Trees.at(object, path);
      JsonNode before = Trees.at(old, path);
      if (same(without(now, rule.except), without(before, rule.except))) {
        continue;
      }
      errors.add(
          rule.wording.isEmpty()
              ? FieldError.invalid(rule.path, show(now), "field is immutable")
              : FieldError.forbidden(rule.path, rule.wording));
    }
  }

  private static @Nullable JsonNode without(@Nullable JsonNode node, List<String> fields) {
    return fields.isEmpty() || !(node instanceof ObjectNode object)
        ? node
        : TreeCopies.of(object).remove(fields);
  }

  /** Compares as upstream does: absent equals empty. */
  static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
    return Trees.same(a, b);
  }

  /** A value in the form that error messages show. */
  static Object show(@Nullable JsonNode node) {
    return node == null ? "null" : node.isTextual() ? node.textValue() : node;
  }
}
